"""Creating, reading and ending sessions.

Redis places a session on a task; the task is then asked over the bus. Where there is no slot but
tasks can be started, the session stands in line and a container takes it. A dead task is noticed at
the next read: everything here reaps first, so that what is shown is never older than a heartbeat.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from chalice_app import logs
from chalice_app.services.capacity import error_of
from chalice_app.wiring import Deps
from shared.errors import (
    IdempotencyConflict,
    NoCapacity,
    SessionEnded,
    SessionNotFound,
    TaskTimeout,
)
from shared.ids import OwnerId, SessionId, StartToken, TaskId
from shared.limits import CLOSE_TIMEOUT_SECONDS, CREATE_TIMEOUT_SECONDS
from shared.records import CloseSession, CreateSession, OpenSession, Session, SessionSpec
from shared.request_kind import RequestKind
from shared.session_state import EndReason, SessionStatus
from shared.store import Full, Idempotency, Placed, Replayed, Waiting


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions a caller wants to see; every condition must hold."""

    status: SessionStatus | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Values as they are spelled in JSON (`true`, `3`), strings without their quotes."""

    def matches(self, session: Session) -> bool:
        """Whether the session meets all conditions."""
        if self.status is not None and session.status is not self.status:
            return False
        held = session.spec.user_metadata
        return all(
            name in held and _as_text(held[name]) == wanted
            for name, wanted in self.metadata.items()
        )


class SessionService:
    """The life of sessions as their owners steer it."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    def create(
        self, owner: OwnerId, body: CreateSession, idempotency: Idempotency | None = None
    ) -> Session:
        """Place a session and wait until its container has given it a browser.

        Returns:
            An active session; one that stands in line when there was no slot but a task could be
            started for it.

        Raises:
            NoCapacity: no live task has a slot left, and none may be started.
            CapacityUnavailable: ECS has no room for one; the session has failed.
            CapacityRefused: ECS will not start one; the session has failed.
            IdempotencyConflict: the key was used with another body.
            WallCrawlerError: the container's refusal, or `TaskTimeout`; the session has failed
                then, and the idempotency key may be used again.
        """
        store, now = self._deps.store, self._deps.clock()
        store.reap(now)
        spec = self._new_spec(owner, body, now)
        logs.also_about(sessionId=spec.session_id)
        config = self._deps.config.capacity
        growth = config.growth if config is not None else None
        match store.place(spec, now, idempotency, growth):
            case Full():
                raise NoCapacity("Every browser slot is taken. Try again shortly.")
            case Replayed(session_id, body_digest):
                if idempotency is None or body_digest != idempotency.body_digest:
                    raise IdempotencyConflict(
                        "This Idempotency-Key was used with another body. Use a new key."
                    )
                return self._replayed(owner, session_id)
            case Waiting():
                session = self._stand_in_line(spec, idempotency)
            case Placed(task_id):
                self._open(spec, task_id, idempotency)
                session = self._owned(owner, spec.session_id)
        self._deps.metrics.created(now)
        return session

    def get(self, owner: OwnerId, session_id: SessionId) -> Session:
        """One session as it is now.

        Raises:
            SessionNotFound: it never was, its retention is over, or it is somebody else's.
        """
        logs.also_about(sessionId=session_id)
        self._deps.store.reap(self._deps.clock())
        return self._owned(owner, session_id)

    def list_matching(self, owner: OwnerId, wanted: SessionFilter) -> list[Session]:
        """The owner's sessions that match, newest first."""
        self._deps.store.reap(self._deps.clock())
        sessions = self._deps.store.list_by_owner(owner)
        return [session for session in sessions if wanted.matches(session)]

    def delete(self, owner: OwnerId, session_id: SessionId) -> Session:
        """End a session; one that has ended already is left as it is.

        Raises:
            SessionNotFound: as for `get`.
            TaskTimeout: the container did not answer; asking again is harmless.
        """
        session = self.get(owner, session_id)
        if session.waiting:
            now = self._deps.clock()
            self._deps.store.finish_waiting(session_id, EndReason.RELEASED, now)
            session = self._owned(owner, session_id)  # with a slot by now, or ended
        if not session.live:
            return session
        try:
            self._close(session)
        except TaskTimeout:
            after = self.get(owner, session_id)
            if after.live:
                raise
            return after
        return self._owned(owner, session_id)

    def _new_spec(self, owner: OwnerId, body: CreateSession, now: float) -> SessionSpec:
        return SessionSpec(
            session_id=self._deps.new_session_id(),
            owner_id=owner,
            token_id=self._deps.new_token_id(),
            created_at=now,
            expires_at=now + body.timeout,
            idle_timeout_seconds=body.idle_timeout,
            keep_alive=body.keep_alive,
            settings=body.browser_settings,
            user_metadata=body.user_metadata,
        )

    def _open(self, spec: SessionSpec, task_id: TaskId, idempotency: Idempotency | None) -> None:
        store = self._deps.store
        try:
            self._deps.bus.call(
                task_id,
                self._deps.new_request_id(),
                RequestKind.OPEN,
                OpenSession(spec=spec),
                CREATE_TIMEOUT_SECONDS,
            )
        except Exception:
            # The slot stays taken: a late browser may still come up, and only its container knows.
            now = self._deps.clock()
            store.finish(spec.session_id, EndReason.START_FAILED, now, release_slot=False)
            if idempotency is not None:
                store.forget_idempotency(spec.owner_id, idempotency)
            raise

    def _replayed(self, owner: OwnerId, session_id: SessionId) -> Session:
        """As it is now; should the request before have died half-way, this one goes on for it."""
        session = self._owned(owner, session_id)
        if session.waiting and self._deps.capacity is not None:
            self._deps.capacity.grow([self._deps.new_start_token()])
        return session

    def _stand_in_line(self, spec: SessionSpec, idempotency: Idempotency | None) -> Session:
        if self._deps.capacity is not None:
            # The session's own id: what it is needed for decides what is asked of ECS.
            self._deps.capacity.grow([StartToken(spec.session_id)])
        session = self._owned(spec.owner_id, spec.session_id)
        if session.live:
            return session
        if idempotency is not None:
            self._deps.store.forget_idempotency(spec.owner_id, idempotency)
        raise error_of(session)

    def _close(self, session: Session) -> None:
        session_id = session.spec.session_id
        try:
            self._deps.bus.call(
                session.task_id,
                self._deps.new_request_id(),
                RequestKind.CLOSE,
                CloseSession(session_id=session_id),
                CLOSE_TIMEOUT_SECONDS,
            )
        except SessionNotFound:
            # The container is the truth for what runs: there is no browser left to close.
            now = self._deps.clock()
            self._deps.store.finish(session_id, EndReason.RELEASED, now, release_slot=True)

    def _owned(self, owner: OwnerId, session_id: SessionId) -> Session:
        session = self._deps.store.get(session_id)
        if session is None or session.spec.owner_id != owner:
            raise SessionNotFound("There is no such session.")
        return session


def check_live(session: Session) -> None:
    """Raise `SessionEnded` for a session that is over."""
    if session.live:
        return
    reason = session.end_reason
    raise SessionEnded(
        reason.text if reason else "The session has ended.", status=session.status.value
    )


def _as_text(value: str | float | bool) -> str:
    return value if isinstance(value, str) else json.dumps(value)
