"""A session's uploads: a folder that its browser may read and only the container may write.

The browser cannot put links in there, and cannot pass off a folder of its own for it; nothing is
ever written over. What may be uploaded in all is counted before a form's first byte is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cdp_proxy.core.file_names import distinct_name, safe_name
from cdp_proxy.transport.guarded import NotThere, opened_folder
from shared.errors import SessionEnded, TooLarge
from shared.limits import UPLOADS_BYTES_MAX, UPLOADS_FILES_MAX

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READABLE = 0o640
_OTHERS_MAY_WRITE = 0o022


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that the session's browser can read now."""

    name: str
    path: str
    """Absolute, for `DOM.setFileInputFiles`."""
    size: int


class UploadBudget:
    """What may still be uploaded; touched by the reactor's thread only."""

    def __init__(self, bytes_max: int = UPLOADS_BYTES_MAX) -> None:
        self.bytes_max = bytes_max
        self.bytes_left = bytes_max

    def reserve(self, body_bytes: int | None) -> Reservation:
        """Set aside what a form's body may become; all that is left, where that is not known.

        Raises:
            TooLarge: there is not so much left.
        """
        wanted = self.bytes_left if body_bytes is None else body_bytes
        if not 0 < wanted <= self.bytes_left:
            raise TooLarge(
                f"The session may upload {self.bytes_left} bytes more ({self.bytes_max} in all).",
                limit=self.bytes_max,
                left=self.bytes_left,
            )
        self.bytes_left -= wanted
        return Reservation(self, wanted)


class Reservation:
    """A part of a budget, set aside until `settle`."""

    def __init__(self, budget: UploadBudget, size: int) -> None:
        self.bytes = size
        self._budget = budget

    def settle(self, used_bytes: int) -> None:
        """Give back what was not used. Once."""
        self._budget.bytes_left += self.bytes - used_bytes


class Reception:
    """The files of one form on their way to the disk. All of it blocks.

    1. `begin` creates a file, `write` appends to it, `end` makes it readable; again for the next.
    2. `discard` takes back all of them.
    """

    def __init__(self, folder: Path) -> None:
        """`folder` is the session's for uploads."""
        self.files: list[Uploaded] = []
        """Those that are whole."""
        self._folder = folder
        self._name = ""
        self._fd: int | None = None
        self._size = 0

    def begin(self, wanted_name: str) -> None:
        """Create a file, under a name like the wanted one that is not taken.

        Raises:
            SessionEnded: the session's folder is gone.
            TooLarge: the session has as many files as it may.
        """
        name = safe_name(wanted_name)
        with self._opened() as folder:
            taken = set(os.listdir(folder))  # noqa: PTH208 - by descriptor
            if len(taken) >= UPLOADS_FILES_MAX:
                raise TooLarge(f"The session has {UPLOADS_FILES_MAX} uploaded files already.")
            while self._fd is None:
                candidate = distinct_name(name, taken)
                with suppress(FileExistsError):  # another form's, just now
                    self._fd = os.open(candidate, _NEW_FILE, 0o600, dir_fd=folder)
                taken.add(candidate)
            self._name, self._size = candidate, 0

    def write(self, data: bytes | memoryview) -> None:
        """Append to the file begun last."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor(), rest) :]
        self._size += len(data)

    def end(self) -> None:
        """The file is whole: let the browser read it."""
        fd = self._descriptor()
        with self._opened() as folder:
            os.fchown(fd, -1, os.fstat(folder).st_gid)
        os.fchmod(fd, _READABLE)
        os.close(fd)
        self._fd = None
        self.files.append(Uploaded(self._name, str(self._folder / self._name), self._size))

    def discard(self) -> None:
        """Take back everything; harmless when the session's folder has gone with it."""
        names = [file.name for file in self.files]
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
            names.append(self._name)
        self.files.clear()
        with suppress(SessionEnded), self._opened() as folder:
            for name in names:
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=folder)

    def _descriptor(self) -> int:
        if self._fd is None:
            raise AssertionError("no file has been begun")
        return self._fd

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """The folder; the browser could have put one of its own in its place."""
        try:
            with opened_folder(self._folder) as folder:
                _check_ours(folder)
                yield folder
        except (NotThere, FileNotFoundError) as error:
            raise SessionEnded("The session's folder for uploads is gone.") from error


def _check_ours(folder: int) -> None:
    found = os.fstat(folder)
    if found.st_uid != os.geteuid() or found.st_mode & _OTHERS_MAY_WRITE:
        raise NotThere("the uploads folder is somebody else's")
