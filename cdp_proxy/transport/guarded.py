"""Opening what lies where a browser, which may be hostile, can put links.

The session's folder belongs to the browser's user: it may rename what is in it and put links in
its place. Every step is therefore relative to a descriptor and follows no link. All of this blocks.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""O_NONBLOCK: opening a FIFO would wait for its writer."""
_NOT_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EACCES, errno.ENXIO}


class NotThere(Exception):
    """There is no such folder or file, or something else is in its place."""


@contextmanager
def opened_folder(path: Path) -> Iterator[int]:
    """A descriptor of a folder inside a session's folder; neither of the two may be a link.

    Raises:
        NotThere: it is gone, or has been replaced.
    """
    session_folder = _open(path.parent, _FOLDER)
    try:
        folder = _open(path.name, _FOLDER, session_folder)
    finally:
        os.close(session_folder)
    try:
        yield folder
    finally:
        os.close(folder)


def open_regular(name: str, folder: int) -> int:
    """A descriptor for reading a regular file directly in `folder`.

    Raises:
        NotThere: it is gone, is no regular file, or is another user's (a hard link).
    """
    fd = _open(name, _FILE, folder)
    if not is_own_file(os.fstat(fd), folder):
        os.close(fd)
        raise NotThere(name)
    return fd


def is_own_file(status: os.stat_result, folder: int) -> bool:
    """Whether it is a regular file of the user whose folder it is in."""
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.fstat(folder).st_uid


def _open(path: str | Path, flags: int, folder: int | None = None) -> int:
    try:
        return os.open(path, flags, dir_fd=folder)
    except OSError as error:
        if error.errno in _NOT_THERE:
            raise NotThere(str(path)) from error
        raise
