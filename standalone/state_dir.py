"""What survives a restart: secrets and logs, in one private folder with a lock.

<state dir>/            0700
    lock                held while an edition runs; names its pid
    secrets.json        0600; JWT secret and API key, made at the first start
    logs/               this run's, and the run before's as `*.1`
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from shared.limits import API_KEY_CHARS_MIN, JWT_SECRET_CHARS_MIN
from standalone.errors import ExitCode, StartFailed

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Secrets:
    """What this edition signs and is opened with."""

    jwt_secret: str = field(repr=False)
    api_key: str = field(repr=False)


class StateDir:
    """An opened and locked state dir; `close` gives the lock back."""

    def __init__(self, path: Path, lock: IO[str]) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def open(cls, path: Path) -> StateDir:
        """Create the folder if need be, and lock it.

        Raises:
            StartFailed: it cannot be used, or another edition is using it.
        """
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.chmod(0o700)
            (path / "logs").mkdir(mode=0o700, exist_ok=True)
            lock = (path / "lock").open("a+")
        except OSError as error:
            raise _unusable(path, error) from error
        try:
            _take(lock, path)
        except BaseException:
            lock.close()
            raise
        return cls(path, lock)

    def close(self) -> None:
        """Let another edition use the folder."""
        self._lock.close()

    def secrets(self) -> Secrets:
        """The secrets of this folder, made now if it has none.

        Raises:
            StartFailed: the file cannot be read, written or understood.
        """
        file = self.path / "secrets.json"
        try:
            if not file.exists():
                _write_private(file, _new_secrets())
            file.chmod(0o600)
            text = file.read_text(encoding="utf-8")
        except OSError as error:
            raise _unusable(file, error) from error
        return _parse_secrets(file, text)

    def open_log(self, name: str) -> IO[bytes]:
        """A fresh log for this run; the log of the run before is kept beside it.

        Raises:
            StartFailed: the logs folder cannot be written.
        """
        file = self.log_path(name)
        try:
            if file.exists():
                file.replace(file.with_name(file.name + ".1"))
            return file.open("ab", buffering=0)
        except OSError as error:
            raise _unusable(file, error) from error

    def log_path(self, name: str) -> Path:
        """Where the log of that name is."""
        return self.path / "logs" / f"{name}.log"


def _take(lock: IO[str], path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        holder = lock.read(20).strip() or "unknown"
        raise StartFailed(
            f"Another WallCrawler (pid {holder}) is running with the state dir {path}; "
            "stop it or choose another --state-dir.",
            ExitCode.STATE_DIR,
        ) from error
    except OSError as error:
        raise _unusable(path, error) from error
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()


def _new_secrets() -> str:
    return json.dumps(
        {
            "jwtSecret": secrets.token_urlsafe(_SECRET_BYTES),
            "apiKey": "wc_" + secrets.token_urlsafe(_SECRET_BYTES),
        }
    )


def _write_private(file: Path, text: str) -> None:
    """All or nothing, and never readable by others, not even for a moment."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as stream:  # noqa: PTH123 (a descriptor)
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


def _parse_secrets(file: Path, text: str) -> Secrets:
    try:
        document = json.loads(text)
        found = Secrets(jwt_secret=document["jwtSecret"], api_key=document["apiKey"])
        usable = (
            len(found.jwt_secret) >= JWT_SECRET_CHARS_MIN
            and len(found.api_key) >= API_KEY_CHARS_MIN
        )
    except (ValueError, KeyError, TypeError):
        usable = False
    if not usable:
        raise StartFailed(
            f"{file} is not a secrets file of WallCrawler; delete it to have new secrets made.",
            ExitCode.STATE_DIR,
        )
    return found


def _unusable(path: Path, error: OSError) -> StartFailed:
    return StartFailed(
        f"The state dir cannot be used: {error.strerror} ({path}).", ExitCode.STATE_DIR
    )
