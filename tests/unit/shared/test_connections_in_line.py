"""Connections in a real Redis whose session stands in line for a task: nobody serves them yet."""

from __future__ import annotations

import pytest
import redis

from shared.connections import ConnectionHead, Connections, Orphan
from shared.ids import RequestId
from shared.session_state import EndReason
from shared.store import Growth, SessionStore, Waiting
from shared.waiting import Line
from tests.fakes.connections import make_head
from tests.fakes.records import NOW, make_spec, make_task, make_witness

TTL = 9.0
REQUEST = RequestId("request-1")
HEAD = make_head()


@pytest.fixture
def store(redis_client: redis.Redis) -> SessionStore:
    """With the connection's session in line."""
    store = SessionStore(redis_client)
    growth = Growth(wait_seconds=120.0, slots_per_task=2, tasks_max=3)
    assert store.place(make_spec(), NOW, growth=growth) == Waiting()
    return store


@pytest.fixture
def connections(store: SessionStore, redis_client: redis.Redis) -> Connections:
    connections = Connections(redis_client)
    assert connections.open(HEAD, REQUEST, NOW)
    return connections


def taken(connections: Connections, now: float = NOW) -> list[Orphan]:
    return connections.take_orphans(now)


def leftovers(client: redis.Redis) -> list[bytes]:
    return client.keys("wc:*connection*")  # type: ignore[return-value]


def test_while_the_session_stands_in_line_they_wait(connections: Connections) -> None:
    assert taken(connections) == []
    assert connections.find(HEAD.connection_id) == HEAD


@pytest.mark.parametrize("reason", [EndReason.CAPACITY_TIMEOUT, EndReason.RELEASED])
def test_a_session_that_ends_in_the_line_leaves_them_to_be_told_why_once(
    connections: Connections, store: SessionStore, redis_client: redis.Redis, reason: EndReason
) -> None:
    store.finish_waiting(HEAD.session_id, reason, NOW)

    assert taken(connections) == [Orphan(HEAD, (), reason)]
    assert taken(connections) == []
    assert leftovers(redis_client) == []


def test_one_that_left_before_is_not_told(
    connections: Connections, store: SessionStore, redis_client: redis.Redis
) -> None:
    connections.leave(HEAD.connection_id, REQUEST, NOW)
    store.finish_waiting(HEAD.session_id, EndReason.RELEASED, NOW)

    assert taken(connections) == []
    assert leftovers(redis_client) == []


def test_once_the_session_has_a_task_they_are_that_tasks(
    connections: Connections, store: SessionStore, redis_client: redis.Redis
) -> None:
    task = make_task()
    store.beat(make_witness(), NOW, 60)
    store.beat(task, NOW, TTL)
    Line(redis_client).take(task.task_id, NOW, 1)

    alive = taken(connections)
    dead = taken(connections, NOW + TTL)

    assert alive == []
    assert dead == [Orphan(HEAD, (), EndReason.CONTAINER_LOST)]


def test_those_of_a_session_with_a_task_are_not_in_the_line(redis_client: redis.Redis) -> None:
    store = SessionStore(redis_client)
    store.beat(make_task(), NOW, TTL)
    store.place(make_spec(), NOW)
    head: ConnectionHead = make_head("served")

    Connections(redis_client).open(head, REQUEST, NOW)

    assert not redis_client.exists("wc:connections-in-line")
