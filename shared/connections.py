"""Connections of the WebSocket API, as Redis holds them, and the way of their messages to a task.

1. `$connect` writes the mapping (`open`) and tells the session's task, which may push from then on.
2. `$default` has one script look the connection, its session and its task up, note the message as
   pending, and push it on the task's request list (`send`): no reply comes by the bus.
3. The task pushes the answer through @connections and strikes the message out (`answered`).
4. `$disconnect`, or the first Gone that the task meets, removes the mapping (`leave`, `forget`).
5. A Redis that has come back empty is told of the connections again by their task (`restore`).
6. The connections and pending messages of a task that died are taken, once, by whoever finds it
   dead (`take_orphans`), and each client is told.

All times are epoch seconds and come in as arguments.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from shared import connection_scripts, keys
from shared.bus import Request
from shared.envelope.incoming import MessageId, ScreencastOptions
from shared.ids import ConnectionId, OwnerId, RequestId, SessionId, TaskId
from shared.limits import (
    WS_API_CONNECTIONS_MAX,
    WS_API_MAPPING_SECONDS,
    WS_API_MESSAGE_SECONDS,
    WS_API_QUEUED_MAX,
    WS_API_VOID_SECONDS,
)
from shared.request_kind import RequestKind
from shared.session_state import LIVE_WORDS, EndReason

if TYPE_CHECKING:
    from shared.redis_client import RedisClient

_HEAD = b"@HEAD@"
"""Stands where Redis puts the head of the connection in; nothing before it is a client's."""


class ConnectionHead(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What is known of a connection from its `$connect` on; travels with each message."""

    connection_id: ConnectionId
    session_id: SessionId
    owner_id: OwnerId
    token_id: str
    scopes: tuple[str, ...]
    domain_name: str
    stage: str
    endpoint: str
    """`https://…`: where @connections of this API is served."""
    connected_at: float
    """Epoch seconds."""
    void_at: float | None = None
    """When the token is void that has opened it, in epoch seconds; None: not before the session
    ends."""
    screencast: ScreencastOptions | None = None
    """What it is to see from the first moment on; None: nothing until it asks."""
    trace: bool = False
    """Whether answers are to tell how long each hop took (`Hops`)."""


class Hops(Struct, frozen=True, kw_only=True, rename="camel"):
    """When a message was where, in epoch seconds."""

    received_at: float
    """By the Lambda function."""
    queued_at: float
    """In Redis."""


class ConnectionMessage(Struct, frozen=True, kw_only=True, rename="camel"):
    """Bus request `message`: one whole message of a client, or only that it is there."""

    connection: ConnectionHead
    message: Raw | UnsetType = UNSET
    """JSON as the client sent it; absent when it has only just connected."""
    type: str = ""
    id: MessageId = None
    hops: Hops | None = None


class ConnectionLeft(Struct, frozen=True, kw_only=True, rename="camel"):
    """Bus request `left`: the client is gone."""

    connection_id: ConnectionId


class Waiting(Struct, frozen=True, array_like=True):
    """A message that has been sent to a task and is not answered yet."""

    connection_id: ConnectionId
    message_id: MessageId
    since: float


class ClientText(Struct, frozen=True, kw_only=True):
    """A client's message on its way to the task."""

    text: bytes
    """JSON in UTF-8."""
    type: str
    id: MessageId
    answered: bool
    """Whether an answer will come, whose place has to be kept."""
    received_at: float


class SendOutcome(Enum):
    """What has become of a message."""

    SENT = "sent"
    UNKNOWN = "unknown"
    """There is no such connection."""
    VOID = "void"
    """The token that has opened it has expired."""
    ENDED = "ended"
    """Its session has ended."""
    WAITING = "waiting"
    """Its session has no container yet."""
    LOST = "lost"
    """Its session's container is dead."""
    BUSY = "busy"
    """Too many requests wait for the container."""


class Orphan(Struct, frozen=True):
    """A connection that no task will serve any more; its mapping is gone."""

    head: ConnectionHead
    waiting: tuple[MessageId, ...]
    """The ids of its messages that will not be answered any more, oldest first."""
    reason: EndReason | None = EndReason.CONTAINER_LOST
    """Why its session has ended; None: it has not, but the connection's token has expired."""


class Connections:
    """The mapping; every method is one round trip."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._open = redis.register_script(connection_scripts.OPEN)
        self._send = redis.register_script(connection_scripts.SEND)
        self._touch = redis.register_script(connection_scripts.TOUCH)
        self._leave = redis.register_script(connection_scripts.LEAVE)
        self._take_orphans = redis.register_script(connection_scripts.TAKE_ORPHANS)

    def open(self, head: ConnectionHead, request_id: RequestId, now: float) -> bool:
        """Remember a connection and tell its session's task.

        Returns:
            False when the session has as many as it may.
        """
        told = ConnectionMessage(connection=head)
        return bool(
            self._open(
                keys=[
                    keys.connection(head.connection_id),
                    keys.connections(head.session_id),
                    keys.session(head.session_id),
                    keys.TASKS,
                    keys.CONNECTION_TASKS,
                    keys.CONNECTIONS_IN_LINE,
                ],
                args=[
                    now,
                    head.connection_id,
                    head.session_id,
                    msgspec.json.encode(head),
                    WS_API_MAPPING_SECONDS,
                    _remembered_seconds(head, now),
                    "" if head.void_at is None else head.void_at,
                    WS_API_CONNECTIONS_MAX,
                    keys.CONNECTION_PREFIX,
                    keys.REQUESTS_PREFIX,
                    keys.TASK_CONNECTIONS_PREFIX,
                    _bus_request(request_id, RequestKind.MESSAGE, now, msgspec.json.encode(told)),
                ],
            )
        )

    def restore(
        self, heads: Sequence[ConnectionHead], new_request_id: Callable[[], RequestId], now: float
    ) -> int:
        """As the task that serves them: remember again what Redis has lost.

        Returns:
            How many it had; with none it is one round trip.
        """
        pipe = self._redis.pipeline(transaction=False)
        for head in heads:
            pipe.hexists(keys.connection(head.connection_id), "head")
        found = zip(heads, pipe.execute(), strict=True)
        lost = [head for head, there in found if not there]
        for head in lost:
            self.open(head, new_request_id(), now)
        return len(lost)

    def find(self, connection_id: ConnectionId) -> ConnectionHead | None:
        """A connection that is open, as far as is known."""
        head = self._redis.hget(keys.connection(connection_id), "head")
        return msgspec.json.decode(head, type=ConnectionHead) if head else None

    def of_session(self, session_id: SessionId) -> list[ConnectionHead]:
        """Connections that a session has already (two round trips when there are any)."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.smembers(keys.connections(session_id))
        (names,) = pipe.execute()
        if not names:
            return []
        for name in names:
            pipe.hget(keys.connection(ConnectionId(name.decode())), "head")
        heads = [head for head in pipe.execute() if head]
        return [msgspec.json.decode(head, type=ConnectionHead) for head in heads]

    def send(
        self, connection_id: ConnectionId, request_id: RequestId, message: ClientText, now: float
    ) -> tuple[SendOutcome, str, str]:
        """Put a message on the list of its session's task, and note it as pending.

        Returns:
            What has become of it; after ENDED, the session's status and reason.
        """
        before, after = _around_head(request_id, message, now)
        waiting = Waiting(connection_id, message.id, now)
        outcome, *more = self._send(
            keys=[keys.connection(connection_id), keys.TASKS, keys.CONNECTION_TASKS],
            args=[
                now,
                connection_id,
                request_id,
                before,
                after,
                msgspec.json.encode(waiting) if message.answered else "",
                WS_API_QUEUED_MAX,
                keys.SESSION_PREFIX,
                keys.REQUESTS_PREFIX,
                keys.TASK_CONNECTIONS_PREFIX,
                keys.PENDING_PREFIX,
                *LIVE_WORDS,
            ],
        )
        status, reason = (word.decode() for word in more) if more else ("", "")
        return SendOutcome(outcome.decode()), status, reason

    def touch(self, connection_id: ConnectionId, now: float) -> SendOutcome:
        """Note that the client is active, with a message that is for no task: SENT, or why not."""
        outcome = self._touch(keys=[keys.connection(connection_id)], args=[now])
        return SendOutcome(outcome.decode())

    def leave(self, connection_id: ConnectionId, request_id: RequestId, now: float) -> bool:
        """Forget a connection and tell its task; False when that has been done before."""
        left = msgspec.json.encode(ConnectionLeft(connection_id=connection_id))
        return bool(
            self._leave(
                keys=[keys.connection(connection_id), keys.TASKS],
                args=[
                    now,
                    connection_id,
                    _bus_request(request_id, RequestKind.LEFT, now, left),
                    keys.SESSION_PREFIX,
                    keys.CONNECTIONS_PREFIX,
                    keys.REQUESTS_PREFIX,
                    keys.TASK_CONNECTIONS_PREFIX,
                ],
            )
        )

    def forget(
        self, head: ConnectionHead, task_id: TaskId, unanswered: Iterable[RequestId]
    ) -> None:
        """As the task that serves it: the connection is gone, and with it what it waited for."""
        pipe = self._redis.pipeline()
        pipe.delete(keys.connection(head.connection_id))
        pipe.srem(keys.connections(head.session_id), head.connection_id)
        pipe.srem(keys.task_connections(task_id), head.connection_id)
        if fields := list(unanswered):
            pipe.hdel(keys.pending(task_id), *fields)
        pipe.execute()

    def expect(self, task_id: TaskId, request_id: RequestId, waiting: Waiting) -> None:
        """As the task: note a message that came in pieces, now that it is known to be one."""
        self._redis.hset(keys.pending(task_id), request_id, msgspec.json.encode(waiting))

    def answered(self, task_id: TaskId, request_ids: Sequence[RequestId]) -> None:
        """As the task: the answers to these messages have gone out."""
        self._redis.hdel(keys.pending(task_id), *request_ids)

    def take_orphans(self, now: float) -> list[Orphan]:
        """Forget connections that no task will serve; who gets them tells the clients. Atomic.

        They are those of dead tasks, and of those whose session stands in line for one, or stood:
        when it has ended there, or the connection's token has expired.
        """
        taken = self._take_orphans(
            keys=[keys.CONNECTION_TASKS, keys.TASKS, keys.CONNECTIONS_IN_LINE],
            args=[
                now,
                keys.PENDING_PREFIX,
                keys.TASK_CONNECTIONS_PREFIX,
                keys.CONNECTION_PREFIX,
                keys.CONNECTIONS_PREFIX,
                keys.SESSION_PREFIX,
                *LIVE_WORDS,
            ],
        )
        return [orphan for found in taken for orphan in _orphans(*found)]


def _remembered_seconds(head: ConnectionHead, now: float) -> int:
    """How long the mapping is kept: beyond the token, so that its client can still be told."""
    if head.void_at is None:
        return WS_API_MAPPING_SECONDS
    left = max(0, math.ceil(head.void_at - now))
    return min(WS_API_MAPPING_SECONDS, left + WS_API_VOID_SECONDS)


def _around_head(request_id: RequestId, message: ClientText, now: float) -> tuple[bytes, bytes]:
    """The JSON of a `ConnectionMessage`'s request, before and after the connection's head."""
    payload: Mapping[str, object] = {
        "connection": Raw(_HEAD),
        "type": message.type,
        "id": message.id,
        "hops": Hops(received_at=message.received_at, queued_at=now),
        "message": Raw(message.text),
    }
    encoded = msgspec.json.encode(payload)
    before, _, after = _bus_request(request_id, RequestKind.MESSAGE, now, encoded).partition(_HEAD)
    return before, after


def _bus_request(request_id: RequestId, kind: RequestKind, now: float, payload: bytes) -> bytes:
    return msgspec.json.encode(
        Request(
            id=request_id, kind=kind, deadline=now + WS_API_MESSAGE_SECONDS, payload=Raw(payload)
        )
    )


def _orphans(heads: Sequence[bytes], pending: Sequence[bytes], reason: bytes) -> list[Orphan]:
    waiting: defaultdict[ConnectionId, list[MessageId]] = defaultdict(list)
    entries = [msgspec.json.decode(value, type=Waiting) for value in pending]
    for entry in sorted(entries, key=lambda entry: entry.since):
        waiting[entry.connection_id].append(entry.message_id)
    decoded = [msgspec.json.decode(head, type=ConnectionHead) for head in heads]
    ended = _reason_of(reason.decode())
    return [Orphan(head, tuple(waiting[head.connection_id]), ended) for head in decoded]


def _reason_of(word: str) -> EndReason | None:
    if word == SendOutcome.VOID.value:
        return None
    return EndReason(word) if word else EndReason.CONTAINER_LOST
