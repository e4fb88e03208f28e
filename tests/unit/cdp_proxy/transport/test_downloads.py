from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from cdp_proxy.transport.downloads import (
    CHUNK_BYTES,
    Download,
    DownloadsFolder,
    file_chunks,
    zip_chunks,
)
from cdp_proxy.transport.guarded import NotThere


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "session" / "downloads"
    path.mkdir(parents=True)
    return path


def put(path: Path, name: str, content: bytes, at: float) -> None:
    (path / name).write_bytes(content)
    os.utime(path / name, (at, at))


def unpacked(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        return {info.filename: opened.read(info) for info in opened.infolist()}


def test_finished_downloads_come_oldest_first(path: Path) -> None:
    put(path, "b", b"12", 1_000.5)
    put(path, "a", b"1", 2_000.0)

    assert DownloadsFolder(path).finished() == [
        Download("b", 2, 1_000.5),
        Download("a", 1, 2_000.0),
    ]


def test_what_is_not_a_finished_file_is_left_out(path: Path) -> None:
    (path / "guid.crdownload").write_bytes(b"half")
    (path / ".org.chromium.Chromium.abc").write_bytes(b"half")
    (path / "link").symlink_to("/etc/hostname")
    (path / "folder").mkdir()
    os.mkfifo(path / "pipe")

    assert DownloadsFolder(path).finished() == []


def test_a_folder_that_is_gone_or_replaced_holds_nothing(path: Path) -> None:
    path.rmdir()
    assert DownloadsFolder(path).finished() == []

    path.symlink_to("/etc")
    assert DownloadsFolder(path).finished() == []


def test_a_file_replaced_by_a_link_after_the_listing_is_not_opened(path: Path) -> None:
    put(path, "a", b"content", 1_000)
    folder = DownloadsFolder(path)
    (download,) = folder.finished()
    (path / "a").unlink()
    (path / "a").symlink_to("/etc/hostname")

    with pytest.raises(NotThere):
        folder.open(download)
    assert unpacked(b"".join(zip_chunks(folder, [("a", download)]))) == {}


def test_a_file_comes_in_chunks_and_no_further_than_was_announced(path: Path) -> None:
    content = os.urandom(CHUNK_BYTES + 10)
    put(path, "a", content + b"grown", 1_000)
    file = DownloadsFolder(path).open(Download("a", len(content), 1_000))

    chunks = list(file_chunks(file, len(content)))

    assert [len(chunk) for chunk in chunks] == [CHUNK_BYTES, 10]
    assert b"".join(chunks) == content
    assert file.closed


def test_a_file_that_has_become_shorter_is_an_error(path: Path) -> None:
    put(path, "a", b"short", 1_000)
    file = DownloadsFolder(path).open(Download("a", 10, 1_000))

    with pytest.raises(EOFError):
        list(file_chunks(file, 10))
    assert file.closed


def test_an_archive_holds_every_byte_under_the_given_names(path: Path) -> None:
    large = os.urandom(3 * CHUNK_BYTES)
    put(path, "guid-1", large, 1_700_000_000)
    put(path, "guid-2", b"", 1_700_000_001)
    folder = DownloadsFolder(path)
    one, two = folder.finished()

    chunks = list(zip_chunks(folder, [("naïve.bin", one), ("empty", two)]))

    assert unpacked(b"".join(chunks)) == {"naïve.bin": large, "empty": b""}
    assert max(map(len, chunks)) < 2 * CHUNK_BYTES


def test_an_archive_of_nothing_is_one(path: Path) -> None:
    assert unpacked(b"".join(zip_chunks(DownloadsFolder(path), []))) == {}


@pytest.mark.parametrize(("at", "year"), [(0.0, 1980), (1e11, 2107), (1_700_000_000.0, 2023)])
def test_an_entrys_time_is_one_an_archive_can_hold(path: Path, at: float, year: int) -> None:
    put(path, "a", b"x", 1_000)
    folder = DownloadsFolder(path)

    archive = b"".join(zip_chunks(folder, [("a", Download("a", 1, at))]))

    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.infolist()[0].date_time[0] == year


def test_an_archive_given_up_half_way_closes_its_file(path: Path) -> None:
    put(path, "a", os.urandom(4 * CHUNK_BYTES), 1_000)
    folder = DownloadsFolder(path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    chunks = zip_chunks(folder, [("a", folder.finished()[0])])
    next(chunks)

    chunks.close()

    assert len(list(Path("/proc/self/fd").iterdir())) == before
