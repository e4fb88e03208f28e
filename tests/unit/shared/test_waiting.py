"""Against a real Redis: standing in line, and deciding what is started for those who do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from shared import keys
from shared.ids import SessionId, StartToken, TaskId
from shared.limits import START_RETRY_SECONDS
from shared.records import Session
from shared.session_state import EndReason, SessionStatus
from shared.store import Full, Growth, Idempotency, Placed, Replayed, SessionStore, Waiting
from shared.waiting import Line
from tests.fakes.records import NOW, make_spec, make_task, session_id_of

TASK_A, TASK_B = TaskId("task-a"), TaskId("task-b")
TTL = 9.0
GROWTH = Growth(wait_seconds=120.0, slots_per_task=2, tasks_max=3)
TOKENS = [StartToken(f"token-{number}") for number in range(5)]


@pytest.fixture
def store(redis_client: redis.Redis) -> SessionStore:
    return SessionStore(redis_client)


@pytest.fixture
def line(redis_client: redis.Redis) -> Line:
    return Line(redis_client)


def place(store: SessionStore, *names: str, growth: Growth | None = GROWTH) -> list[object]:
    return [
        store.place(make_spec(name, created_at=NOW + number), NOW + number, growth=growth)
        for number, name in enumerate(names)
    ]


def stored(store: SessionStore, name: str) -> Session:
    session = store.get(session_id_of(name))
    assert session is not None
    return session


def ids(*names: str) -> list[SessionId]:
    return [session_id_of(name) for name in names]


class TestStandingInLine:
    def test_without_a_slot_a_session_stands_in_line(self, store: SessionStore, line: Line) -> None:
        (outcome,) = place(store, "one")

        session = stored(store, "one")
        assert outcome == Waiting()
        assert (session.status, session.task_id) == (SessionStatus.INITIALIZING, "")
        assert session.waiting
        assert line.length() == 1

    def test_a_free_slot_is_taken_at_once(self, store: SessionStore, line: Line) -> None:
        store.beat(make_task(), NOW, TTL)

        assert place(store, "one") == [Placed(TASK_A)]
        assert line.length() == 0
        assert not stored(store, "one").waiting

    def test_nobody_overtakes_those_in_line(self, store: SessionStore, line: Line) -> None:
        place(store, "one")
        store.beat(make_task(), NOW, TTL)

        assert place(store, "two") == [Waiting()]
        assert line.length() == 2

    def test_without_capacity_to_start_nobody_stands_in_line(self, store: SessionStore) -> None:
        assert place(store, "one", growth=None) == [Full()]

    def test_the_line_is_as_long_as_what_may_be_started(self, store: SessionStore) -> None:
        store.beat(make_task(capacity=0), NOW, 60)

        outcomes = place(store, "one", "two", "three", "four", "five")

        assert outcomes == [Waiting()] * 4 + [Full()]

    def test_a_key_used_again_leads_to_the_one_in_line(self, store: SessionStore) -> None:
        key = Idempotency("key", "digest")
        store.place(make_spec("one"), NOW, key, GROWTH)

        again = store.place(make_spec("two"), NOW, key, GROWTH)

        assert again == Replayed(session_id_of("one"), "digest")

    def test_who_is_released_leaves_the_line(self, store: SessionStore, line: Line) -> None:
        place(store, "one")

        assert store.finish_waiting(session_id_of("one"), EndReason.RELEASED, NOW)
        assert line.length() == 0
        assert stored(store, "one").end_reason is EndReason.RELEASED

    def test_who_has_a_slot_by_now_is_not_released_as_waiting(
        self, store: SessionStore, line: Line
    ) -> None:
        place(store, "one")
        store.beat(make_task(), NOW, TTL)
        line.take(TASK_A, NOW, 1)

        assert not store.finish_waiting(session_id_of("one"), EndReason.RELEASED, NOW)
        assert stored(store, "one").live

    def test_why_there_was_none_is_kept(self, store: SessionStore) -> None:
        place(store, "one")

        store.finish_waiting(
            session_id_of("one"), EndReason.CAPACITY_UNAVAILABLE, NOW, "RESOURCE:MEMORY"
        )

        session = stored(store, "one")
        assert (session.end_reason, session.end_detail) == (
            EndReason.CAPACITY_UNAVAILABLE,
            "RESOURCE:MEMORY",
        )

    def test_who_waits_too_long_fails(self, store: SessionStore, line: Line) -> None:
        place(store, "one", "two")

        assert store.reap(NOW + GROWTH.wait_seconds) == ids("one")
        assert stored(store, "one").end_reason is EndReason.CAPACITY_TIMEOUT
        assert stored(store, "two").waiting
        assert line.length() == 1


class TestTaking:
    def test_a_new_task_takes_those_who_have_waited_longest(
        self, store: SessionStore, line: Line
    ) -> None:
        place(store, "one", "two", "three")
        store.beat(make_task(capacity=2), NOW, TTL)

        taken = line.take(TASK_A, NOW, 10)

        assert [spec.session_id for spec in taken] == ids("one", "two")
        assert store.leases(TASK_A) == set(ids("one", "two"))
        assert stored(store, "one").task_id == TASK_A
        assert stored(store, "one").taken_at == NOW
        assert store.free_slots(NOW) == 0
        assert line.length() == 1

    def test_no_more_are_taken_than_can_be_opened(self, store: SessionStore, line: Line) -> None:
        place(store, "one", "two")
        store.beat(make_task(capacity=2), NOW, TTL)

        assert len(line.take(TASK_A, NOW, 1)) == 1
        assert store.free_slots(NOW) == 1

    def test_a_draining_task_takes_nobody(self, store: SessionStore, line: Line) -> None:
        place(store, "one")
        store.beat(make_task(draining=True), NOW, TTL)

        assert line.take(TASK_A, NOW, 2) == []
        assert line.length() == 1

    def test_two_tasks_never_take_the_same(self, store: SessionStore, line: Line) -> None:
        growth = Growth(120.0, 50, 3)
        place(store, *(f"s{number}" for number in range(60)), growth=growth)
        for task in (TASK_A, TASK_B):
            store.beat(make_task(task, capacity=40), NOW, TTL)

        with ThreadPoolExecutor(8) as pool:
            turns = [TASK_A, TASK_B] * 15
            taken = list(pool.map(lambda task: line.take(task, NOW, 3), turns))

        found = [spec.session_id for specs in taken for spec in specs]
        assert len(found) == len(set(found)) == 60
        assert not store.leases(TASK_A) & store.leases(TASK_B)

    def test_who_ended_in_line_is_passed_over(
        self, store: SessionStore, line: Line, redis_client: redis.Redis
    ) -> None:
        place(store, "one", "two")
        redis_client.hset(keys.session(session_id_of("one")), "status", "ended")
        store.beat(make_task(), NOW, TTL)

        assert [spec.session_id for spec in line.take(TASK_A, NOW, 2)] == ids("two")

    def test_who_cannot_be_opened_stands_where_he_stood(
        self, store: SessionStore, line: Line
    ) -> None:
        place(store, "one", "two")
        store.beat(make_task(), NOW, TTL)
        line.take(TASK_A, NOW, 2)

        assert line.put_back(TASK_A, session_id_of("one"), NOW)

        assert stored(store, "one").waiting
        assert store.leases(TASK_A) == set(ids("two"))
        assert [spec.session_id for spec in line.take(TASK_A, NOW, 2)] == ids("one")

    def test_only_who_stood_in_line_is_put_back(self, store: SessionStore, line: Line) -> None:
        store.beat(make_task(), NOW, TTL)
        place(store, "one")

        assert not line.put_back(TASK_A, session_id_of("one"), NOW)
        assert stored(store, "one").task_id == TASK_A

    def test_another_tasks_session_is_not_put_back(self, store: SessionStore, line: Line) -> None:
        place(store, "one")
        store.beat(make_task(), NOW, TTL)
        line.take(TASK_A, NOW, 1)

        assert not line.put_back(TASK_B, session_id_of("one"), NOW)
        assert store.leases(TASK_A) == set(ids("one"))


class TestPlanning:
    def test_so_many_tasks_are_started_as_those_in_line_need(
        self, store: SessionStore, line: Line
    ) -> None:
        place(store, "one", "two", "three")

        assert line.plan(GROWTH, NOW, TOKENS) == TOKENS[:2]
        assert list(line.starts()) == TOKENS[:2]

    def test_what_is_being_started_already_is_not_started_again(
        self, store: SessionStore, line: Line
    ) -> None:
        place(store, "one", "two")
        line.plan(GROWTH, NOW, TOKENS[:1])

        assert line.plan(GROWTH, NOW, TOKENS[1:]) == []

    def test_planners_at_once_decide_on_one_start(self, store: SessionStore, line: Line) -> None:
        place(store, "one", "two")

        with ThreadPoolExecutor(8) as pool:
            tokens = [StartToken(f"t{number}") for number in range(40)]
            plans = list(pool.map(lambda token: line.plan(GROWTH, NOW, [token]), tokens))

        assert sum(len(plan) for plan in plans) == 1

    def test_nothing_is_started_for_nobody(self, line: Line) -> None:
        assert line.plan(GROWTH, NOW, TOKENS) == []

    def test_no_more_tasks_are_started_than_may_live(self, store: SessionStore, line: Line) -> None:
        for task in (TASK_A, TASK_B):
            store.beat(make_task(task, capacity=0), NOW, TTL)
        place(store, "one", "two")
        store.beat(make_task("task-c", capacity=0), NOW, TTL)

        assert line.plan(GROWTH, NOW, TOKENS) == []

    def test_a_start_left_half_way_is_asked_for_again(
        self, store: SessionStore, line: Line
    ) -> None:
        place(store, "one")
        line.plan(GROWTH, NOW, TOKENS[:1])
        later = NOW + START_RETRY_SECONDS

        assert line.plan(GROWTH, later - 1, []) == []
        assert line.plan(GROWTH, later, []) == TOKENS[:1]
        assert line.plan(GROWTH, later, []) == []

    def test_a_confirmed_start_is_left_alone(self, store: SessionStore, line: Line) -> None:
        place(store, "one")
        line.plan(GROWTH, NOW, TOKENS[:1])

        assert line.confirm(TOKENS[0], "arn:task/1")

        assert line.plan(GROWTH, NOW + 3 * START_RETRY_SECONDS, []) == []
        (start,) = line.starts().values()
        assert (start.decided_at, start.task_arn) == (NOW, "arn:task/1")

    def test_a_start_that_is_over_cannot_be_confirmed(self, line: Line) -> None:
        assert not line.confirm(TOKENS[0], "arn:task/1")
        assert line.starts() == {}

    def test_a_start_is_over_when_its_task_takes_its_first_session(
        self, store: SessionStore, line: Line
    ) -> None:
        place(store, "one")
        line.plan(GROWTH, NOW, TOKENS[:1])
        store.beat(make_task(), NOW, TTL)

        assert len(line.take(TASK_A, NOW, 2, TOKENS[0])) == 1

        assert line.starts() == {}


class TestGivingUp:
    def test_those_for_whom_nothing_else_is_started_fail(
        self, store: SessionStore, line: Line
    ) -> None:
        place(store, "one", "two", "three")
        line.plan(GROWTH, NOW, TOKENS)

        failed = line.give_up(TOKENS[1], GROWTH, NOW, EndReason.CAPACITY_REFUSED, "AccessDenied")

        assert failed == ids("three")
        assert stored(store, "three").end_detail == "AccessDenied"
        assert stored(store, "one").waiting
        assert list(line.starts()) == TOKENS[:1]

    def test_those_in_line_may_be_left_there(self, store: SessionStore, line: Line) -> None:
        place(store, "one")
        line.plan(GROWTH, NOW, TOKENS[:1])

        assert line.give_up(TOKENS[0], GROWTH, NOW, None) == []

        assert stored(store, "one").waiting
        assert line.plan(GROWTH, NOW, TOKENS[1:]) == [TOKENS[1]]

    def test_a_start_is_given_up_once(self, store: SessionStore, line: Line) -> None:
        place(store, "one")

        assert line.give_up(TOKENS[0], GROWTH, NOW, EndReason.CAPACITY_LOST) == []
        assert stored(store, "one").waiting
