"""A session's finished downloads on disk, and the archive of all of them. All of this blocks."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cdp_proxy.transport.guarded import NotThere, is_own_file, open_regular, opened_folder

CHUNK_BYTES = 256 * 1024
_PARTIAL = ".crdownload"
_ZIP64_FROM_BYTES = 1 << 30
"""From here on an entry gets room for 64-bit sizes: deflating may make it longer than it was."""
_ZIP_TIME_MIN = 315_532_800.0
_ZIP_TIME_MAX = 4_354_819_198.0
"""Epoch seconds that an archive can hold: the years 1980 to 2107."""
_REGULAR_FILE_MODE = 0o100644

Chunks = Generator[bytes, None, None]


@dataclass(frozen=True, slots=True)
class Download:
    """A file among the downloads."""

    stored_name: str
    size: int
    finished_at: float
    """Epoch seconds of its last change."""


class DownloadsFolder:
    """Where a browser writes downloads; all in it may be a trap."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def finished(self) -> list[Download]:
        """What is whole, oldest first; partials, hidden files, links and the like are left out."""
        found: list[Download] = []
        with suppress(NotThere), opened_folder(self._path) as folder, os.scandir(folder) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                if _is_whole(entry.name) and is_own_file(status, folder):
                    found.append(Download(entry.name, status.st_size, status.st_mtime))
        return sorted(found, key=lambda one: (one.finished_at, one.stored_name))

    def open(self, download: Download) -> BinaryIO:
        """The file, for reading.

        Raises:
            NotThere: it has gone since, or something else has taken its place.
        """
        with opened_folder(self._path) as folder:
            return os.fdopen(open_regular(download.stored_name, folder), "rb", buffering=0)


def file_chunks(file: BinaryIO, size: int) -> Chunks:
    """The first `size` bytes of a file, which is closed at the end.

    Raises:
        EOFError: it has become shorter.
    """
    with file:
        while size > 0:
            chunk = file.read(min(size, CHUNK_BYTES))
            if not chunk:
                raise EOFError("a download has become shorter while it was read")
            size -= len(chunk)
            yield chunk


def zip_chunks(folder: DownloadsFolder, members: Sequence[tuple[str, Download]]) -> Chunks:
    """A zip archive of downloads under the given names; those that have gone are left out.

    Deflated, also where that saves nothing: readers that cannot seek do not find the end of an
    entry that is stored as it is and whose length comes after it, as it has to here.
    """
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        for name, download in members:
            with suppress(NotThere), folder.open(download) as file:
                info = _entry(name, download)
                with archive.open(info, "w", force_zip64=info.file_size > _ZIP64_FROM_BYTES) as out:
                    for chunk in file_chunks(file, download.size):
                        out.write(chunk)
                        if compressed := sink.take():
                            yield compressed
    yield sink.take()


class _Sink(io.RawIOBase):
    """Takes what `ZipFile` writes, until it is taken away."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        """It is, and not seekable: sizes follow each entry."""
        return True

    def write(self, data: object, /) -> int:
        """Keep it."""
        taken = bytes(memoryview(data))  # type: ignore[arg-type]  # whatever has a buffer
        self._written += taken
        return len(taken)

    def take(self) -> bytes:
        """What has come since the last time."""
        taken = bytes(self._written)
        self._written.clear()
        return taken


def _is_whole(name: str) -> bool:
    """Chromium calls what it still writes `*.crdownload`, or hides it."""
    return not name.endswith(_PARTIAL) and not name.startswith(".")


def _entry(name: str, download: Download) -> ZipInfo:
    moment = min(max(download.finished_at, _ZIP_TIME_MIN), _ZIP_TIME_MAX)
    year, month, day, hour, minute, second, *_ = time.gmtime(moment)
    info = ZipInfo(name, (year, month, day, hour, minute, second))
    info.compress_type = ZIP_DEFLATED
    info.file_size = download.size
    info.external_attr = _REGULAR_FILE_MODE << 16
    return info
