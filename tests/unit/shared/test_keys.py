from __future__ import annotations

from shared import keys
from shared.ids import ConnectionId, OwnerId, RequestId, SessionId, TaskId


def test_keys_are_those_of_the_table_in_the_docstring() -> None:
    spelled = [
        keys.session(SessionId("id")),
        keys.owner(OwnerId("owner")),
        keys.TASKS,
        keys.DOUBT,
        keys.task(TaskId("id")),
        keys.leases(TaskId("task")),
        keys.ROOM,
        keys.OLD_ROOM,
        keys.NEWEST,
        keys.CANARY,
        keys.canary_room("version"),
        keys.WAITING,
        keys.STARTS,
        keys.requests(TaskId("task")),
        keys.reply(RequestId("request")),
        keys.operation(RequestId("request")),
        keys.idempotency(OwnerId("owner"), "hash"),
        keys.connection(ConnectionId("id")),
        keys.connections(SessionId("session")),
        keys.CONNECTIONS_IN_LINE,
        keys.CONNECTION_TASKS,
        keys.task_connections(TaskId("task")),
        keys.pending(TaskId("task")),
        keys.API_KEYS,
    ]
    table = [line.split("`")[1] for line in (keys.__doc__ or "").splitlines() if "`wc:" in line]

    assert spelled == [key.replace("{", "").replace("}", "") for key in table]


def test_scripts_derive_the_same_keys_from_prefixes() -> None:
    assert keys.session(SessionId("id")) == keys.SESSION_PREFIX + "id"
    assert keys.task(TaskId("id")) == keys.TASK_PREFIX + "id"
    assert keys.leases(TaskId("id")) == keys.LEASES_PREFIX + "id"
    assert keys.requests(TaskId("id")) == keys.REQUESTS_PREFIX + "id"
    assert keys.connection(ConnectionId("id")) == keys.CONNECTION_PREFIX + "id"
    assert keys.connections(SessionId("id")) == keys.CONNECTIONS_PREFIX + "id"
    assert keys.task_connections(TaskId("id")) == keys.TASK_CONNECTIONS_PREFIX + "id"
    assert keys.pending(TaskId("id")) == keys.PENDING_PREFIX + "id"
