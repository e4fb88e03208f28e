"""Says that this task lives, and heals what Redis and this container disagree about.

With each beat: the task's record and deadline are renewed; ended sessions that Redis missed are
reported; each running session asserts itself (and ends here if Redis has it as ended); leases of
sessions that never arrived are given back; tasks whose beat has lapsed are reaped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import redis
from twisted.internet.defer import DeferredLock
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.registry import Sessions
from cdp_proxy.transport.session import LiveSession
from cdp_proxy.transport.tasks import spawn
from shared.clock import Clock
from shared.ids import SessionId, TaskId
from shared.limits import CREATE_TIMEOUT_SECONDS, HEARTBEATS_PER_TTL
from shared.records import Session, Task
from shared.session_state import EndReason, SessionStatus
from shared.store import SessionStore

_log = Logger()

_ARRIVAL_SECONDS = CREATE_TIMEOUT_SECONDS + 5.0
"""A leased session whose request has not come after this never will: the API has given up."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What stays the same in every beat."""

    task_id: TaskId
    address: str
    public_url: str
    browser: str
    started_at: float
    ttl_seconds: float
    task_arn: str | None = None
    availability_zone: str | None = None
    canary: str = ""


class Heartbeat:
    """Beats until it is stopped; a Redis that is away is tried again with the next beat."""

    def __init__(
        self,
        reactor: IReactorTime,
        blocking: Blocking,
        sessions: Sessions,
        store: SessionStore,
        clock: Clock,
    ) -> None:
        self.connected = True
        """Whether the last beat reached Redis."""
        self.started = False
        """Whether the task has been registered."""
        self.after_beats: list[Callable[[], None]] = []
        """Called after each beat that reached Redis."""
        self._blocking = blocking
        self._sessions = sessions
        self._store = store
        self._clock = clock
        self._loop = LoopingCall(self._beat_in_background)
        self._loop.clock = reactor
        self._beating = False
        self._turn = DeferredLock()

    async def start(self, identity: Identity) -> None:
        """Register the task and go on beating.

        Raises:
            redis.RedisError: Redis cannot be reached.
        """
        self._identity = identity
        await self._beat()
        self.started = True
        self._loop.start(identity.ttl_seconds / HEARTBEATS_PER_TTL, now=False)

    async def stop(self) -> None:
        """Stop beating and take the task out of placement."""
        if self._loop.running:
            self._loop.stop()
        try:
            async with self._turn:  # a beat on its way would bring the task back
                await self._blocking.run(self._store.remove_task, self._identity.task_id)
        except redis.RedisError as error:
            _log.warn("the task could not be deregistered: {error}", error=str(error))

    async def retire(self) -> bool:
        """Take the task out of placement for good, unless a session holds a slot of it.

        Returns:
            Whether it has been; the container drains then.
        """
        try:
            async with self._turn:
                retired = await self._blocking.run(
                    self._store.retire, self._identity.task_id, self._clock()
                )
                self._sessions.draining = self._sessions.draining or retired
        except redis.RedisError as error:
            self._note_connection(error)
            return False
        return retired

    async def beat_now(self) -> None:
        """Tell Redis at once, for example that the task is draining."""
        try:
            await self._beat()
        except redis.RedisError as error:
            self._note_connection(error)

    def _beat_in_background(self) -> None:
        if not self._beating:
            self._beating = True
            spawn(self._guarded_beat(), "heartbeat")

    async def _guarded_beat(self) -> None:
        try:
            await self.beat_now()
        finally:
            self._beating = False

    async def _beat(self) -> None:
        running = [self._record(session) for session in self._sessions.running()]
        unreported = dict(self._sessions.unreported)
        async with self._turn:
            lost, strangers, reaped = await self._blocking.run(self._sync, running, unreported)
        self._note_connection(None)
        self._sessions.reaped_by_reason.update(reaped)
        for session_id in unreported:
            self._sessions.unreported.pop(session_id, None)
        for session in self._sessions.running():
            if session.spec.session_id in lost:
                session.end(EndReason.RELEASED)
        for session_id in strangers:
            if not self._sessions.knows(session_id):
                await self._blocking.run(self._give_back, session_id)
        for tell in self.after_beats:
            tell()

    def _sync(
        self, running: list[Session], unreported: dict[SessionId, EndReason]
    ) -> tuple[set[SessionId], list[SessionId], list[EndReason]]:
        """In a thread: one beat's traffic.

        Returns:
            Running sessions that have ended as far as Redis knows, leases of sessions that do not
            run here, and why sessions of other tasks were found to have ended.
        """
        now = self._clock()
        self._store.beat(self._task(), now, self._identity.ttl_seconds)
        for session_id, reason in unreported.items():
            self._store.finish(session_id, reason, now, release_slot=True)
        lost = {
            session.spec.session_id for session in running if not self._store.claim(session, now)
        }
        ours = {session.spec.session_id for session in running}
        strangers = self._store.leases(self._identity.task_id) - ours
        reaped = self._store.reap(now)
        found = self._store.locate(reaped, now) if reaped else []
        reasons = [each.end_reason for each in found if each is not None and each.end_reason]
        return lost, list(strangers), reasons

    def _give_back(self, session_id: SessionId) -> None:
        """In a thread: release the lease of a session that does not run here and never will."""
        session = self._store.get(session_id)
        now = self._clock()
        if session is None or not session.live:
            self._store.release(self._identity.task_id, session_id, now)
        elif session.status is SessionStatus.ACTIVE:
            self._store.finish(session_id, EndReason.CONTAINER_LOST, now, release_slot=True)
        elif now - (session.taken_at or session.spec.created_at) > _ARRIVAL_SECONDS:
            self._store.finish(session_id, EndReason.START_FAILED, now, release_slot=True)

    def _record(self, session: LiveSession) -> Session:
        return Session(
            spec=session.spec,
            status=SessionStatus.ACTIVE,
            task_id=self._identity.task_id,
            started_at=session.started_at,
        )

    def _task(self) -> Task:
        identity = self._identity
        return Task(
            task_id=identity.task_id,
            address=identity.address,
            public_url=identity.public_url,
            max_sessions=self._sessions.max_sessions,
            draining=self._sessions.draining,
            browser=identity.browser,
            started_at=identity.started_at,
            task_arn=identity.task_arn,
            availability_zone=identity.availability_zone,
            canary=identity.canary,
        )

    def _note_connection(self, error: redis.RedisError | None) -> None:
        if error is not None and self.connected:
            _log.error("Redis is away, live sessions go on: {error}", error=str(error))
        if error is None and not self.connected:
            _log.info("Redis is back")
        self.connected = error is None
