"""The sessions of this container: opened, found, closed, and reported to Redis when they end.

The container is the truth for what runs. A session occupies a slot here from `open` until its
browser is gone; its lease in Redis goes in the same step as its final status. What Redis could
not be told stays in `unreported` until the heartbeat gets it across.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import redis
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from cdp_proxy.core.latency import MethodLatencies
from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.chromium import Browser, Launcher, LaunchFailed
from cdp_proxy.transport.pool import WarmPool
from cdp_proxy.transport.session import LiveSession, Timeouts
from cdp_proxy.transport.tasks import spawn
from shared.clock import Clock
from shared.errors import (
    BrowserStartFailed,
    InvalidRequest,
    NoCapacity,
    SessionEnded,
    SessionNotFound,
    Unavailable,
)
from shared.ids import SessionId
from shared.records import SessionSpec
from shared.session_state import EndReason
from shared.store import SessionStore

_log = Logger()


@dataclass(frozen=True, slots=True)
class Resources:
    """What sessions are made of."""

    reactor: IReactorTime
    clock: Clock
    blocking: Blocking
    launcher: Launcher
    store: SessionStore


class Sessions:
    """All sessions that run, start or end here."""

    def __init__(self, resources: Resources, max_sessions: int, timeouts: Timeouts) -> None:
        self.max_sessions = max_sessions
        self.draining = False
        self.unreported: dict[SessionId, EndReason] = {}
        """Ended sessions that Redis has not been told about."""
        self.ended_by_reason: Counter[EndReason] = Counter()
        """All ends since the start, for metrics."""
        self.reaped_by_reason: Counter[EndReason] = Counter()
        """Ends that this container noticed of sessions that did not run here."""
        self.method_latencies = MethodLatencies()
        """Time of commands in the browsers since the start, by method."""
        self.watchers: list[Callable[[], None]] = []
        """Called whenever a slot has been taken or given back."""
        self.opened: Callable[[LiveSession], None] = _no_matter_which
        """Called when a session is there for its clients."""
        self.secure: Callable[[], Awaitable[None]] = _at_once
        """Awaited before a session gets its browser; it may refuse with a `WallCrawlerError`."""
        self._resources = resources
        self._timeouts = timeouts
        self._opening: dict[SessionId, list[Deferred[LiveSession]]] = {}
        self._running: dict[SessionId, LiveSession] = {}

    def use_pool(self, pool: WarmPool) -> None:
        """Set where browsers come from; part of putting the service together."""
        self._pool = pool

    @property
    def healthy(self) -> bool:
        """Whether browsers start here."""
        return self._pool.healthy

    @property
    def held(self) -> int:
        """Slots in use: sessions starting, running or ending."""
        return len(self._opening.keys() | self._running.keys())

    @property
    def free_slots(self) -> int:
        """How many more sessions could be opened now."""
        return 0 if self.draining else max(0, self.max_sessions - self.held)

    @property
    def slots_offered(self) -> int:
        """Those that others may count on: none while no browser starts (`Task.serves`)."""
        return self.free_slots if self.healthy else 0

    def running(self) -> list[LiveSession]:
        """Sessions whose end has not begun."""
        return [session for session in self._running.values() if session.end_reason is None]

    def watched(self) -> int:
        """How many of them somebody watches."""
        return sum(session.screencast.viewers > 0 for session in self.running())

    def knows(self, session_id: SessionId) -> bool:
        """Whether the session occupies a slot here, or waits to be reported."""
        return any(session_id in known for known in (self._opening, self._running, self.unreported))

    async def open(self, spec: SessionSpec) -> LiveSession:
        """Give a session a browser, and tell Redis that it is active.

        Raises:
            WallCrawlerError: why not; the slot is free again and Redis knows (or will).
        """
        self._check_not_draining()
        if self.held >= self.max_sessions:
            raise NoCapacity("This container is full; try again.")
        if self.knows(spec.session_id):
            raise InvalidRequest("This session is open already.", field="sessionId")
        self._opening[spec.session_id] = []
        session: LiveSession | None = None
        self._tell_watchers()
        try:
            await self.secure()
            self._check_not_draining()
            browser = await self._take_browser(spec)
            session = await self._start(spec, browser)
            _log.info("session opened", session_id=spec.session_id)
        finally:
            self._opened(spec.session_id, session)
        if session.end_reason is not None:  # whoever waited for it has ended it
            raise SessionEnded(session.end_reason.text)
        self.opened(session)
        return session

    async def find(self, session_id: SessionId) -> LiveSession | None:
        """The running session; waits for one that is just being opened; None when not here.

        Raises:
            SessionEnded: it is over, or it failed to open.
        """
        waiting = self._opening.get(session_id)
        if waiting is not None:
            opened: Deferred[LiveSession] = Deferred()
            waiting.append(opened)
            return await opened
        session = self._running.get(session_id)
        if session is not None and session.end_reason is not None:
            raise SessionEnded(session.end_reason.text)
        return session

    async def close(self, session_id: SessionId, reason: EndReason) -> None:
        """End a session and wait until nothing of it is left and Redis knows.

        Raises:
            SessionNotFound: it does not run here.
        """
        try:
            session = await self.find(session_id)
        except SessionEnded:
            session = self._running.get(session_id)
        if session is None:
            raise SessionNotFound("This container does not run that session.")
        session.end(reason)
        await _followed(session.gone)

    async def drain(self, seconds: float) -> None:
        """Take no more sessions, give those that are here `seconds` to end, then end them.

        One that is getting its browser just now is here: it is ended once it has got it.
        """
        self.draining = True
        reactor = self._resources.reactor
        give_up = reactor.seconds() + seconds
        while self.held and (left := give_up - reactor.seconds()) > 0:
            patience = self._next_ends()
            patience.addTimeout(left, reactor, onTimeoutCancel=_no_matter)
            await patience
        while self.held:
            for session in self.running():
                session.end(EndReason.CONTAINER_STOPPED)
            await self._next_ends()

    def _next_ends(self) -> Deferred[Any]:
        """Fires when those that run now are gone, and those that open now have been opened."""
        opened: list[Deferred[Any]] = []
        for waiting in self._opening.values():
            opened.append(Deferred())
            waiting.append(opened[-1])
        gone = [_followed(session.gone) for session in self._running.values()]
        return DeferredList([*opened, *gone], consumeErrors=True)

    def _check_not_draining(self) -> None:
        if self.draining:
            raise Unavailable("This container is shutting down; try again.")

    async def _take_browser(self, spec: SessionSpec) -> Browser:
        try:
            return await self._pool.take(spec.settings)
        except LaunchFailed as error:
            _log.error("{error}", error=str(error), session_id=spec.session_id)
            await self._report(spec.session_id, EndReason.START_FAILED)
            raise BrowserStartFailed("The browser could not be started.") from error

    async def _start(self, spec: SessionSpec, browser: Browser) -> LiveSession:
        """Make a browser the session's; from here on every way out goes through its end."""
        session = LiveSession(
            self._resources.reactor,
            spec,
            browser,
            self._timeouts,
            methods=self.method_latencies,
            bury=lambda: self._bury(browser),
        )
        self._running[spec.session_id] = session
        spawn(self._follow(session), "following a session to its end")
        try:
            await session.start()
            await self._activate(session)
        except Exception:
            session.end(EndReason.START_FAILED)
            await _followed(session.gone)
            raise
        return session

    async def _activate(self, session: LiveSession) -> None:
        resources = self._resources
        session_id = session.spec.session_id
        try:
            active = await resources.blocking.run(
                resources.store.activate, session_id, resources.clock()
            )
        except redis.RedisError as error:
            raise Unavailable("Redis cannot be reached; try again.") from error
        if not active or session.end_reason is not None:
            raise SessionEnded("The session ended while its browser started.")

    async def _follow(self, session: LiveSession) -> None:
        """From its end on: tell Redis, free the slot, wake who waits for that."""
        reason = await session.ended
        self.ended_by_reason[reason] += 1
        session_id = session.spec.session_id
        self.unreported[session_id] = reason
        del self._running[session_id]
        await self._report(session_id, reason)
        self._pool.refill()
        self._tell_watchers()
        session.gone.callback(None)

    async def _report(self, session_id: SessionId, reason: EndReason) -> None:
        """Tell Redis of an end; what it misses stays for the heartbeat."""
        resources = self._resources
        self.unreported[session_id] = reason
        try:
            await resources.blocking.run(
                resources.store.finish, session_id, reason, resources.clock(), release_slot=True
            )
        except redis.RedisError as error:
            _log.warn("Redis could not be told of an end: {error}", error=str(error))
        else:
            self.unreported.pop(session_id, None)

    def _bury(self, browser: Browser) -> Deferred[None]:
        return Deferred.fromCoroutine(self._resources.launcher.bury(browser))

    def _opened(self, session_id: SessionId, session: LiveSession | None) -> None:
        """Wake who waits for the session: with it, or with the news that it never came up."""
        self._pool.refill()
        for waiting in self._opening.pop(session_id):
            if session is not None:
                waiting.callback(session)
            else:
                waiting.errback(SessionEnded("The session's browser could not be started."))
        if session is None:
            self._tell_watchers()

    def _tell_watchers(self) -> None:
        for tell in self.watchers:
            tell()


def _no_matter_which(_session: LiveSession) -> None:
    """Nobody is told."""


async def _at_once() -> None:
    """Nothing to wait for."""


def _followed(deferred: Deferred[None]) -> Deferred[None]:
    """A Deferred of one's own that fires when `deferred` does."""
    follower: Deferred[None] = Deferred()

    def fire(result: None) -> None:
        if not follower.called:
            follower.callback(None)
        return result

    deferred.addCallback(fire)
    return follower


def _no_matter(result: object, _seconds: float) -> object:
    return result
