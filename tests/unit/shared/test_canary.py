"""The share of a canary against a real Redis, with placement as it is."""

from __future__ import annotations

import msgspec
import pytest
import redis

from shared import keys
from shared.canary import PERCENT_MAX, Canary, CanaryShare
from shared.ids import TaskId
from shared.lean_redis import connect
from shared.store import Full, Growth, Placed, SessionStore, Waiting
from shared.waiting import Line
from tests.fakes.records import NOW, make_spec, make_task, make_witness

TTL = 9.0
STABLE, CANARY = TaskId("stable"), TaskId("canary")
SESSIONS = 400


@pytest.fixture
def store(redis_client: redis.Redis) -> SessionStore:
    return SessionStore(redis_client)


@pytest.fixture
def share(redis_client: redis.Redis) -> CanaryShare:
    return CanaryShare(redis_client)


def beat(store: SessionStore, name: str, version: str = "", capacity: int = 1_000) -> None:
    task = msgspec.structs.replace(make_task(name, capacity=capacity), canary=version)
    store.beat(task, NOW, TTL)


def placed_on(store: SessionStore, count: int = SESSIONS) -> dict[TaskId, int]:
    """How many of so many new sessions each task gets."""
    got: dict[TaskId, int] = {}
    for number in range(count):
        outcome = store.place(make_spec(f"session {number}", created_at=NOW), NOW)
        assert isinstance(outcome, Placed)
        got[outcome.task_id] = got.get(outcome.task_id, 0) + 1
    return got


def test_what_was_set_last_is_read(share: CanaryShare) -> None:
    assert share.read() is None

    share.set(Canary("v2", 5))
    share.set(Canary("v2", 0))

    assert share.read() == Canary("v2", 0)


@pytest.mark.parametrize("canary", [Canary("", 5), Canary("v2", -1), Canary("v2", PERCENT_MAX + 1)])
def test_what_is_no_share_is_refused(canary: Canary, share: CanaryShare) -> None:
    with pytest.raises(ValueError, match="0 to 99 percent"):
        share.set(canary)
    assert share.read() is None


def test_lambdas_own_client_will_do(redis_url: str, redis_client: redis.Redis) -> None:
    client = connect(redis_url)

    CanaryShare(client).set(Canary("v2", 5))

    assert CanaryShare(client).read() == Canary("v2", 5)
    client.close()


def test_a_task_on_trial_gets_nothing_by_itself(store: SessionStore) -> None:
    beat(store, "canary", "v2")

    assert store.place(make_spec(), NOW) == Full()


@pytest.mark.parametrize("percent", [1, 10, 50, 99])
def test_the_canary_gets_its_share(percent: int, store: SessionStore, share: CanaryShare) -> None:
    beat(store, "stable")
    beat(store, "canary", "v2")
    share.set(Canary("v2", percent))

    got = placed_on(store)

    # The ids of these sessions are always the same; three sigma is what draws may differ by.
    sigma = (SESSIONS * percent / 100 * (1 - percent / 100)) ** 0.5
    assert abs(got.get(CANARY, 0) - SESSIONS * percent / 100) <= 3 * sigma
    assert got[STABLE] == SESSIONS - got.get(CANARY, 0)


def test_a_share_of_nothing_works_from_the_next_session_on(
    store: SessionStore, share: CanaryShare
) -> None:
    share.set(Canary("v2", 99))
    beat(store, "stable")
    beat(store, "canary", "v2")
    assert placed_on(store, 20)[CANARY] > 10

    share.set(Canary("v2", 0))

    assert placed_on(store) == {STABLE: SESSIONS}


def test_what_the_canary_has_no_slot_for_goes_to_the_others(
    store: SessionStore, share: CanaryShare
) -> None:
    share.set(Canary("v2", 99))
    beat(store, "stable")
    beat(store, "canary", "v2", capacity=3)

    assert placed_on(store, 50) == {CANARY: 3, STABLE: 47}


def test_what_the_others_have_no_slot_for_does_not_go_to_the_canary(
    store: SessionStore, share: CanaryShare
) -> None:
    share.set(Canary("v2", 1))
    beat(store, "stable", capacity=1)
    beat(store, "canary", "v2")

    outcomes = [store.place(make_spec(str(number), created_at=NOW), NOW) for number in range(20)]

    assert outcomes.count(Full()) >= 18


def test_an_older_canary_gets_nothing_any_more(store: SessionStore, share: CanaryShare) -> None:
    share.set(Canary("v2", 99))
    beat(store, "stable")
    beat(store, "canary", "v2")

    share.set(Canary("v3", 99))

    assert placed_on(store, 50) == {STABLE: 50}


def test_a_canary_that_is_lost_or_retired_is_not_asked(
    store: SessionStore, share: CanaryShare, redis_client: redis.Redis
) -> None:
    share.set(Canary("v2", 99))
    beat(store, "stable")
    beat(store, "canary", "v2")
    beat(store, "other", "v2")

    store.retire(CANARY, NOW)
    store.remove_task(TaskId("other"))

    assert not redis_client.exists(keys.canary_room("v2"))
    assert placed_on(store, 50) == {STABLE: 50}


def test_of_a_canary_that_died_nothing_is_left(
    store: SessionStore, share: CanaryShare, redis_client: redis.Redis
) -> None:
    beat(store, "canary", "v2")
    assert redis_client.exists(keys.canary_room("v2"))

    store.beat(make_witness(), NOW + 2, TTL)
    store.reap(NOW + TTL + 1)

    assert not redis_client.exists(keys.canary_room("v2"))


def test_who_stands_in_line_is_not_taken_by_a_canary(
    store: SessionStore, share: CanaryShare, redis_client: redis.Redis
) -> None:
    share.set(Canary("v2", 99))
    growth = Growth(wait_seconds=60, slots_per_task=10, tasks_max=10)
    assert store.place(make_spec(), NOW, growth=growth) == Waiting()
    beat(store, "canary", "v2")
    beat(store, "stable")
    line = Line(redis_client)

    by_the_canary = line.take(CANARY, NOW, 10)
    by_the_stable = line.take(STABLE, NOW, 10)

    assert (len(by_the_canary), len(by_the_stable)) == (0, 1)
