"""Tasks that beat, and what is left of those that do no more; API keys."""

from __future__ import annotations

import pytest
import redis

from shared import keys
from shared.limits import HEARTBEAT_TTL_SECONDS_DEFAULT as GRACE
from shared.redis_client import connect
from shared.session_state import EndReason, SessionStatus
from shared.store import SessionStore
from tests.fakes.records import NOW, make_task, make_witness
from tests.unit.shared.store.sessions import ONE, TASK_A, TTL, place, stored


def test_redis_being_away_is_noticed() -> None:
    with pytest.raises(redis.ConnectionError):
        SessionStore(connect("127.0.0.1:1")).ping()


def test_redis_being_there_is_noticed(store: SessionStore) -> None:
    store.ping()


class TestTasks:
    def test_a_heartbeat_tells_what_the_task_offers(self, store: SessionStore) -> None:
        task = make_task(capacity=7)

        store.beat(task, NOW, TTL)

        assert store.task(TASK_A) == task
        assert store.live_tasks(NOW) == [task]
        assert store.free_slots(NOW) == 7

    def test_a_later_heartbeat_replaces_what_was_said(self, store: SessionStore) -> None:
        store.beat(make_task(capacity=7), NOW, TTL)

        store.beat(make_task(capacity=7, draining=True), NOW + 3, TTL)

        assert store.free_slots(NOW + 3) == 0
        assert store.live_tasks(NOW + TTL) != []

    def test_a_task_that_missed_its_beats_is_dead(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)

        assert store.live_tasks(NOW + TTL) == []
        assert store.free_slots(NOW + TTL) == 0

    def test_an_orderly_end_leaves_nothing(
        self, store: SessionStore, redis_client: redis.Redis
    ) -> None:
        store.beat(make_task(), NOW, TTL)

        store.remove_task(TASK_A)

        assert store.task(TASK_A) is None
        assert redis_client.keys() == []


class TestReaping:
    def test_a_dead_tasks_sessions_fail_and_its_slots_return(
        self, store: SessionStore, redis_client: redis.Redis
    ) -> None:
        store.beat(make_task(), NOW, TTL)
        place(store)
        store.beat(make_witness(), NOW + 1, TTL)

        failed = store.reap(NOW + TTL)

        assert failed == [ONE]
        assert stored(store).end_reason is EndReason.CONTAINER_LOST
        assert stored(store).status is SessionStatus.FAILED
        assert store.live_tasks(NOW) == [make_witness()]
        assert redis_client.exists(keys.task(TASK_A), keys.leases(TASK_A)) == 0

    def test_a_second_reap_finds_nothing(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)
        place(store)
        store.beat(make_witness(), NOW + 1, TTL)
        store.reap(NOW + TTL)

        assert store.reap(NOW + TTL + 1) == []

    def test_living_tasks_are_left_alone(self, store: SessionStore) -> None:
        store.beat(make_task("task-a"), NOW, TTL)
        place(store)
        store.beat(make_task("task-b"), NOW, 1)

        assert store.reap(NOW + 2) == []
        assert stored(store).status is SessionStatus.INITIALIZING
        assert [task.task_id for task in store.live_tasks(NOW + 2)] == [TASK_A]

    def test_sessions_that_had_ended_keep_their_reason(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)
        place(store)
        store.finish(ONE, EndReason.RELEASED, NOW + 1, release_slot=False)

        assert store.reap(NOW + TTL) == []
        assert stored(store).end_reason is EndReason.RELEASED


class TestSilence:
    """All tasks fall silent at once: it may be Redis that was away."""

    LATER = NOW + 60

    @pytest.fixture(autouse=True)
    def _two_tasks(self, store: SessionStore) -> None:
        store.beat(make_task("task-a"), NOW, TTL)
        place(store)
        store.beat(make_task("task-b"), NOW, TTL)

    def test_who_comes_first_afterwards_buries_nobody(self, store: SessionStore) -> None:
        assert store.reap(self.LATER) == []

        store.beat(make_task("task-b"), self.LATER + 1, TTL)
        assert store.reap(self.LATER + 1) == []
        store.beat(make_task("task-a"), self.LATER + 3, TTL)
        store.beat(make_task("task-b"), self.LATER + GRACE, TTL)

        assert store.reap(self.LATER + GRACE) == []
        assert stored(store).live

    def test_a_task_that_comes_first_itself_buries_nobody(self, store: SessionStore) -> None:
        store.beat(make_task("task-b"), self.LATER, TTL)

        assert store.reap(self.LATER) == []
        assert stored(store).live

    def test_a_task_that_stays_silent_is_buried_then(self, store: SessionStore) -> None:
        store.beat(make_task("task-b"), self.LATER, TTL)
        store.beat(make_task("task-b"), self.LATER + 3, TTL)

        assert store.reap(self.LATER + GRACE) == [ONE]

    def test_if_all_stay_silent_all_are(self, store: SessionStore) -> None:
        store.reap(self.LATER)

        assert store.reap(self.LATER + GRACE - 1) == []
        assert store.reap(self.LATER + GRACE) == [ONE]
        assert store.live_tasks(NOW) == []

    def test_the_next_silence_has_time_of_its_own(self, store: SessionStore) -> None:
        store.reap(self.LATER)
        store.beat(make_task("task-a"), self.LATER + 1, TTL)
        again = self.LATER + 100

        assert store.reap(again) == []
        assert store.reap(again + GRACE) == [ONE]


class TestApiKeys:
    def test_a_registered_key_is_known(self, store: SessionStore) -> None:
        store.add_api_key("digest", "ci")

        assert store.knows_api_key("digest")
        assert not store.knows_api_key("other")
