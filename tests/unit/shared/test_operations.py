"""Against a real Redis."""

from __future__ import annotations

import msgspec
import pytest
import redis

from shared import keys
from shared.bus import Reply, RequestBus
from shared.clock import system_clock
from shared.ids import RequestId
from shared.limits import OPERATION_TTL_SECONDS
from shared.operations import Operation, Operations
from tests.fakes.records import NOW, session_id_of

OPERATION = RequestId("operation-1")
SESSION = session_id_of("one")
REPLY = Reply(result=msgspec.Raw(b'{"url":"https://example.com/"}'))


@pytest.fixture
def operations(redis_client: redis.Redis) -> Operations:
    return Operations(redis_client)


@pytest.fixture
def bus(redis_client: redis.Redis) -> RequestBus:
    return RequestBus(redis_client, system_clock)


def leave(operations: Operations) -> None:
    operations.leave(OPERATION, SESSION, deadline=NOW + 30, now=NOW)


def test_what_was_never_left_is_not_found(operations: Operations) -> None:
    assert operations.read(OPERATION) is None


def test_a_reply_alone_is_no_operation(operations: Operations, bus: RequestBus) -> None:
    bus.reply(OPERATION, REPLY)

    assert operations.read(OPERATION) is None


def test_an_operation_has_no_reply_while_it_runs(operations: Operations) -> None:
    leave(operations)

    assert operations.read(OPERATION) == Operation(
        session_id=SESSION, deadline=NOW + 30, reply=None
    )


def test_its_reply_is_read_as_often_as_one_likes(operations: Operations, bus: RequestBus) -> None:
    leave(operations)
    bus.reply(OPERATION, REPLY)

    read = [operations.read(OPERATION) for _ in range(2)]

    assert [operation.reply for operation in read if operation] == [REPLY, REPLY]


def test_a_reply_that_came_just_before_is_kept(
    operations: Operations, bus: RequestBus, redis_client: redis.Redis
) -> None:
    bus.reply(OPERATION, REPLY)
    leave(operations)

    operation = operations.read(OPERATION)

    assert operation is not None
    assert operation.reply == REPLY
    assert redis_client.ttl(keys.reply(OPERATION)) > OPERATION_TTL_SECONDS - 5


def test_an_operation_outlives_its_deadline_by_its_retention(
    operations: Operations, redis_client: redis.Redis
) -> None:
    leave(operations)

    ttl_seconds = redis_client.ttl(keys.operation(OPERATION))
    assert ttl_seconds == pytest.approx(OPERATION_TTL_SECONDS + 30, abs=5)
