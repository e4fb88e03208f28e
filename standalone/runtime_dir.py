"""What does not survive a restart: the Redis socket and the browsers' scratch.

    <tmp>/wc-<hash of the state dir>/   0711
        run/                            0700; the Redis socket
        s/                              0711; the container's scratch, one folder per browser

Not below the state dir, for two reasons: the path of a Unix socket has 107 bytes at most, and the
container may run each browser under a uid of its own, which could not pass a 0700 home. Names are
short, for Chromium makes sockets far below; they follow from the state dir, so that the next start
finds, and sweeps, what a killed one left.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

from standalone.errors import ExitCode, StartFailed

_SOCKET_PATH_BYTES_MAX = 107
"""`sun_path` of unix(7), without its closing NUL."""
_DEEPEST_SOCKET_BYTES = len(
    "/wc-01234567/s/01234567/b99999/t/org.chromium.Chromium.XXXXXX/SingletonSocket"
)
"""Full Chromium's, in its temp folder (`cdp_proxy.transport.scratch`)."""


class RuntimeDir:
    """A private folder that lives as long as the edition."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.redis_socket = path / "run" / "redis.sock"
        self.scratch = path / "s"

    @property
    def redis_endpoint(self) -> str:
        """The `REDIS_ENDPOINT` of the programs."""
        return f"unix://{quote(str(self.redis_socket))}"

    @classmethod
    def create(cls, state_dir: Path) -> RuntimeDir:
        """Make the folder anew, removing what is left of an earlier run.

        The caller holds the state dir's lock, so nobody else is using it.

        Raises:
            StartFailed: it cannot be made, or somebody else made a folder of that name.
        """
        digest = hashlib.sha256(os.fsencode(state_dir)).hexdigest()[:8]
        runtime = cls(_temporary_folder() / f"wc-{digest}")
        try:
            runtime.remove()
            runtime.path.mkdir(mode=0o711)
            for folder, mode in ((runtime.path / "run", 0o700), (runtime.scratch, 0o711)):
                folder.mkdir()
                folder.chmod(mode)
            runtime.path.chmod(0o711)
        except OSError as error:
            raise StartFailed(
                f"The runtime folder cannot be made: {error.strerror} ({runtime.path}).",
                ExitCode.STATE_DIR,
            ) from error
        return runtime

    def remove(self) -> None:
        """Remove the folder and everything in it; nothing happens when it is not there.

        Raises:
            OSError: something in it cannot be removed, or the folder is not ours.
        """
        try:
            found = self.path.lstat()
        except FileNotFoundError:
            return
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise PermissionError(1, "somebody else made it", str(self.path))
        shutil.rmtree(self.path)


def _temporary_folder() -> Path:
    """The system's temporary folder, or /tmp when that one is too deep or closed to other uids."""
    folder = Path(tempfile.gettempdir()).resolve()
    fits = len(os.fsencode(folder)) + _DEEPEST_SOCKET_BYTES <= _SOCKET_PATH_BYTES_MAX
    passable = all(step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents))
    return folder if fits and passable else Path("/tmp")  # noqa: S108 (the name is checked)
