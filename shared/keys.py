"""Every Redis key: its name, type and time to live. Nobody else spells a key.

| key | type | holds | TTL |
|---|---|---|---|
| `wc:session:{id}` | hash | the session (`shared.store`) | hard deadline + 24 h |
| `wc:owner:{owner}` | zset | session ids by creation time | 30 h after the last creation |
| `wc:tasks` | zset | task ids by heartbeat deadline | none; dead ones are reaped |
| `wc:doubt` | string | until when silent tasks count as alive (`shared.scripts`) | 24 h |
| `wc:task:{id}` | hash | address, capacity, draining | 10 heartbeat TTLs |
| `wc:leases:{task}` | zset | session ids by lease deadline | none; reaped with the task |
| `wc:room` | zset | tasks with a free slot by slots in use (`shared.scripts`) | none |
| `wc:old-room` | zset | as `wc:room`, of superseded tasks (`shared.scripts`) | none |
| `wc:newest` | zset | tasks that say which version is current, by their start | none; reaped |
| `wc:canary` | hash | the canary's version and its share (`shared.canary`) | none |
| `wc:canary-room:{version}` | zset | as `wc:room`, of tasks on trial | none |
| `wc:waiting` | zset | sessions without a slot by the deadline of their waiting | none; reaped |
| `wc:starts` | hash | tasks being started (`shared.waiting`) | none; looked after each minute |
| `wc:requests:{task}` | list | requests for the task | 10 heartbeat TTLs, or theirs |
| `wc:reply:{request}` | list | the one reply | 60 s; an operation's 1 h |
| `wc:operation:{request}` | hash | an action that outlived its request | 1 h after its end |
| `wc:idempotency:{owner}:{hash}` | hash | session id and body digest | 24 h |
| `wc:connection:{id}` | hash | a WebSocket API connection (`shared.connections`) | its life |
| `wc:connections:{session}` | set | ids of the session's connections | as theirs |
| `wc:connections-in-line` | set | connections whose session has no task yet | none; reaped |
| `wc:connection-tasks` | set | tasks that connections are served by | none; reaped |
| `wc:task-connections:{task}` | set | ids of these connections | none; reaped with the task |
| `wc:pending:{task}` | hash | messages the task has not answered yet | none; reaped with the task |
| `wc:api-keys` | hash | SHA-256 of a key -> its label | none |
"""

from __future__ import annotations

from typing import Final

from shared.ids import ConnectionId, OwnerId, RequestId, SessionId, TaskId

TASKS: Final = "wc:tasks"
DOUBT: Final = "wc:doubt"
ROOM: Final = "wc:room"
OLD_ROOM: Final = "wc:old-room"
NEWEST: Final = "wc:newest"
CANARY: Final = "wc:canary"
CANARY_ROOM_PREFIX: Final = "wc:canary-room:"
WAITING: Final = "wc:waiting"
STARTS: Final = "wc:starts"
API_KEYS: Final = "wc:api-keys"
SESSION_PREFIX: Final = "wc:session:"
TASK_PREFIX: Final = "wc:task:"
LEASES_PREFIX: Final = "wc:leases:"
REQUESTS_PREFIX: Final = "wc:requests:"
CONNECTION_PREFIX: Final = "wc:connection:"
CONNECTIONS_PREFIX: Final = "wc:connections:"
CONNECTIONS_IN_LINE: Final = "wc:connections-in-line"
CONNECTION_TASKS: Final = "wc:connection-tasks"
TASK_CONNECTIONS_PREFIX: Final = "wc:task-connections:"
PENDING_PREFIX: Final = "wc:pending:"


def session(session_id: SessionId) -> str:
    return SESSION_PREFIX + session_id


def owner(owner_id: OwnerId) -> str:
    return f"wc:owner:{owner_id}"


def task(task_id: TaskId) -> str:
    return TASK_PREFIX + task_id


def leases(task_id: TaskId) -> str:
    return LEASES_PREFIX + task_id


def canary_room(version: str) -> str:
    return CANARY_ROOM_PREFIX + version


def requests(task_id: TaskId) -> str:
    return REQUESTS_PREFIX + task_id


def reply(request_id: RequestId) -> str:
    return f"wc:reply:{request_id}"


def operation(request_id: RequestId) -> str:
    return f"wc:operation:{request_id}"


def idempotency(owner_id: OwnerId, key_digest: str) -> str:
    return f"wc:idempotency:{owner_id}:{key_digest}"


def connection(connection_id: ConnectionId) -> str:
    return CONNECTION_PREFIX + connection_id


def connections(session_id: SessionId) -> str:
    return CONNECTIONS_PREFIX + session_id


def task_connections(task_id: TaskId) -> str:
    return TASK_CONNECTIONS_PREFIX + task_id


def pending(task_id: TaskId) -> str:
    return PENDING_PREFIX + task_id
