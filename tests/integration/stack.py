"""The one-machine edition as its users start it: a process with one line on stdout.

All that it makes outside its state dir goes into a temporary folder of its own, so that what it
leaves behind is simply what is in there at the end.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self
from weakref import WeakSet

import psutil
import redis

from bench.containers import claims_of, make_spec
from shared.bus import RequestBus
from shared.clock import system_clock
from shared.ids import SessionId
from shared.randomness import new_request_id
from shared.records import OpenSession, SessionSpec
from shared.request_kind import RequestKind
from shared.store import Placed, SessionStore
from shared.tokens import Claims, make_token
from tests.integration.api import Api, RemoteBrowser, gauge
from tests.integration.processes import (
    command_line,
    descendants,
    folders_below,
    processes_naming,
    running,
)
from tests.integration.waiting import PATIENCE_SECONDS, wait_until

REPOSITORY = Path(__file__).resolve().parents[2]
DIE_WITH_PARENT = REPOSITORY / "standalone" / "die_with_parent.py"
"""So that a test run that is killed takes its editions with it."""
_OPEN_SECONDS = 25.0
_UNUSUAL = re.compile(r'"level": ?"(?:warn|warning|error|critical)"', re.IGNORECASE)
_FAILURE = re.compile(r'"traceback": ?"')
_LINES_MAX = 40


class Stack:
    """A running `standalone up`; use it as a context manager, or `start` and `stop` it."""

    running: ClassVar[WeakSet[Stack]] = WeakSet()

    def __init__(
        self,
        *options: str,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """Prepare.

        Args:
            options: for `up`, after those every stack gets.
            environment: variables beside a clean environment.
            folder: an existing one to reuse; None = a new one, removed by `stop`.
        """
        self.folder = folder or Path(tempfile.mkdtemp(prefix="wc-"))
        self.folder.chmod(0o711)
        self.temporary = self.folder / "t"
        self.temporary.mkdir(exist_ok=True)
        self.temporary.chmod(0o711)
        self.state = self.folder / "state"
        self._options = options
        self._environment = dict(environment or {})
        self._keep_folder = folder is not None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.stop()
        else:
            self.abandon()

    def start(self) -> None:
        """Start it and read its ready line."""
        self._errors = (self.folder / "stderr").open("ab")
        self.running.add(self)
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", str(DIE_WITH_PARENT), str(os.getpid())),
                *(sys.executable, "-m", "standalone", "up", "--port", "0", "--cdp-port", "0"),
                *("--state-dir", str(self.state), *self._options),
            ],
            cwd=REPOSITORY,
            env=self._variables(),
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,
        )
        try:
            self._connect(self._first_line())
        except BaseException:
            self.abandon()
            raise

    def _connect(self, line: str) -> None:
        head, *assignments = line.split()
        assert head == "ready", line
        words = dict(word.split("=", 1) for word in assignments)
        self.ready_line = line
        self.cdp = words["cdp"]
        self.api = Api(words["api"], words["key"])
        self.redis = redis.Redis.from_url(f"unix://{self._redis_socket()}")
        self.store = SessionStore(self.redis)
        self.bus = RequestBus(self.redis, system_clock)

    def stop(self) -> None:
        """SIGTERM, then look for anything it has left."""
        below = descendants(self.process.pid)
        self.redis.close()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_SECONDS)
        rest = self.process.stdout.read() if self.process.stdout else b""
        self._forget()
        assert code == 0, f"exit code {code}: {self.errors()[-2000:]}"
        assert rest == b"", "stdout holds more than the ready line"
        # Not `psutil.wait_procs`: it fails where the number of one that has gone is a thread's.
        wait_until(lambda: not running(below), f"the end of {[each.pid for each in below]}")
        wait_until(lambda: not processes_naming(self.temporary), "the end of what it has started")
        assert folders_below(self.temporary) == []
        assert not self.unusual(_FAILURE), self.unusual()
        if not self._keep_folder:
            shutil.rmtree(self.folder)

    def abandon(self) -> None:
        """End everything without asking whether it is clean: a test has failed already."""
        self.process.send_signal(signal.SIGSTOP)  # so that it starts nothing again meanwhile
        for process in descendants(self.process.pid):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)
        self._forget()
        if not self._keep_folder:
            sys.stderr.write(self.errors()[-4000:])
            shutil.rmtree(self.folder)

    def errors(self) -> str:
        """What it has written to stderr."""
        return (self.folder / "stderr").read_text()

    def unusual(self, pattern: re.Pattern[str] = _UNUSUAL) -> str:
        """The last lines of its logs that are about something unusual."""
        lines = [
            f"{log.stem}: {line}"
            for log in sorted((self.state / "logs").glob("*.log"))
            for line in log.read_text(errors="replace").splitlines()
            if pattern.search(line)
        ]
        return "\n".join(lines[-_LINES_MAX:])

    def container_log(self) -> str:
        """What the container has logged."""
        return (self.state / "logs" / "container.log").read_text()

    @property
    def http_base(self) -> str:
        """The container's HTTP address."""
        return self.cdp.replace("ws://", "http://").removesuffix("/cdp")

    @property
    def scratch(self) -> Path:
        """Where the container keeps its browsers' folders."""
        (runtime,) = self.temporary.glob("wc-*")
        return runtime / "s"

    @property
    def jwt_secret(self) -> str:
        """What it signs tokens with."""
        secrets = json.loads((self.state / "secrets.json").read_text())
        return str(next(value for name, value in secrets.items() if "jwt" in name.lower()))

    def container(self) -> psutil.Process:
        """The container's process, once there is one."""
        return self._child("cdp_proxy")

    def redis_server(self) -> psutil.Process:
        """The process of Redis, once there is one."""
        return self._child("redis-server")

    def place(
        self, *, lasts_seconds: float = 3600.0, keep_alive: bool = True, idle_seconds: int = 1800
    ) -> RemoteBrowser:
        """A session beside REST, which would not allow such a short life.

        Args:
            lasts_seconds: until its hard deadline.
            keep_alive: as in the API.
            idle_seconds: its idle timeout.
        """
        spec = make_spec(
            lasts_seconds=lasts_seconds, idle_seconds=idle_seconds, keep_alive=keep_alive
        )
        placed = self.store.place(spec, spec.created_at)
        assert isinstance(placed, Placed), placed
        self.bus.call(
            placed.task_id,
            new_request_id(),
            RequestKind.OPEN,
            OpenSession(spec=spec),
            _OPEN_SECONDS,
        )
        return self._browser_of(spec)

    def token(self, claims: Claims, secret: str | None = None) -> str:
        """A token signed by this stack, or by somebody else's `secret`."""
        return make_token(claims, secret or self.jwt_secret)

    def status(self, browser: RemoteBrowser) -> tuple[str, str | None]:
        """A session's status and end reason as Redis has them."""
        session = self.store.get(SessionId(browser.id))
        assert session is not None, f"no record of {browser.id}"
        return session.status.value, session.end_reason.value if session.end_reason else None

    def wait_ended(self, browser: RemoteBrowser, *, status: str, reason: str) -> None:
        """Wait until the session has ended in exactly this way."""
        wait_until(
            lambda: self.status(browser)[0] not in {"initializing", "active"},
            f"the end of a session ({reason})",
        )
        assert self.status(browser) == (status, reason)

    def cdp_clients(self) -> int:
        """CDP clients that are connected to the container, over all sessions."""
        return gauge(self.http_base, "cdp_clients")

    def leases(self) -> int:
        """Slots that are taken, over all tasks."""
        tasks = self.store.live_tasks(system_clock())
        return sum(len(self.store.leases(task.task_id)) for task in tasks)

    def free_slots(self) -> int:
        """Slots that a new session could take."""
        return self.store.free_slots(system_clock())

    def _browser_of(self, spec: SessionSpec) -> RemoteBrowser:
        token = self.token(claims_of(spec))
        return RemoteBrowser(spec.session_id, f"{self.cdp}?token={token}", token)

    def _variables(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**kept, "TMPDIR": str(self.temporary), **self._environment}

    def _first_line(self) -> str:
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            assert selector.select(PATIENCE_SECONDS), "no ready line"
        line = self.process.stdout.readline().decode()
        assert line, f"it ended without a ready line: {self.errors()[-2000:]}"
        return line

    def _child(self, name: str) -> psutil.Process:
        def find() -> psutil.Process | None:
            below = psutil.Process(self.process.pid).children()
            return next((child for child in below if name in command_line(child)), None)

        return wait_until(find, f"a process of {name}")

    def _redis_socket(self) -> Path:
        (runtime,) = self.temporary.glob("wc-*")
        return runtime / "run" / "redis.sock"

    def _forget(self) -> None:
        self.running.discard(self)
        self._errors.close()
        if self.process.stdout is not None:
            self.process.stdout.close()
