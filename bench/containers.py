"""Several containers on one machine and one Redis, as several tasks of a cluster would be."""

from __future__ import annotations

import json
import os
import secrets
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import redis

from shared.bus import RequestBus
from shared.clock import system_clock
from shared.ids import OwnerId, TaskId
from shared.randomness import new_request_id, new_session_id, new_token_id
from shared.records import BrowserSettings, CloseSession, OpenSession, SessionSpec
from shared.request_kind import RequestKind
from shared.store import Growth, Placed, SessionStore
from shared.tokens import ALL_SCOPES, Claims, make_token

ROOT = Path(__file__).resolve().parents[1]
_READY_SECONDS = 60.0
_STOP_SECONDS = 30.0
_OPEN_SECONDS = 25.0
_DIE_WITH_PARENT = ROOT / "standalone" / "die_with_parent.py"


class Container:
    """One `python -m cdp_proxy`."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, ready: dict[str, Any]) -> None:
        self.process = process
        self.log_file = log
        self.task_id = TaskId(ready["taskId"])
        self.cdp = str(ready["cdpUrl"])
        """Where its clients connect."""

    @property
    def http(self) -> str:
        """Its address for plain requests."""
        return self.cdp.replace("ws://", "http://").removesuffix("/cdp")

    def log(self) -> list[dict[str, Any]]:
        """What it has logged so far."""
        lines = self.log_file.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def kill(self) -> None:
        """SIGKILL, and wait for its end."""
        self.process.kill()
        self.process.wait(_STOP_SECONDS)

    def terminate(self) -> int:
        """SIGTERM; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_STOP_SECONDS)


@dataclass(frozen=True, slots=True)
class Session:
    """A session, and what opens it."""

    spec: SessionSpec
    token: str

    def at(self, container: Container) -> str:
        """The URL of its browser at this container, be it there or not."""
        return f"{container.cdp}?token={self.token}"


class Containers:
    """Starts containers on one Redis; ends them all when its block ends."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self.secret = secrets.token_hex(24)
        """Signs tokens."""
        self._folder = Path(tempfile.mkdtemp(prefix="wc-containers-"))
        self._folder.chmod(0o711)
        self._started: list[Container] = []
        self._client = redis.Redis.from_url(redis_url)
        self.store = SessionStore(self._client)
        self._bus = RequestBus(self._client, system_clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for container in self._started:
            if container.process.poll() is None:
                container.terminate()
        self._client.close()
        shutil.rmtree(self._folder)

    def start(self, **environment: str) -> Container:
        """One more, once it serves."""
        number = len(self._started)
        log = self._folder / f"{number}.log"
        scratch = self._folder / f"scratch-{number}"
        scratch.mkdir()
        scratch.chmod(0o711)
        reader, writer = os.pipe()
        try:
            with log.open("wb") as stream:
                process = subprocess.Popen(
                    [
                        *(sys.executable, "-I", "-S", str(_DIE_WITH_PARENT), str(os.getpid())),
                        *(sys.executable, "-m", "cdp_proxy"),
                    ],
                    cwd=ROOT,
                    env={
                        **_kept(),
                        "REDIS_ENDPOINT": self._redis_url,
                        "JWE_SECRET": self.secret,
                        "CDP_PORT": "0",
                        "WARM_BROWSERS": "1",
                        "MAX_SESSIONS": "4",
                        "SCRATCH_DIR": str(scratch),
                        "READY_FD": str(writer),
                        **environment,
                    },
                    pass_fds=[writer],
                    stdout=stream,
                    stderr=stream,
                )
        finally:
            os.close(writer)
        line = _first_line(reader)
        if not line:
            raise RuntimeError(f"a container did not start: {log.read_text()[-2000:]}")
        self._started.append(Container(process, log, json.loads(line)))
        return self._started[-1]

    def open(self) -> Session:
        """A session on whichever container the store places it."""
        session = self.make()
        placed = self.store.place(session.spec, system_clock())
        if not isinstance(placed, Placed):
            raise TypeError(f"no room: {placed}")
        self._bus.call(
            placed.task_id,
            new_request_id(),
            RequestKind.OPEN,
            OpenSession(spec=session.spec),
            _OPEN_SECONDS,
        )
        return session

    def close(self, session: Session) -> None:
        """Release a session."""
        self._bus.call(
            self.owner_of(session),
            new_request_id(),
            RequestKind.CLOSE,
            CloseSession(session_id=session.spec.session_id),
            _OPEN_SECONDS,
        )

    def put_in_line(self, growth: Growth) -> Session:
        """A session that stands in line."""
        session = self.make()
        self.store.place(session.spec, system_clock(), growth=growth)
        return session

    def make(self, *, keep_alive: bool = True) -> Session:
        """A session that nobody knows of yet."""
        spec = make_spec(keep_alive=keep_alive)
        return Session(spec, make_token(claims_of(spec), self.secret))

    def owner_of(self, session: Session) -> TaskId:
        """The task that has the session."""
        record = self.store.get(session.spec.session_id)
        if record is None:
            raise RuntimeError("the session is not there")
        return record.task_id


def make_spec(
    *, lasts_seconds: float = 3600.0, idle_seconds: int = 1800, keep_alive: bool = True
) -> SessionSpec:
    """What a session that begins now is to be."""
    now = system_clock()
    return SessionSpec(
        session_id=new_session_id(),
        owner_id=OwnerId("test"),
        token_id=new_token_id(),
        created_at=now,
        expires_at=now + lasts_seconds,
        idle_timeout_seconds=idle_seconds,
        keep_alive=keep_alive,
        settings=BrowserSettings(),
        user_metadata={},
    )


def claims_of(spec: SessionSpec) -> Claims:
    """What a token says that opens all of a session."""
    return Claims(
        session_id=spec.session_id,
        owner_id=spec.owner_id,
        token_id=spec.token_id,
        scopes=ALL_SCOPES,
        issued_at=int(spec.created_at),
        expires_at=int(spec.expires_at) + 1,
    )


def _kept() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def _first_line(reader: int) -> bytes:
    """The ready line; empty when the process ends without one."""
    with os.fdopen(reader, "rb") as stream, selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        deadline = time.monotonic() + _READY_SECONDS
        if not selector.select(deadline - time.monotonic()):
            raise RuntimeError("a container was not ready in time")
        return stream.readline()
