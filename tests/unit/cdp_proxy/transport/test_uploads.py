from __future__ import annotations

import os
from pathlib import Path

import pytest

from cdp_proxy.transport.uploads import Reception, UploadBudget, Uploaded
from shared.errors import SessionEnded, TooLarge
from shared.limits import UPLOADS_FILES_MAX


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "session" / "uploads"
    path.mkdir(parents=True, mode=0o750)
    return path


def receive(reception: Reception, name: str, *pieces: bytes) -> None:
    reception.begin(name)
    for piece in pieces:
        reception.write(piece)
    reception.end()


def test_a_file_is_written_in_pieces(folder: Path) -> None:
    reception = Reception(folder)

    receive(reception, "a.txt", b"one ", b"two")

    path = folder / "a.txt"
    assert reception.files == [Uploaded("a.txt", str(path), 7)]
    assert path.read_bytes() == b"one two"
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.stat().st_gid == folder.stat().st_gid


def test_a_file_is_not_readable_to_others_before_it_is_whole(folder: Path) -> None:
    Reception(folder).begin("a.txt")

    assert (folder / "a.txt").stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_over(folder: Path) -> None:
    receive(Reception(folder), "a.txt", b"first")

    receive(Reception(folder), "a.txt", b"second")

    assert (folder / "a.txt").read_bytes() == b"first"
    assert (folder / "a (1).txt").read_bytes() == b"second"


def test_a_link_is_in_the_way_like_a_file(folder: Path, tmp_path: Path) -> None:
    (folder / "a.txt").symlink_to(tmp_path / "target")

    receive(Reception(folder), "a.txt", b"content")

    assert not (tmp_path / "target").exists()
    assert (folder / "a (1).txt").read_bytes() == b"content"


def test_what_is_discarded_leaves_nothing(folder: Path) -> None:
    receive(Reception(folder), "kept", b"")
    reception = Reception(folder)
    receive(reception, "whole", b"x")
    reception.begin("half")

    reception.discard()

    assert [path.name for path in folder.iterdir()] == ["kept"]
    assert reception.files == []


def test_discarding_after_the_folder_has_gone_is_harmless(folder: Path) -> None:
    reception = Reception(folder)
    reception.begin("half")
    (folder / "half").unlink()
    folder.rmdir()

    reception.discard()


@pytest.mark.parametrize("mode", [0o770, 0o757])
def test_a_folder_that_others_may_write_is_not_ours(folder: Path, mode: int) -> None:
    folder.chmod(mode)

    with pytest.raises(SessionEnded):
        Reception(folder).begin("a")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_another_users_folder_is_not_ours(folder: Path) -> None:
    os.chown(folder, 41_234, 41_234)

    with pytest.raises(SessionEnded):
        Reception(folder).begin("a")


def test_a_folder_that_has_gone_ended_with_its_session(folder: Path) -> None:
    folder.rmdir()

    with pytest.raises(SessionEnded):
        Reception(folder).begin("a")


def test_a_session_has_only_so_many_files(folder: Path) -> None:
    for number in range(UPLOADS_FILES_MAX):
        (folder / str(number)).touch()

    with pytest.raises(TooLarge):
        Reception(folder).begin("a")


def test_what_a_form_does_not_become_is_given_back() -> None:
    budget = UploadBudget(100)

    budget.reserve(60).settle(50)

    assert budget.reserve(50).bytes == 50
    with pytest.raises(TooLarge) as refused:
        budget.reserve(1)
    assert refused.value.details == {"limit": 100, "left": 0}


def test_what_two_forms_may_become_counts_at_once() -> None:
    budget = UploadBudget(100)
    budget.reserve(60)

    with pytest.raises(TooLarge) as refused:
        budget.reserve(41)
    assert refused.value.details == {"limit": 100, "left": 40}


def test_a_form_of_unknown_length_may_become_all_that_is_left() -> None:
    budget = UploadBudget(100)
    budget.reserve(60).settle(60)

    rest = budget.reserve(None)

    assert rest.bytes == 40
    with pytest.raises(TooLarge):
        budget.reserve(None)
    rest.settle(0)
    assert budget.bytes_left == 40
