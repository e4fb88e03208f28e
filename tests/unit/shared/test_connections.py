"""Connections in a real Redis: opened, used, left, and taken from the dead."""

from __future__ import annotations

import msgspec
import pytest
import redis

from shared import keys
from shared.bus import RequestBus
from shared.connections import (
    ClientText,
    ConnectionHead,
    ConnectionLeft,
    ConnectionMessage,
    Connections,
    Hops,
    SendOutcome,
    Waiting,
)
from shared.ids import ConnectionId, RequestId, TaskId
from shared.limits import WS_API_CONNECTIONS_MAX, WS_API_MAPPING_SECONDS, WS_API_QUEUED_MAX
from shared.request_kind import RequestKind
from shared.session_state import EndReason
from shared.store import SessionStore
from tests.fakes.connections import make_head
from tests.fakes.records import NOW, make_spec, make_task, make_witness

TASK = TaskId("task-a")
TTL = 9.0
REQUEST = RequestId("request-1")
COMMAND = ClientText(
    text=b'{"type":"CDP_COMMAND","id":7,"method":"Page.enable","params":{"a": "\\""}}',
    type="CDP_COMMAND",
    id=7,
    answered=True,
    received_at=NOW + 1,
)


@pytest.fixture
def connections(redis_client: redis.Redis) -> Connections:
    store = SessionStore(redis_client)
    store.beat(make_task(), NOW, TTL)
    store.place(make_spec(), NOW)
    store.activate(make_spec().session_id, NOW)
    store.beat(make_witness(), NOW + 1, TTL)
    return Connections(redis_client)


@pytest.fixture
def store(redis_client: redis.Redis) -> SessionStore:
    return SessionStore(redis_client)


@pytest.fixture
def bus(redis_client: redis.Redis) -> RequestBus:
    return RequestBus(redis_client, lambda: NOW + 2)


@pytest.fixture
def head(connections: Connections, bus: RequestBus) -> ConnectionHead:
    """An open connection, of which its task knows."""
    head = make_head()
    connections.open(head, RequestId("opening"), NOW)
    bus.take(TASK)
    return head


def pending(client: redis.Redis) -> dict[bytes, bytes]:
    return client.hgetall(keys.pending(TASK))  # type: ignore[return-value]


def test_an_open_connection_is_found_until_its_life_is_over(
    connections: Connections, head: ConnectionHead, redis_client: redis.Redis
) -> None:
    assert connections.find(head.connection_id) == head
    ttl = redis_client.ttl(keys.connection(head.connection_id))
    assert ttl == pytest.approx(WS_API_MAPPING_SECONDS, abs=2)


def test_the_task_is_told_of_a_new_connection(connections: Connections, bus: RequestBus) -> None:
    head = make_head()

    connections.open(head, REQUEST, NOW)

    request = bus.take(TASK)
    assert request is not None
    assert (request.id, request.kind) == (REQUEST, RequestKind.MESSAGE)
    told = msgspec.json.decode(request.payload, type=ConnectionMessage)
    assert (told.connection, told.message) == (head, msgspec.UNSET)


def test_nobody_is_told_while_the_session_has_no_live_task(
    connections: Connections, store: SessionStore, bus: RequestBus, redis_client: redis.Redis
) -> None:
    store.beat(make_task(), NOW - 60, TTL)

    assert connections.open(make_head(), REQUEST, NOW)
    assert redis_client.llen(keys.requests(TASK)) == 0


def test_a_session_has_only_so_many_connections(connections: Connections) -> None:
    heads = [make_head(f"c{number}") for number in range(WS_API_CONNECTIONS_MAX + 1)]

    opened = [connections.open(head, REQUEST, NOW) for head in heads]

    assert opened == [True] * WS_API_CONNECTIONS_MAX + [False]
    assert connections.find(heads[-1].connection_id) is None


def test_one_of_as_many_as_may_be_may_be_opened_again(
    connections: Connections, redis_client: redis.Redis
) -> None:
    heads = [make_head(f"c{number}") for number in range(WS_API_CONNECTIONS_MAX)]
    for head in heads:
        connections.open(head, REQUEST, NOW)
    redis_client.delete(keys.connection(heads[0].connection_id))

    assert connections.restore([heads[0]], lambda: REQUEST, NOW) == 1
    assert connections.find(heads[0].connection_id) == heads[0]


def test_the_connections_of_a_session_are_told(
    connections: Connections, redis_client: redis.Redis
) -> None:
    heads = [make_head("a"), make_head("b")]
    assert connections.of_session(heads[0].session_id) == []
    for head in [*heads, make_head("lapsed")]:
        connections.open(head, REQUEST, NOW)
    redis_client.delete(keys.connection(ConnectionId("lapsed")))

    found = connections.of_session(heads[0].session_id)

    assert sorted(found, key=lambda head: head.connection_id) == heads


def test_connections_whose_end_nobody_told_of_make_room(
    connections: Connections, redis_client: redis.Redis
) -> None:
    for number in range(WS_API_CONNECTIONS_MAX):
        connections.open(make_head(f"c{number}"), REQUEST, NOW)
    redis_client.delete(keys.connection(ConnectionId("c3")))  # its time to live is over

    assert connections.open(make_head("new"), REQUEST, NOW)


def test_a_redis_that_comes_back_empty_is_told_of_connections_again(
    connections: Connections, store: SessionStore, head: ConnectionHead, redis_client: redis.Redis
) -> None:
    redis_client.flushall()
    store.beat(make_task(), NOW, TTL)
    store.place(make_spec(), NOW)

    restored = connections.restore([head], lambda: REQUEST, NOW)

    assert restored == 1
    assert connections.find(head.connection_id) == head
    assert connections.send(head.connection_id, REQUEST, COMMAND, NOW)[0] is SendOutcome.SENT


def test_what_redis_knows_is_not_told_again(
    connections: Connections, head: ConnectionHead, redis_client: redis.Redis
) -> None:
    assert connections.restore([head], lambda: REQUEST, NOW) == 0
    assert redis_client.llen(keys.requests(TASK)) == 0


def test_a_message_reaches_the_task_with_its_connection_and_is_pending(
    connections: Connections, head: ConnectionHead, bus: RequestBus, redis_client: redis.Redis
) -> None:
    outcome = connections.send(head.connection_id, REQUEST, COMMAND, NOW + 2)

    assert outcome == (SendOutcome.SENT, "", "")
    request = bus.take(TASK)
    assert request is not None
    message = msgspec.json.decode(request.payload, type=ConnectionMessage)
    assert message.connection == head
    assert isinstance(message.message, msgspec.Raw)
    assert (bytes(message.message), message.id, message.type) == (COMMAND.text, 7, "CDP_COMMAND")
    assert message.hops == Hops(received_at=NOW + 1, queued_at=NOW + 2)
    (waiting,) = pending(redis_client).values()
    assert msgspec.json.decode(waiting, type=Waiting) == Waiting(head.connection_id, 7, NOW + 2)
    assert redis_client.hget(keys.connection(head.connection_id), "lastActive") == b"4000000002.0"


def test_a_message_that_wants_no_answer_is_not_pending(
    connections: Connections, head: ConnectionHead, redis_client: redis.Redis
) -> None:
    silent = msgspec.structs.replace(COMMAND, answered=False)

    connections.send(head.connection_id, REQUEST, silent, NOW)

    assert pending(redis_client) == {}


def test_messages_are_taken_in_the_order_they_were_sent(
    connections: Connections, head: ConnectionHead, bus: RequestBus
) -> None:
    for number in range(5):
        connections.send(head.connection_id, RequestId(f"r{number}"), COMMAND, NOW)

    taken = [bus.take(TASK) for _ in range(5)]

    assert [request.id for request in taken if request] == [f"r{number}" for number in range(5)]


def test_a_late_message_is_still_taken_so_that_its_client_can_be_told(
    connections: Connections, head: ConnectionHead, redis_client: redis.Redis
) -> None:
    connections.send(head.connection_id, REQUEST, COMMAND, NOW)

    late = RequestBus(redis_client, lambda: NOW + 3_600).take(TASK)

    assert late is not None


def test_a_connection_that_is_not_known_is_said_to_be_so(connections: Connections) -> None:
    outcome = connections.send(ConnectionId("stranger"), REQUEST, COMMAND, NOW)

    assert outcome[0] is SendOutcome.UNKNOWN


def test_an_ended_session_takes_no_messages_and_says_why(
    connections: Connections, head: ConnectionHead, store: SessionStore
) -> None:
    store.finish(head.session_id, EndReason.IDLE_TIMEOUT, NOW, release_slot=True)

    outcome = connections.send(head.connection_id, REQUEST, COMMAND, NOW)

    assert outcome == (SendOutcome.ENDED, "timed_out", "idle_timeout")


def test_a_session_whose_record_is_gone_has_ended(
    connections: Connections, head: ConnectionHead, redis_client: redis.Redis
) -> None:
    redis_client.delete(keys.session(head.session_id))

    assert connections.send(head.connection_id, REQUEST, COMMAND, NOW)[0] is SendOutcome.ENDED


def test_a_dead_task_gets_no_messages(
    connections: Connections, head: ConnectionHead, redis_client: redis.Redis
) -> None:
    outcome = connections.send(head.connection_id, REQUEST, COMMAND, NOW + TTL)

    assert outcome[0] is SendOutcome.LOST
    assert pending(redis_client) == {}


def test_a_session_that_waits_for_a_task_takes_no_messages_yet(
    connections: Connections, head: ConnectionHead, redis_client: redis.Redis
) -> None:
    redis_client.hdel(keys.session(head.session_id), "task")

    assert connections.send(head.connection_id, REQUEST, COMMAND, NOW)[0] is SendOutcome.WAITING


def test_a_list_that_is_too_long_takes_no_more(
    connections: Connections, head: ConnectionHead, redis_client: redis.Redis
) -> None:
    redis_client.rpush(keys.requests(TASK), *["{}"] * WS_API_QUEUED_MAX)

    assert connections.send(head.connection_id, REQUEST, COMMAND, NOW)[0] is SendOutcome.BUSY


def test_activity_is_noted_only_of_what_is_known(
    connections: Connections, head: ConnectionHead, redis_client: redis.Redis
) -> None:
    assert connections.touch(head.connection_id, NOW + 5) is SendOutcome.SENT
    assert connections.touch(ConnectionId("stranger"), NOW) is SendOutcome.UNKNOWN
    assert redis_client.hget(keys.connection(head.connection_id), "lastActive") == b"4000000005.0"
    assert not redis_client.exists(keys.connection(ConnectionId("stranger")))


def test_leaving_tells_the_task_once_and_leaves_nothing(
    connections: Connections, head: ConnectionHead, bus: RequestBus, redis_client: redis.Redis
) -> None:
    left = [connections.leave(head.connection_id, REQUEST, NOW) for _ in range(2)]

    assert left == [True, False]
    request = bus.take(TASK)
    assert request is not None
    assert request.kind is RequestKind.LEFT
    told = msgspec.json.decode(request.payload, type=ConnectionLeft)
    assert told.connection_id == head.connection_id
    assert redis_client.llen(keys.requests(TASK)) == 0
    assert not redis_client.exists(
        keys.connection(head.connection_id),
        keys.connections(head.session_id),
        keys.task_connections(TASK),
    )


def test_what_a_task_forgets_leaves_nothing_behind(
    connections: Connections, head: ConnectionHead, redis_client: redis.Redis
) -> None:
    connections.send(head.connection_id, REQUEST, COMMAND, NOW)

    connections.forget(head, TASK, [REQUEST])

    assert connections.find(head.connection_id) is None
    assert pending(redis_client) == {}
    assert not redis_client.exists(keys.connections(head.session_id), keys.task_connections(TASK))


def test_answered_messages_are_struck_out(
    connections: Connections, head: ConnectionHead, redis_client: redis.Redis
) -> None:
    for name in ("a", "b", "c"):
        connections.send(head.connection_id, RequestId(name), COMMAND, NOW)

    connections.answered(TASK, [RequestId("a"), RequestId("c")])

    assert list(pending(redis_client)) == [b"b"]


def test_the_living_have_no_orphans(connections: Connections, head: ConnectionHead) -> None:
    connections.send(head.connection_id, REQUEST, COMMAND, NOW)

    assert connections.take_orphans(NOW + TTL - 1) == []
    assert connections.find(head.connection_id) == head


def test_a_dead_tasks_connections_are_taken_once_with_what_they_wait_for(
    connections: Connections, head: ConnectionHead, redis_client: redis.Redis
) -> None:
    idle = make_head("idle")
    connections.open(idle, RequestId("opening"), NOW)
    for number in range(300):  # beyond what Redis keeps in the order of insertion
        sent = msgspec.structs.replace(COMMAND, id=number)
        connections.send(head.connection_id, RequestId(f"r{number}"), sent, NOW + number / 100)

    orphans = {orphan.head: orphan.waiting for orphan in connections.take_orphans(NOW + TTL)}

    assert orphans == {head: tuple(range(300)), idle: ()}
    assert connections.take_orphans(NOW + TTL) == []
    assert redis_client.keys("wc:*connection*") == []
    assert pending(redis_client) == {}


def test_orphans_are_found_whether_or_not_the_task_was_reaped_before(
    connections: Connections, head: ConnectionHead, store: SessionStore
) -> None:
    connections.send(head.connection_id, REQUEST, COMMAND, NOW)
    store.reap(NOW + TTL)

    (orphan,) = connections.take_orphans(NOW + TTL)

    assert (orphan.head, orphan.waiting) == (head, (7,))


def test_a_connection_that_left_before_is_no_orphan(
    connections: Connections, head: ConnectionHead
) -> None:
    connections.send(head.connection_id, REQUEST, COMMAND, NOW)
    connections.leave(head.connection_id, REQUEST, NOW)

    assert connections.take_orphans(NOW + TTL) == []


def test_a_message_that_came_in_pieces_is_pending_once_it_is_whole(
    connections: Connections, head: ConnectionHead
) -> None:
    connections.expect(TASK, REQUEST, Waiting(head.connection_id, "whole", NOW))

    (orphan,) = connections.take_orphans(NOW + TTL)

    assert orphan.waiting == ("whole",)
