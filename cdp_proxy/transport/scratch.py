"""Folders on disk: one root for this container, one folder in it for each browser.

A container holds a lock on its root for as long as it lives, whatever way it dies, so the next one
can tell dead roots from living ones and sweep them: what is left of their browsers is killed, then
the folder goes. Folders without our lock file are somebody else's and are not touched.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from twisted.logger import Logger

from cdp_proxy.core.policy import Folders
from cdp_proxy.transport.process_table import lives_in, living_members, start_ticks
from cdp_proxy.transport.processes import kill_group

_log = Logger()

_LOCK = "wallcrawler.lock"
_LEADER = ".leader"
_HALF_MADE = ".wallcrawler-"
_HALF_MADE_SECONDS = 60.0
"""Making a root takes a moment: one that is half made for so long never will be made."""
_NAME_CHARS = 8
_GROUP_GONE_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.01
_REMOVE_ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class BrowserFolder:
    """One browser's folder: its home, profile, temp files, downloads and uploads."""

    path: Path

    @property
    def profile(self) -> Path:
        """`--user-data-dir`."""
        return self.path / "profile"

    @property
    def temp(self) -> Path:
        """`TMPDIR`: Chromium leaves files there when it is killed.

        The name is short because full Chromium makes a socket some 45 characters below it, and a
        socket's path has 107 at most (`unix(7)`).
        """
        return self.path / "t"

    @property
    def folders(self) -> Folders:
        """What clients may name in commands."""
        return Folders(downloads=str(self.path / "downloads"), uploads=str(self.path / "uploads"))

    def write_leader(self, pid: int) -> None:
        """Remember the process group, for the sweep after a death of the container."""
        self._leader.write_text(f"{pid} {start_ticks(pid)}")

    def remove(self) -> None:
        """Delete it with all that is in it; blocks. Harmless when it is gone."""
        _remove_tree(self.path)
        self._leader.unlink(missing_ok=True)

    @property
    def _leader(self) -> Path:
        """Beside the folder: in it the browser could write what it wants to see killed."""
        return self.path.with_name(self.path.name + _LEADER)


class ScratchRoot:
    """This container's folder below `SCRATCH_DIR`, locked while the container lives."""

    def __init__(self, parent: Path, task_id: str) -> None:
        """Create and lock a folder in `parent`; other users may pass through but not list it.

        Raises:
            OSError: the parent cannot be created or written.
        """
        parent.mkdir(parents=True, exist_ok=True, mode=0o711)
        self._parent = parent
        name = task_id[:_NAME_CHARS]
        self.path = parent / name
        half_made = parent / f"{_HALF_MADE}{name}"
        half_made.mkdir(mode=0o711)
        self._lock = _lock(half_made, os.O_CREAT)
        if self._lock is None:
            raise OSError(errno.EBUSY, "somebody else has taken it", str(half_made))
        half_made.rename(self.path)

    def sweep(self) -> int:
        """Remove what dead containers have left beside us; blocks.

        What cannot be removed (another user's, say) is logged and left.

        Returns:
            How many of them were removed.
        """
        swept = 0
        for root in self._parent.iterdir():
            lock = self._lock_of_dead(root)
            if lock is None:
                continue
            try:
                _end_groups(root)
                _remove_tree(root)
                swept += 1
            except OSError as error:
                _log.warn("{root} cannot be swept: {error}", root=str(root), error=str(error))
            finally:
                os.close(lock)
        return swept

    def _lock_of_dead(self, root: Path) -> int | None:
        """Lock the root of a dead container; None for whatever else that is."""
        if root == self.path or root.is_symlink():
            return None
        if not root.name.startswith(_HALF_MADE):
            return _lock(root)
        try:
            age_seconds = self.path.stat().st_mtime - root.stat().st_mtime
        except FileNotFoundError:  # its maker has just given it its name
            return None
        return _lock(root, os.O_CREAT) if age_seconds > _HALF_MADE_SECONDS else None

    def new_folder(self, name: str, uid: int | None) -> BrowserFolder:
        """Create a browser's folder, owned by the user the browser runs as; blocks briefly.

        Uploads stay ours and are only readable to the browser, so that it cannot lead our writes
        astray with links.
        """
        folder = BrowserFolder(self.path / name)
        inner = [folder.profile, folder.temp, Path(folder.folders.downloads)]
        uploads = Path(folder.folders.uploads)
        try:
            for path in (folder.path, *inner, uploads):
                path.mkdir(mode=0o700)
                if uid is not None and path != uploads:
                    os.chown(path, uid, uid)
            if uid is not None:
                os.chown(uploads, -1, uid)
                uploads.chmod(0o750)
        except OSError:
            folder.remove()
            raise
        return folder

    def remove(self) -> None:
        """Delete the root at the container's end; blocks."""
        _remove_tree(self.path)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _lock(root: Path, flags: int = 0) -> int | None:
    """Lock a root; None when a living container holds it, it has just gone, or it is none.

    Args:
        root: the folder with the lock file.
        flags: `os.O_CREAT` to make that file.
    """
    try:
        lock = os.open(root / _LOCK, flags | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.ELOOP}:
            return None
        raise
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _end_groups(root: Path) -> None:
    """Kill what is left of a dead container's browsers, and wait until it is gone.

    Raises:
        OSError: a process does not end.
    """
    groups = list(_leftover_groups(root))
    for group in groups:
        kill_group(group)
    give_up = time.monotonic() + _GROUP_GONE_SECONDS
    for group in groups:
        while members := living_members(group):
            if time.monotonic() > give_up:
                raise OSError(errno.EBUSY, f"processes {members} do not end")
            time.sleep(_LOOK_AGAIN_SECONDS)


def _leftover_groups(root: Path) -> Iterator[int]:
    """Process groups of a dead container's browsers.

    A group is still the browser's when its leader is the same process, or has ended and one of
    the others lives in the browser's folder.
    """
    for leader in root.glob(f"*{_LEADER}"):
        number, _, started = leader.read_text().partition(" ")
        if not started:
            continue
        now = start_ticks(int(number))
        if now == started or (not now and _any_lives_in(leader.with_suffix(""), int(number))):
            yield int(number)


def _any_lives_in(folder: Path, group: int) -> bool:
    return any(lives_in(pid, folder) for pid in living_members(group))


def _remove_tree(path: Path) -> None:
    """Delete a folder; files that vanish or come meanwhile are no error.

    Chromium may still be cleaning up itself, and an upload may be on its way.

    Raises:
        OSError: it cannot be deleted, or files do not stop to come.
    """
    for attempt in range(1, _REMOVE_ATTEMPTS + 1):
        try:
            shutil.rmtree(path)
        except OSError as error:
            if not path.exists():
                return
            if error.errno not in {errno.ENOENT, errno.ENOTEMPTY} or attempt == _REMOVE_ATTEMPTS:
                raise
        else:
            return
