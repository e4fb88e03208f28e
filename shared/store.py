"""The state in Redis. Owns every key but the bus lists; the only writer of sessions and leases.

Transitions are compare-and-set scripts, so connect, release, expire and reap may run twice or out
of order. Free slots are derived from the leases, never counted up and down (`shared.scripts`).
The scripts derive keys from prefixes, which a single-shard Redis (ElastiCache with cluster mode
off) allows. All times are epoch seconds and come in as arguments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from shared import keys, scripts
from shared.ids import OwnerId, SessionId, TaskId
from shared.limits import (
    ENDED_SESSION_RETENTION_SECONDS,
    IDEMPOTENCY_TTL_SECONDS,
    LEASE_GRACE_SECONDS,
    SESSION_TIMEOUT_SECONDS_MAX,
    SESSIONS_LISTED_MAX,
)
from shared.located import Located, located_from_redis
from shared.records import Session, SessionSpec, Task
from shared.session_state import LIVE_WORDS, EndReason, SessionStatus, sources_of

if TYPE_CHECKING:
    from shared.redis_client import RedisClient

_OWNER_TTL_SECONDS = ENDED_SESSION_RETENTION_SECONDS + SESSION_TIMEOUT_SECONDS_MAX
_TASK_TTL_FACTOR = 10


class Placed(Struct, frozen=True):
    """The session was written and holds a slot of this task."""

    task_id: TaskId


class Replayed(Struct, frozen=True):
    """The idempotency key was used before, for this session."""

    session_id: SessionId
    body_digest: str


class Full(Struct, frozen=True):
    """No live task has a free slot, nor may one be started; nothing was written."""


class Waiting(Struct, frozen=True):
    """The session was written and stands in line for a slot (`shared.waiting`)."""


class Growth(Struct, frozen=True):
    """What may be started when there is no slot."""

    wait_seconds: float
    """How long a session may stand in line."""
    slots_per_task: int
    tasks_max: int
    """Tasks that may live at once, however they were started."""


class Idempotency(Struct, frozen=True):
    """An `Idempotency-Key`, hashed, and the digest of the body it came with."""

    key_digest: str
    body_digest: str


class SessionStore:
    """Sessions, tasks and leases; every method is one round trip unless it says otherwise."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._place = redis.register_script(scripts.PLACE)
        self._activate = redis.register_script(scripts.ACTIVATE)
        self._finish = redis.register_script(scripts.FINISH)
        self._reap = redis.register_script(scripts.REAP)
        self._claim = redis.register_script(scripts.CLAIM)
        self._release = redis.register_script(scripts.RELEASE)
        self._beat = redis.register_script(scripts.BEAT)
        self._retire = redis.register_script(scripts.RETIRE)
        self._locate = redis.register_script(scripts.LOCATE)

    def ping(self) -> None:
        """Raise redis-py's `ConnectionError` or `TimeoutError` when Redis is away."""
        self._redis.ping()

    def place(
        self,
        spec: SessionSpec,
        now: float,
        idempotency: Idempotency | None = None,
        growth: Growth | None = None,
    ) -> Placed | Replayed | Full | Waiting:
        """Write a session as INITIALIZING on the fullest live task with a free slot, atomically.

        Args:
            spec: what the session is.
            now: epoch seconds.
            idempotency: the caller's key, if any.
            growth: what may be started; then a session without a slot stands in line, behind those
                who do already. None: it is refused.
        """
        idem_key = keys.idempotency(spec.owner_id, idempotency.key_digest) if idempotency else ""
        answer = self._place(
            keys=[keys.session(spec.session_id), keys.owner(spec.owner_id), idem_key],
            args=[
                now,
                spec.session_id,
                msgspec.json.encode(spec),
                spec.created_at,
                spec.expires_at + LEASE_GRACE_SECONDS,
                _retention_end(spec),
                _OWNER_TTL_SECONDS,
                idempotency.body_digest if idempotency else "",
                IDEMPOTENCY_TTL_SECONDS,
                now + growth.wait_seconds if growth else "",
                growth.slots_per_task if growth else 0,
                growth.tasks_max if growth else 0,
            ],
        )
        match answer[0]:
            case b"placed":
                return Placed(TaskId(answer[1].decode()))
            case b"replayed":
                return Replayed(SessionId(answer[1].decode()), answer[2].decode())
            case b"waiting":
                return Waiting()
            case _:
                return Full()

    def forget_idempotency(self, owner_id: OwnerId, idempotency: Idempotency) -> None:
        """Let the key be used again: what it stood for never came to be."""
        self._redis.delete(keys.idempotency(owner_id, idempotency.key_digest))

    def activate(self, session_id: SessionId, now: float) -> bool:
        """INITIALIZING to ACTIVE; False when the session is no longer there to be activated."""
        return bool(
            self._activate(
                keys=[keys.session(session_id)],
                args=[
                    now,
                    SessionStatus.ACTIVE.value,
                    *(status.value for status in sources_of(SessionStatus.ACTIVE)),
                ],
            )
        )

    def finish(
        self, session_id: SessionId, reason: EndReason, now: float, *, release_slot: bool
    ) -> bool:
        """End a session, unless it has ended already.

        Args:
            release_slot: give the slot back too. Only who knows that the browser is gone may: its
                own container, or anybody once the container is dead.

        Returns:
            Whether this call ended it.
        """
        return self._end(session_id, reason, now, which="any", release_slot=release_slot)

    def finish_waiting(
        self, session_id: SessionId, reason: EndReason, now: float, detail: str = ""
    ) -> bool:
        """End a session if it stands in line; one that has got a slot by now is left alone.

        Args:
            session_id: which.
            reason: why.
            now: epoch seconds.
            detail: ECS's own word for it, if any.

        Returns:
            Whether this call ended it.
        """
        return self._end(session_id, reason, now, which="waiting", detail=detail)

    def release(self, task_id: TaskId, session_id: SessionId, now: float) -> None:
        """Give back the slot of a session that has no live record any more."""
        self._release(args=[now, task_id, session_id])

    def get(self, session_id: SessionId) -> Session | None:
        """The session, or None when it never was or its retention is over."""
        return _session_from_redis(self._redis.hgetall(keys.session(session_id)))

    def locate(self, session_ids: Sequence[SessionId], now: float) -> list[Located | None]:
        """Where these sessions are; None for those that never were or are not kept any more."""
        return [located_from_redis(fields) for fields in self._locate(args=[now, *session_ids])]

    def list_by_owner(self, owner_id: OwnerId) -> list[Session]:
        """The owner's sessions, newest first (two round trips, three when some have lapsed)."""
        ids = self._redis.zrevrange(keys.owner(owner_id), 0, SESSIONS_LISTED_MAX - 1)
        pipe = self._redis.pipeline(transaction=False)
        for raw_id in ids:
            pipe.hgetall(keys.session(SessionId(raw_id.decode())))
        found = [_session_from_redis(fields) for fields in pipe.execute()]
        lapsed = [raw_id for raw_id, session in zip(ids, found, strict=True) if session is None]
        if lapsed:
            self._redis.zrem(keys.owner(owner_id), *lapsed)
        return [session for session in found if session is not None]

    def beat(self, task: Task, now: float, ttl_seconds: float) -> bool:
        """Say that the task lives for another `ttl_seconds`, and what it offers.

        Returns:
            Whether it is superseded: new sessions are to go to tasks of another version.
        """
        superseded = self._beat(
            keys=[keys.task(task.task_id), keys.requests(task.task_id)],
            args=[
                now,
                task.task_id,
                msgspec.json.encode(task),
                task.max_sessions,
                int(not task.serves),
                int(ttl_seconds * _TASK_TTL_FACTOR * 1000),
                now + ttl_seconds,
                task.canary,
                task.version,
                task.started_at if task.leads else "",
            ],
        )
        return bool(superseded)

    def retire(self, task_id: TaskId, now: float) -> bool:
        """Take a task out of placement if no session holds a slot of it; whether that is so."""
        return bool(self._retire(args=[now, task_id]))

    def remove_task(self, task_id: TaskId) -> None:
        """Take a task that has shut down in order out of placement (two round trips)."""
        canary = self._redis.hget(keys.task(task_id), "canary")
        pipe = self._redis.pipeline()
        pipe.zrem(keys.TASKS, task_id)
        if canary:
            pipe.zrem(keys.canary_room(canary.decode()), task_id)
        for index in (keys.ROOM, keys.OLD_ROOM, keys.NEWEST):
            pipe.zrem(index, task_id)
        pipe.delete(keys.task(task_id), keys.leases(task_id), keys.requests(task_id))
        pipe.execute()

    def task(self, task_id: TaskId) -> Task | None:
        """What the task last said of itself."""
        return _task_from_redis(self._redis.hgetall(keys.task(task_id)))

    def live_tasks(self, now: float) -> list[Task]:
        """Tasks whose heartbeat has not lapsed (two round trips)."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.zrangebyscore(keys.TASKS, f"({now}", "+inf")
        (ids,) = pipe.execute()
        for raw_id in ids:
            pipe.hgetall(keys.task(TaskId(raw_id.decode())))
        return [task for task in map(_task_from_redis, pipe.execute()) if task is not None]

    def leases(self, task_id: TaskId) -> frozenset[SessionId]:
        """Sessions that hold a slot of the task."""
        members = self._redis.zrange(keys.leases(task_id), 0, -1)
        return frozenset(SessionId(member.decode()) for member in members)

    def free_slots(self, now: float) -> int:
        """Slots a new session could take now (three round trips; for people and metrics)."""
        tasks = [task for task in self.live_tasks(now) if task.serves]
        pipe = self._redis.pipeline(transaction=False)
        for task in tasks:
            pipe.zcount(keys.leases(task.task_id), f"({now}", "+inf")
        used = pipe.execute()
        return sum(max(0, task.max_sessions - held) for task, held in zip(tasks, used, strict=True))

    def claim(self, session: Session, now: float) -> bool:
        """Assert that the session runs on its task: the container is the truth for what runs.

        Writes what Redis has lost (the record, the lease) again.

        Returns:
            False when the session has ended in the meantime; its browser must go then.
        """
        spec = session.spec
        return bool(
            self._claim(
                keys=[keys.session(spec.session_id), keys.leases(session.task_id)],
                args=[
                    now,
                    spec.session_id,
                    msgspec.json.encode(spec),
                    session.status.value,
                    session.task_id,
                    session.started_at or "",
                    spec.expires_at + LEASE_GRACE_SECONDS,
                    _retention_end(spec),
                    keys.owner(spec.owner_id),
                    spec.created_at,
                    _OWNER_TTL_SECONDS,
                    *LIVE_WORDS,
                ],
            )
        )

    def reap(self, now: float) -> list[SessionId]:
        """Fail the sessions of tasks whose heartbeat has lapsed, and those that waited too long.

        Atomic; the dead tasks are dropped.
        """
        failed = self._reap(
            args=[
                now,
                EndReason.CONTAINER_LOST.status.value,
                EndReason.CONTAINER_LOST.value,
                EndReason.CAPACITY_TIMEOUT.status.value,
                EndReason.CAPACITY_TIMEOUT.value,
                ENDED_SESSION_RETENTION_SECONDS,
                keys.REQUESTS_PREFIX,
                *LIVE_WORDS,
            ]
        )
        return [SessionId(raw_id.decode()) for raw_id in failed]

    def _end(
        self,
        session_id: SessionId,
        reason: EndReason,
        now: float,
        *,
        which: str,
        detail: str = "",
        release_slot: bool = False,
    ) -> bool:
        return bool(
            self._finish(
                args=[
                    now,
                    session_id,
                    reason.status.value,
                    reason.value,
                    detail,
                    ENDED_SESSION_RETENTION_SECONDS,
                    which,
                    int(release_slot),
                    *(status.value for status in sources_of(reason.status)),
                ]
            )
        )

    def knows_api_key(self, key_digest: str) -> bool:
        """Whether this SHA-256 (hex) of an API key was registered."""
        return bool(self._redis.hexists(keys.API_KEYS, key_digest))

    def add_api_key(self, key_digest: str, label: str) -> None:
        """Register the SHA-256 (hex) of an API key; the label is for people."""
        self._redis.hset(keys.API_KEYS, key_digest, label)


def _retention_end(spec: SessionSpec) -> int:
    return int(spec.expires_at + ENDED_SESSION_RETENTION_SECONDS)


def _session_from_redis(fields: Mapping[bytes, bytes]) -> Session | None:
    if not fields:
        return None

    def time_of(name: bytes) -> float | None:
        return float(fields[name]) if fields.get(name) else None

    reason, detail = fields.get(b"endReason"), fields.get(b"endDetail")
    return Session(
        spec=msgspec.json.decode(fields[b"spec"], type=SessionSpec),
        status=SessionStatus(fields[b"status"].decode()),
        task_id=TaskId(fields[b"task"].decode()),
        started_at=time_of(b"startedAt"),
        taken_at=time_of(b"takenAt"),
        ended_at=time_of(b"endedAt"),
        end_reason=EndReason(reason.decode()) if reason else None,
        end_detail=detail.decode() if detail else None,
    )


def _task_from_redis(fields: Mapping[bytes, bytes]) -> Task | None:
    return msgspec.json.decode(fields[b"doc"], type=Task) if fields else None
