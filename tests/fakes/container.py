"""The container's collaborators, in memory and at once: threads, launcher, pool, store, clients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import redis
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock

from cdp_proxy.core.close_codes import CloseCode
from cdp_proxy.core.latency import MethodLatencies
from cdp_proxy.core.settings import LaunchProfile
from cdp_proxy.transport.chromium import Build, LaunchFailed
from cdp_proxy.transport.session import LiveSession, Timeouts
from shared.ids import SessionId, TaskId
from shared.located import Located
from shared.records import BrowserSettings, Session, SessionSpec, Task
from shared.session_state import EndReason
from tests.fakes.records import NOW, make_spec
from tests.fakes.scripted_browser import ScriptedBrowser

TIMEOUTS = Timeouts(never_connected_seconds=300.0, last_client_grace_seconds=2.0)


def clock_at(seconds: float = NOW) -> Clock:
    clock = Clock()
    clock.advance(seconds)
    return clock


class Immediate:
    """A thread pool that does each call on the spot."""

    def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Deferred[Any]:
        return maybeDeferred(function, *args, **kwargs)


@dataclass
class FakeSocket:
    """A client's connection, seen from the session."""

    got: list[bytes] = field(default_factory=list)
    flushed: int = 0
    closed: tuple[CloseCode, str] | None = None
    paused: list[bool] = field(default_factory=list)

    def deliver(self, message: bytes) -> None:
        self.got.append(message)

    def flush(self) -> None:
        self.flushed += 1

    def close(self, code: CloseCode, reason: str) -> None:
        self.closed = (code, reason)

    def pause(self, paused: bool) -> None:
        self.paused.append(paused)


@dataclass
class FakeLauncher:
    """Starts scripted browsers, or fails as told."""

    clock: Clock
    build: Build = field(default_factory=lambda: Build("/chromium", "headless-shell", sandbox=True))
    failures: list[Exception | None] = field(default_factory=list)
    """What the next launches end with; None for a browser."""
    hold: list[Deferred[None]] = field(default_factory=list)
    """Launches wait for these, one each."""
    launched: list[ScriptedBrowser] = field(default_factory=list)
    profiles: list[LaunchProfile] = field(default_factory=list)
    builds: list[Build] = field(default_factory=list)
    buried: list[object] = field(default_factory=list)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def launch(self, profile: LaunchProfile) -> ScriptedBrowser:
        self.profiles.append(profile)
        self.builds.append(self.build)
        if self.hold:
            await self.hold.pop(0)
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        browser = ScriptedBrowser(self.clock, results=dict(self.results))
        self.launched.append(browser)
        return browser

    async def bury(self, browser: object) -> None:
        self.buried.append(browser)


@dataclass
class FakePool:
    """Hands out what it is given."""

    clock: Clock
    browsers: list[ScriptedBrowser | Exception] = field(default_factory=list)
    hold: Deferred[None] | None = None
    refills: int = 0
    healthy: bool = True
    warm: int = 0

    async def take(self, settings: BrowserSettings) -> ScriptedBrowser:
        if self.hold is not None:
            await self.hold
        browser = self.browsers.pop(0) if self.browsers else ScriptedBrowser(self.clock)
        if isinstance(browser, Exception):
            raise browser
        return browser

    def refill(self) -> None:
        self.refills += 1


@dataclass
class FakeStore:
    """The store as far as a container uses it; `away` makes Redis unreachable."""

    away: bool = False
    active: bool = True
    sessions: dict[SessionId, Session] = field(default_factory=dict)
    tasks: dict[TaskId, Task] = field(default_factory=dict)
    """Those whose heartbeat has not lapsed."""
    leased: set[SessionId] = field(default_factory=set)
    superseded: bool = False
    lost: set[SessionId] = field(default_factory=set)
    """Sessions that have ended as far as Redis knows."""
    calls: list[tuple[str, object]] = field(default_factory=list)

    def _call(self, name: str, what: object) -> None:
        if self.away:
            raise redis.ConnectionError("away")
        self.calls.append((name, what))

    def activate(self, session_id: SessionId, now: float) -> bool:
        self._call("activate", session_id)
        return self.active

    def finish(
        self, session_id: SessionId, reason: EndReason, now: float, *, release_slot: bool
    ) -> bool:
        self._call("finish", (session_id, reason))
        return True

    def release(self, task_id: TaskId, session_id: SessionId, now: float) -> None:
        self._call("release", session_id)

    def get(self, session_id: SessionId) -> Session | None:
        self._call("get", session_id)
        return self.sessions.get(session_id)

    def locate(self, session_ids: Sequence[SessionId], now: float) -> list[Located | None]:
        self._call("locate", tuple(session_ids))
        return [self._located(self.sessions.get(session_id)) for session_id in session_ids]

    def _located(self, session: Session | None) -> Located | None:
        if session is None:
            return None
        task = self.tasks.get(session.task_id)
        return Located(session.status, session.task_id, session.end_reason, task)

    def retire(self, task_id: TaskId, now: float) -> bool:
        self._call("retire", task_id)
        return not self.leased

    def beat(self, task: Task, now: float, ttl_seconds: float) -> bool:
        self._call("beat", task)
        return self.superseded

    def claim(self, session: Session, now: float) -> bool:
        self._call("claim", session)
        return session.spec.session_id not in self.lost

    def leases(self, task_id: TaskId) -> frozenset[SessionId]:
        self._call("leases", task_id)
        return frozenset(self.leased)

    def reap(self, now: float) -> list[SessionId]:
        self._call("reap", now)
        return []

    def remove_task(self, task_id: TaskId) -> None:
        self._call("remove_task", task_id)

    def called(self, name: str) -> list[object]:
        return [what for called, what in self.calls if called == name]


def launch_failure() -> LaunchFailed:
    return LaunchFailed("/chromium did not start: no display")


@dataclass
class OneSession:
    """A live session on a scripted browser and a clock."""

    spec: SessionSpec = field(default_factory=make_spec)
    clock: Clock = field(default_factory=clock_at)

    def __post_init__(self) -> None:
        self.browser = ScriptedBrowser(self.clock)
        self.buried: Deferred[None] = Deferred()
        self.live = LiveSession(
            self.clock,
            self.spec,
            self.browser,  # type: ignore[arg-type]
            TIMEOUTS,
            methods=MethodLatencies(),
            bury=lambda: self.buried,
        )

    def start(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self.live.start())

    def end_reason_of(self) -> EndReason | None:
        return self.live.end_reason
