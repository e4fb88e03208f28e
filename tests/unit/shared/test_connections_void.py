"""Connections in a real Redis whose token expires before they do."""

from __future__ import annotations

import pytest
import redis

from shared import keys
from shared.connections import ClientText, Connections, Orphan, SendOutcome
from shared.ids import RequestId, TaskId
from shared.limits import WS_API_MAPPING_SECONDS, WS_API_VOID_SECONDS
from shared.session_state import EndReason
from shared.store import Growth, SessionStore
from tests.fakes.connections import make_head
from tests.fakes.records import NOW, make_spec, make_task

TASK = TaskId("task-a")
REQUEST = RequestId("request-1")
VOID_AT = NOW + 30
HEAD = make_head(void_at=VOID_AT)
LASTING = make_head("lasting")
COMMAND = ClientText(text=b"{}", type="CDP_COMMAND", id=7, answered=True, received_at=NOW)


@pytest.fixture
def store(redis_client: redis.Redis) -> SessionStore:
    return SessionStore(redis_client)


@pytest.fixture
def served(store: SessionStore, redis_client: redis.Redis) -> Connections:
    """Both connections, to a session that a task runs."""
    store.beat(make_task(), NOW, 600)
    store.place(make_spec(), NOW)
    return opened(redis_client)


@pytest.fixture
def in_line(store: SessionStore, redis_client: redis.Redis) -> Connections:
    """Both connections, to a session that stands in line for a task."""
    store.place(make_spec(), NOW, growth=Growth(wait_seconds=600, slots_per_task=2, tasks_max=3))
    return opened(redis_client)


def opened(client: redis.Redis) -> Connections:
    connections = Connections(client)
    for head in (LASTING, HEAD):
        assert connections.open(head, REQUEST, NOW)
    return connections


def test_what_it_sends_reaches_no_task_and_is_no_activity(
    served: Connections, redis_client: redis.Redis
) -> None:
    queued = redis_client.llen(keys.requests(TASK))

    sent = served.send(HEAD.connection_id, REQUEST, COMMAND, VOID_AT)
    touched = served.touch(HEAD.connection_id, VOID_AT)

    assert sent == (SendOutcome.VOID, "", "")
    assert touched is SendOutcome.VOID
    assert redis_client.llen(keys.requests(TASK)) == queued
    assert not redis_client.exists(keys.pending(TASK))
    assert redis_client.hget(keys.connection(HEAD.connection_id), "lastActive") == b"4000000000.0"


def test_until_then_it_is_like_any_other(served: Connections) -> None:
    assert served.send(HEAD.connection_id, REQUEST, COMMAND, VOID_AT - 1)[0] is SendOutcome.SENT
    assert served.touch(HEAD.connection_id, VOID_AT - 1) is SendOutcome.SENT


def test_connections_of_other_tokens_go_on(served: Connections) -> None:
    assert served.send(LASTING.connection_id, REQUEST, COMMAND, VOID_AT)[0] is SendOutcome.SENT
    assert served.touch(LASTING.connection_id, VOID_AT) is SendOutcome.SENT


@pytest.mark.parametrize(
    ("void_at", "remembered"),
    [
        (NOW - 5, WS_API_VOID_SECONDS),
        (VOID_AT, 30 + WS_API_VOID_SECONDS),
        (NOW + 21_600, WS_API_MAPPING_SECONDS),
    ],
)
def test_it_is_remembered_a_little_longer_than_its_token_and_no_longer_than_others(
    served: Connections, redis_client: redis.Redis, void_at: float, remembered: int
) -> None:
    head = make_head("other", void_at=void_at)

    served.open(head, REQUEST, NOW)

    ttl = redis_client.ttl(keys.connection(head.connection_id))
    assert ttl == pytest.approx(remembered, abs=2)
    of_session = redis_client.ttl(keys.connections(head.session_id))
    assert of_session == pytest.approx(WS_API_MAPPING_SECONDS, abs=2)


def test_in_the_line_it_is_an_orphan_once_its_token_has_expired(
    in_line: Connections, redis_client: redis.Redis
) -> None:
    before = in_line.take_orphans(VOID_AT - 1)
    after = in_line.take_orphans(VOID_AT)

    assert before == []
    assert after == [Orphan(HEAD, (), None)]
    assert in_line.take_orphans(VOID_AT) == []
    assert redis_client.smembers(keys.CONNECTIONS_IN_LINE) == {b"lasting"}
    assert redis_client.smembers(keys.connections(HEAD.session_id)) == {b"lasting"}


def test_of_a_session_that_has_ended_in_the_line_it_hears_that(
    in_line: Connections, store: SessionStore
) -> None:
    store.finish_waiting(HEAD.session_id, EndReason.RELEASED, NOW)

    orphans = in_line.take_orphans(VOID_AT)

    assert {orphan.reason for orphan in orphans} == {EndReason.RELEASED}
