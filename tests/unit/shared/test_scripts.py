"""Versions that follow one another, against a real Redis: who gets new sessions."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import redis

from shared import keys
from shared.ids import TaskId
from shared.limits import HEARTBEAT_TTL_SECONDS_DEFAULT
from shared.records import Task
from shared.store import Full, Growth, Placed, SessionStore, Waiting
from shared.waiting import Line
from tests.fakes.records import NOW, make_spec, make_task, session_id_of

TTL = 9.0
OLD, NEW = TaskId("old"), TaskId("new")
GROWTH = Growth(wait_seconds=60, slots_per_task=10, tasks_max=10)


@pytest.fixture
def store(redis_client: redis.Redis) -> SessionStore:
    return SessionStore(redis_client)


@pytest.fixture
def line(redis_client: redis.Redis) -> Line:
    return Line(redis_client)


def task(name: str, version: str, started: float = 0, capacity: int = 2, **said: Any) -> Task:
    said = {"version": version, "started_at": NOW - 100 + started, **said}
    return msgspec.structs.replace(make_task(name, capacity=capacity), **said)


def place(store: SessionStore, name: str, now: float = NOW) -> object:
    return store.place(make_spec(name, created_at=now), now)


def put_in_line(store: SessionStore, name: str) -> None:
    """Of all tasks there are, none may have a free slot."""
    assert store.place(make_spec(name, created_at=NOW), NOW, growth=GROWTH) == Waiting()


def test_from_the_newer_ones_first_beat_on_new_sessions_go_there(store: SessionStore) -> None:
    store.beat(task("old", "v1", capacity=9), NOW, TTL)
    assert place(store, "before") == Placed(OLD)

    store.beat(task("new", "v2", 1), NOW, TTL)

    assert [place(store, name) for name in ("one", "two")] == [Placed(NEW)] * 2


def test_each_beat_says_whether_the_task_is_superseded(store: SessionStore) -> None:
    assert not store.beat(task("old", "v1"), NOW, TTL)
    assert not store.beat(task("new", "v2", 1), NOW, TTL)

    assert store.beat(task("old", "v1"), NOW, TTL)
    assert not store.beat(task("new", "v2", 1), NOW, TTL)


def test_a_superseded_task_is_better_than_none(store: SessionStore) -> None:
    store.beat(task("old", "v1"), NOW, TTL)
    store.beat(task("new", "v2", 1, capacity=1), NOW, TTL)
    store.beat(task("old", "v1"), NOW, TTL)

    outcomes = [place(store, name) for name in ("one", "two", "three", "four")]

    assert outcomes == [Placed(NEW), Placed(OLD), Placed(OLD), Full()]


def test_a_slot_that_gets_free_in_the_newer_one_comes_first_again(store: SessionStore) -> None:
    store.beat(task("old", "v1", capacity=9), NOW, TTL)
    store.beat(task("new", "v2", 1, capacity=1), NOW, TTL)
    assert [place(store, name) for name in ("one", "two")] == [Placed(NEW), Placed(OLD)]

    store.release(NEW, session_id_of("one"), NOW)

    assert place(store, "three") == Placed(NEW)


def test_tasks_of_one_version_do_not_supersede_one_another(store: SessionStore) -> None:
    store.beat(task("old", "v1"), NOW, TTL)
    store.beat(task("new", "v1", 1), NOW, TTL)

    assert not store.beat(task("old", "v1"), NOW, TTL)


def test_tasks_that_know_no_version_are_all_alike(
    store: SessionStore, redis_client: redis.Redis
) -> None:
    store.beat(task("old", ""), NOW, TTL)
    store.beat(task("new", "", 1), NOW, TTL)

    assert not store.beat(task("old", ""), NOW, TTL)
    assert not redis_client.exists(keys.NEWEST)
    assert {place(store, "one"), place(store, "two"), place(store, "three")} == {
        Placed(OLD),
        Placed(NEW),
    }


def test_a_task_from_before_there_were_versions_is_superseded(
    store: SessionStore, redis_client: redis.Redis
) -> None:
    store.beat(task("old", ""), NOW, TTL)
    redis_client.hdel(keys.task(OLD), "version")
    store.beat(task("new", "v2", 1), NOW, TTL)

    assert place(store, "one") == Placed(NEW)
    assert redis_client.zrange(keys.OLD_ROOM, 0, -1) in ([], [b"old"])
    assert place(store, "two") == Placed(NEW)
    assert place(store, "three") == Placed(OLD)


@pytest.mark.parametrize(
    "said", [{"canary": "v2"}, {"extra": True}, {"healthy": False}, {"draining": True}]
)
def test_only_a_sound_task_of_the_service_leads(said: dict[str, Any], store: SessionStore) -> None:
    store.beat(task("old", "v1"), NOW, TTL)
    store.beat(task("new", "v2", 1, **said), NOW, TTL)

    assert not store.beat(task("old", "v1"), NOW, TTL)
    assert place(store, "one") == Placed(OLD)


def test_the_older_ones_are_found_among_others_that_are_superseded(store: SessionStore) -> None:
    """Whose order by slots in use is not theirs by version."""
    store.beat(task("old", "v1", capacity=9), NOW, TTL)
    store.beat(task("oldest", "v0", -9, capacity=9), NOW, TTL)
    store.beat(task("new", "v2", 1, capacity=1), NOW, TTL)
    outcomes = [place(store, name) for name in ("one", "two")]
    assert outcomes == [Placed(NEW), Placed(TaskId("oldest"))]
    assert store.beat(task("old", "v1", capacity=9), NOW, TTL)

    store.remove_task(NEW)

    assert place(store, "three") == Placed(OLD)


def test_a_leader_that_becomes_unfit_leads_no_more(store: SessionStore) -> None:
    store.beat(task("old", "v1"), NOW, TTL)
    store.beat(task("new", "v2", 1), NOW, TTL)
    assert store.beat(task("old", "v1"), NOW, TTL)

    store.beat(task("new", "v2", 1, healthy=False), NOW, TTL)

    assert place(store, "one") == Placed(OLD)
    assert not store.beat(task("old", "v1"), NOW, TTL)


def test_a_task_started_for_those_in_line_is_superseded_like_any_other(
    store: SessionStore,
) -> None:
    store.beat(task("old", "v1", 5, extra=True), NOW, TTL)
    store.beat(task("new", "v2", 1), NOW, TTL)

    assert place(store, "one") == Placed(NEW)
    assert store.beat(task("old", "v1", 5, extra=True), NOW, TTL)


def test_a_task_on_trial_is_never_superseded(store: SessionStore) -> None:
    store.beat(task("new", "v2", 1), NOW, TTL)

    assert not store.beat(task("old", "v1", canary="v1"), NOW, TTL)


def test_when_the_newer_ones_die_the_older_ones_are_current_at_once(store: SessionStore) -> None:
    store.beat(task("new", "v2", 1), NOW, TTL)
    store.beat(task("old", "v1"), NOW, TTL)
    later = NOW + TTL - 1
    assert store.beat(task("old", "v1"), later, TTL)

    lapsed = NOW + TTL + 1

    assert place(store, "one", lapsed) == Placed(OLD)
    assert not store.beat(task("old", "v1"), lapsed, TTL)


def test_when_they_leave_in_order_it_is_the_same(
    store: SessionStore, redis_client: redis.Redis
) -> None:
    store.beat(task("new", "v2", 1), NOW, TTL)
    store.beat(task("old", "v1"), NOW, TTL)

    store.remove_task(NEW)

    assert place(store, "one") == Placed(OLD)
    assert redis_client.zrange(keys.ROOM, 0, -1) == [b"old"]
    assert not redis_client.exists(keys.OLD_ROOM)


def test_going_back_to_an_older_version_supersedes_the_newer_one(store: SessionStore) -> None:
    store.beat(task("old", "v1"), NOW, TTL)
    store.beat(task("new", "v2", 1), NOW, TTL)

    store.beat(task("again", "v1", 2), NOW, TTL)

    assert store.beat(task("new", "v2", 1), NOW, TTL)
    assert not store.beat(task("old", "v1"), NOW, TTL)


def test_a_superseded_task_leaves_those_in_line_to_the_newer_one(
    store: SessionStore, line: Line
) -> None:
    put_in_line(store, "one")
    store.beat(task("old", "v1"), NOW, TTL)
    store.beat(task("new", "v2", 1), NOW, TTL)

    assert line.take(OLD, NOW, 2) == []
    assert len(line.take(NEW, NOW, 2)) == 1


def test_it_takes_them_while_the_newer_one_is_full(store: SessionStore, line: Line) -> None:
    for name in ("one", "two"):
        put_in_line(store, name)
    store.beat(task("old", "v1"), NOW, TTL)
    store.beat(task("new", "v2", 1, capacity=1), NOW, TTL)
    (first,) = line.take(NEW, NOW, 1)

    (second,) = line.take(OLD, NOW, 2)

    assert {first.session_id, second.session_id} == {session_id_of("one"), session_id_of("two")}


def test_it_takes_them_once_the_newer_one_has_died(store: SessionStore, line: Line) -> None:
    put_in_line(store, "one")
    store.beat(task("new", "v2", 1), NOW, TTL)
    lapsed = NOW + TTL + 1
    store.beat(task("old", "v1"), lapsed, TTL)

    assert len(line.take(OLD, lapsed, 2)) == 1


@pytest.mark.parametrize("kind", ["reaped", "removed", "retired"])
def test_of_tasks_that_have_gone_no_index_tells(
    kind: str, store: SessionStore, redis_client: redis.Redis
) -> None:
    store.beat(task("new", "v2", 1), NOW, TTL)
    store.beat(task("old", "v1"), NOW, TTL)

    for each in (OLD, NEW):
        if kind == "removed":
            store.remove_task(each)
        elif kind == "retired":
            assert store.retire(each, NOW)
    if kind == "reaped":
        store.reap(NOW + TTL + 1)  # all have fallen silent
        store.reap(NOW + TTL + 1 + HEARTBEAT_TTL_SECONDS_DEFAULT)

    assert not redis_client.exists(keys.ROOM, keys.OLD_ROOM, keys.NEWEST)
