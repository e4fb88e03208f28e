"""Which task gets a session, and that no slot is given twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import redis

from shared import keys
from shared.ids import OwnerId
from shared.limits import IDEMPOTENCY_TTL_SECONDS
from shared.records import Session
from shared.session_state import EndReason, SessionStatus
from shared.store import Full, Idempotency, Placed, Replayed, SessionStore
from tests.fakes.records import NOW, OWNER, make_spec, make_task
from tests.unit.shared.store.sessions import ONE, TASK_A, TASK_B, TTL, place


class TestPlacing:
    def test_a_placed_session_waits_for_its_browser(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)
        spec = make_spec(user_metadata={"team": "x"})

        outcome = store.place(spec, NOW)

        assert outcome == Placed(TASK_A)
        assert store.get(ONE) == Session(
            spec=spec, status=SessionStatus.INITIALIZING, task_id=TASK_A
        )
        assert store.leases(TASK_A) == {ONE}

    def test_without_a_task_there_is_no_room(self, store: SessionStore) -> None:
        assert place(store) == Full()
        assert store.get(ONE) is None
        assert store.list_by_owner(OWNER) == []

    def test_a_full_task_takes_nothing(self, store: SessionStore) -> None:
        store.beat(make_task(capacity=1), NOW, TTL)
        place(store, "one")

        assert place(store, "two") == Full()

    def test_a_draining_task_takes_nothing(self, store: SessionStore) -> None:
        store.beat(make_task(draining=True), NOW, TTL)

        assert place(store) == Full()

    def test_a_task_whose_browsers_do_not_start_takes_nothing_until_they_do(
        self, store: SessionStore
    ) -> None:
        store.beat(make_task(healthy=False), NOW, TTL)
        assert (place(store), store.free_slots(NOW)) == (Full(), 0)

        store.beat(make_task(), NOW + 3, TTL)

        assert place(store, now=NOW + 3) == Placed(TASK_A)

    def test_a_dead_task_takes_nothing(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)

        assert place(store, now=NOW + TTL) == Full()

    def test_the_fullest_task_with_room_is_filled_first(self, store: SessionStore) -> None:
        store.beat(make_task("task-a", capacity=3), NOW, TTL)
        store.beat(make_task("task-b", capacity=2), NOW + 1, TTL)
        first = place(store, "one")

        outcomes = [place(store, name) for name in ("two", "three", "four", "five", "six")]

        assert isinstance(first, Placed)
        assert outcomes[0] == first
        assert sum(isinstance(outcome, Placed) for outcome in outcomes) == 4
        assert outcomes[4] == Full()

    def test_a_lease_past_its_deadline_blocks_nobody(self, store: SessionStore) -> None:
        later = NOW + 7200
        store.beat(make_task(capacity=1), NOW, TTL)
        place(store, "one")

        store.beat(make_task(capacity=1), later, TTL)

        assert place(store, "two", now=later) == Placed(TASK_A)

    def test_two_racing_callers_never_get_the_same_slot(self, store: SessionStore) -> None:
        store.beat(make_task(capacity=5), NOW, TTL)
        start = threading.Barrier(8)

        def race(number: int) -> Placed | Replayed | Full:
            start.wait()
            return place(store, f"racer-{number}")

        with ThreadPoolExecutor(8) as racers:
            outcomes = list(racers.map(race, range(8)))

        assert outcomes.count(Placed(TASK_A)) == 5
        assert outcomes.count(Full()) == 3
        assert len(store.leases(TASK_A)) == 5


class TestIdempotency:
    KEY = Idempotency(key_digest="key", body_digest="body")

    def test_a_key_used_again_leads_to_the_first_session(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)
        store.place(make_spec("one"), NOW, self.KEY)

        outcome = store.place(make_spec("two"), NOW, self.KEY)

        assert outcome == Replayed(ONE, "body")
        assert store.leases(TASK_A) == {ONE}

    def test_racing_callers_with_one_key_make_one_session(self, store: SessionStore) -> None:
        store.beat(make_task(capacity=8), NOW, TTL)

        with ThreadPoolExecutor(8) as racers:
            outcomes = list(
                racers.map(
                    lambda number: store.place(make_spec(f"racer-{number}"), NOW, self.KEY),
                    range(8),
                )
            )

        assert sum(isinstance(outcome, Placed) for outcome in outcomes) == 1
        assert len(store.leases(TASK_A)) == 1

    def test_another_owners_equal_key_is_another_key(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)
        store.place(make_spec("one"), NOW, self.KEY)

        outcome = store.place(make_spec("two", owner=OwnerId("other")), NOW, self.KEY)

        assert outcome == Placed(TASK_A)

    def test_a_forgotten_key_may_be_used_again(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)
        store.place(make_spec("one"), NOW, self.KEY)

        store.forget_idempotency(OWNER, self.KEY)

        assert store.place(make_spec("two"), NOW, self.KEY) == Placed(TASK_A)

    def test_a_key_without_room_is_not_remembered(self, store: SessionStore) -> None:
        store.place(make_spec("one"), NOW, self.KEY)
        store.beat(make_task(), NOW, TTL)

        assert store.place(make_spec("two"), NOW, self.KEY) == Placed(TASK_A)

    def test_a_key_expires(self, store: SessionStore, redis_client: redis.Redis) -> None:
        store.beat(make_task(), NOW, TTL)

        store.place(make_spec("one"), NOW, self.KEY)

        ttl = redis_client.ttl(keys.idempotency(OWNER, "key"))
        assert 0 < ttl <= IDEMPOTENCY_TTL_SECONDS


class TestRoom:
    """`wc:room` is derived from the leases, whatever happens to them."""

    def room(self, redis_client: redis.Redis) -> dict[bytes, float]:
        return dict(redis_client.zrange(keys.ROOM, 0, -1, withscores=True))

    def test_it_follows_every_change_of_the_leases(
        self, store: SessionStore, redis_client: redis.Redis
    ) -> None:
        store.beat(make_task(capacity=2), NOW, TTL)
        seen = [self.room(redis_client)]
        for name in ("one", "two"):
            place(store, name)
            seen.append(self.room(redis_client))
        store.finish(ONE, EndReason.RELEASED, NOW, release_slot=True)
        seen.append(self.room(redis_client))

        assert seen == [{b"task-a": 0}, {b"task-a": 1}, {}, {b"task-a": 1}]

    def test_a_lost_or_wrong_entry_is_mended_by_the_next_beat(
        self, store: SessionStore, redis_client: redis.Redis
    ) -> None:
        store.beat(make_task(capacity=2), NOW, TTL)
        place(store)
        redis_client.delete(keys.ROOM)

        store.beat(make_task(capacity=2), NOW + 3, TTL)

        assert self.room(redis_client) == {b"task-a": 1}

    def test_an_entry_that_says_too_much_is_not_believed(
        self, store: SessionStore, redis_client: redis.Redis
    ) -> None:
        for task in (TASK_A, TASK_B):
            store.beat(make_task(task, capacity=2), NOW, TTL)
        place(store, "one")
        (held,) = [task for task in (TASK_A, TASK_B) if store.leases(task)]
        (empty,) = {TASK_A, TASK_B} - {held}
        redis_client.zadd(keys.ROOM, {empty: 5, "task-gone": 9})

        assert place(store, "two") == Placed(held)
        assert self.room(redis_client) == {empty.encode(): 0}

    def test_a_retired_task_takes_nothing(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)

        assert store.retire(TASK_A, NOW)
        assert place(store) == Full()

    def test_a_task_with_a_lease_is_not_retired(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)
        place(store)

        assert not store.retire(TASK_A, NOW)
        assert place(store, "two") == Placed(TASK_A)
