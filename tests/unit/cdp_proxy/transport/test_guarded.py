from __future__ import annotations

import os
from pathlib import Path

import pytest

from cdp_proxy.transport.guarded import NotThere, open_regular, opened_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "session" / "downloads"
    path.mkdir(parents=True)
    return path


def test_a_regular_file_is_opened(folder: Path) -> None:
    (folder / "file").write_bytes(b"content")

    with opened_folder(folder) as opened, os.fdopen(open_regular("file", opened), "rb") as file:
        assert file.read() == b"content"


def test_a_link_is_not(folder: Path) -> None:
    (folder / "link").symlink_to("/etc/hostname")

    with opened_folder(folder) as opened, pytest.raises(NotThere):
        open_regular("link", opened)


def test_neither_is_a_folder_a_pipe_or_nothing(folder: Path) -> None:
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")

    with opened_folder(folder) as opened:
        for name in ("folder", "pipe", "nothing"):
            with pytest.raises(NotThere):
                open_regular(name, opened)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_neither_is_a_hard_link_to_another_users_file(folder: Path) -> None:
    os.chown(folder, 41_234, 41_234)
    (folder / "theirs").write_bytes(b"content")

    with opened_folder(folder) as opened, pytest.raises(NotThere):
        open_regular("theirs", opened)


def test_a_link_in_place_of_the_folder_is_not_followed(folder: Path) -> None:
    folder.rmdir()
    folder.symlink_to("/etc")

    with pytest.raises(NotThere), opened_folder(folder):
        pass


def test_a_link_in_place_of_the_sessions_folder_is_not_followed(folder: Path) -> None:
    moved = folder.parent.rename(folder.parent.with_name("moved"))
    folder.parent.symlink_to(moved)

    with pytest.raises(NotThere), opened_folder(folder):
        pass


def test_no_descriptor_is_left_open(folder: Path) -> None:
    (folder / "folder").mkdir()
    before = len(list(Path("/proc/self/fd").iterdir()))

    with opened_folder(folder) as opened, pytest.raises(NotThere):
        open_regular("folder", opened)

    assert len(list(Path("/proc/self/fd").iterdir())) == before
