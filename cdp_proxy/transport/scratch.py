"""Folders on disk: one root for this container, one folder in it for each browser.

A container holds a lock on its root for as long as it lives, whatever way it dies, so the next one
can tell dead roots from living ones and sweep them: what is left of their browsers is killed, then
the folder goes.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cdp_proxy.core.policy import Folders
from cdp_proxy.transport.processes import kill_group

_LOCK = "lock"
_LEADER = "leader"
_NAME_CHARS = 8


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
        (self.path / _LEADER).write_text(f"{pid} {_start_ticks(pid)}")

    def remove(self) -> None:
        """Delete it with all that is in it; blocks. Harmless when it is gone."""
        _remove_tree(self.path)


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
        unlocked = parent / f".{name}"
        unlocked.mkdir(mode=0o711)
        self._lock = _lock(unlocked)
        unlocked.rename(self.path)

    def sweep(self) -> int:
        """Remove what dead containers have left beside us; blocks.

        Returns:
            How many of them were found.
        """
        swept = 0
        for root in self._parent.iterdir():
            if root == self.path or root.name.startswith(".") or not root.is_dir():
                continue  # a dot name: somebody else is creating it just now
            lock = _lock(root)
            if lock is None:
                continue
            for group in _leftover_groups(root):
                kill_group(group)
            _remove_tree(root)
            os.close(lock)
            swept += 1
        return swept

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


def _lock(root: Path) -> int | None:
    """Lock a root; None when a living container holds it, or it has just gone."""
    try:
        lock = os.open(root / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _leftover_groups(root: Path) -> Iterator[int]:
    """Process groups of a dead container's browsers whose leader is still the same process."""
    for leader in root.glob(f"*/{_LEADER}"):
        pid, _, started = leader.read_text().partition(" ")
        if started and _start_ticks(int(pid)) == started:
            yield int(pid)


def _start_ticks(pid: int) -> str:
    """When a process started, in clock ticks (`proc_pid_stat(5)` field 22); '' when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return stat.rpartition(")")[2].split()[19]


def _remove_tree(path: Path) -> None:
    """Delete a folder; files that vanish or come meanwhile are no error.

    Chromium may still be cleaning up itself, and an upload may be on its way.
    """
    while path.exists():
        try:
            shutil.rmtree(path)
        except OSError as error:
            if error.errno not in {errno.ENOENT, errno.ENOTEMPTY}:
                raise
