"""Against a real Redis: each test is one step, or a short story, of sessions, tasks and leases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from shared import keys
from shared.ids import OwnerId, SessionId, TaskId
from shared.limits import (
    ENDED_SESSION_RETENTION_SECONDS,
    HEARTBEAT_TTL_SECONDS_DEFAULT,
    IDEMPOTENCY_TTL_SECONDS,
    SESSIONS_LISTED_MAX,
)
from shared.located import Located
from shared.records import Session
from shared.redis_client import connect
from shared.session_state import EndReason, SessionStatus
from shared.store import Full, Growth, Idempotency, Placed, Replayed, SessionStore
from tests.fakes.records import (
    NOW,
    OWNER,
    make_session,
    make_spec,
    make_task,
    make_witness,
    session_id_of,
)

ONE = session_id_of("one")
TASK_A, TASK_B = TaskId("task-a"), TaskId("task-b")
TTL = 9.0
GRACE = HEARTBEAT_TTL_SECONDS_DEFAULT


@pytest.fixture
def store(redis_client: redis.Redis) -> SessionStore:
    return SessionStore(redis_client)


def place(store: SessionStore, name: str = "one", now: float = NOW) -> Placed | Replayed | Full:
    return store.place(make_spec(name, created_at=now), now)


def stored(store: SessionStore, session_id: SessionId = ONE) -> Session:
    session = store.get(session_id)
    assert session is not None
    return session


def test_redis_being_away_is_noticed() -> None:
    with pytest.raises(redis.ConnectionError):
        SessionStore(connect("127.0.0.1:1")).ping()


def test_redis_being_there_is_noticed(store: SessionStore) -> None:
    store.ping()


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


class TestTransitions:
    @pytest.fixture(autouse=True)
    def _placed(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)
        store.place(make_spec(), NOW)

    def test_a_started_session_is_active(self, store: SessionStore) -> None:
        assert store.activate(ONE, NOW + 2)

        assert stored(store).status is SessionStatus.ACTIVE
        assert stored(store).started_at == NOW + 2

    def test_activating_twice_changes_nothing(self, store: SessionStore) -> None:
        store.activate(ONE, NOW + 2)

        assert not store.activate(ONE, NOW + 3)
        assert stored(store).started_at == NOW + 2

    @pytest.mark.parametrize("reason", EndReason)
    @pytest.mark.parametrize("active", [True, False])
    def test_a_live_session_ends_with_its_reason(
        self, store: SessionStore, reason: EndReason, active: bool
    ) -> None:
        if active:
            store.activate(ONE, NOW + 1)

        assert store.finish(ONE, reason, NOW + 5, release_slot=True)

        session = stored(store)
        assert (session.status, session.end_reason) == (reason.status, reason)
        assert session.ended_at == NOW + 5

    def test_an_ended_session_stays_as_it_ended(self, store: SessionStore) -> None:
        store.finish(ONE, EndReason.RELEASED, NOW + 5, release_slot=True)

        assert not store.finish(ONE, EndReason.BROWSER_CRASHED, NOW + 6, release_slot=True)
        assert not store.activate(ONE, NOW + 7)
        assert stored(store).end_reason is EndReason.RELEASED

    def test_the_slot_is_kept_until_the_browser_is_known_to_be_gone(
        self, store: SessionStore
    ) -> None:
        store.finish(ONE, EndReason.START_FAILED, NOW + 5, release_slot=False)
        assert store.leases(TASK_A) == {ONE}

        assert not store.finish(ONE, EndReason.START_FAILED, NOW + 6, release_slot=True)
        assert store.leases(TASK_A) == frozenset()

    def test_a_slot_whose_session_left_no_record_can_be_given_back(
        self, store: SessionStore, redis_client: redis.Redis
    ) -> None:
        redis_client.delete(keys.session(ONE))
        assert not store.finish(ONE, EndReason.RELEASED, NOW + 5, release_slot=True)

        store.release(TASK_A, ONE, NOW)

        assert store.leases(TASK_A) == frozenset()

    def test_an_ended_session_is_kept_for_a_day(
        self, store: SessionStore, redis_client: redis.Redis
    ) -> None:
        store.finish(ONE, EndReason.RELEASED, NOW + 5, release_slot=True)

        ttl = redis_client.ttl(keys.session(ONE))
        assert 0 < ttl <= ENDED_SESSION_RETENTION_SECONDS

    def test_what_never_was_cannot_be_changed(self, store: SessionStore) -> None:
        nobody = session_id_of("nobody")

        assert not store.activate(nobody, NOW)
        assert not store.finish(nobody, EndReason.RELEASED, NOW, release_slot=True)
        assert store.get(nobody) is None


class TestListing:
    def test_newest_sessions_come_first(self, store: SessionStore) -> None:
        store.beat(make_task(capacity=3), NOW, TTL)
        for age, name in enumerate(("one", "two", "three")):
            place(store, name, NOW + age)

        names = [session.spec.session_id for session in store.list_by_owner(OWNER)]

        assert names == [session_id_of(name) for name in ("three", "two", "one")]

    def test_others_sessions_are_not_shown(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)
        place(store)

        assert store.list_by_owner(OwnerId("other")) == []

    def test_lapsed_sessions_are_dropped_from_the_index(
        self, store: SessionStore, redis_client: redis.Redis
    ) -> None:
        store.beat(make_task(), NOW, TTL)
        place(store, "one")
        place(store, "two")
        redis_client.delete(keys.session(ONE))

        listed = store.list_by_owner(OWNER)

        assert [session.spec.session_id for session in listed] == [session_id_of("two")]
        assert redis_client.zcard(keys.owner(OWNER)) == 1

    def test_no_more_than_the_limit_are_looked_at(
        self, store: SessionStore, redis_client: redis.Redis
    ) -> None:
        index = {f"id-{number}": number for number in range(SESSIONS_LISTED_MAX + 1)}
        redis_client.zadd(keys.owner(OWNER), index)

        store.list_by_owner(OWNER)

        assert redis_client.zrange(keys.owner(OWNER), 0, -1) == [b"id-0"]


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


class TestClaiming:
    def test_a_container_that_runs_the_session_keeps_it(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)
        place(store)

        assert store.claim(make_session(make_spec()), NOW)
        assert store.leases(TASK_A) == {ONE}

    def test_an_ended_session_cannot_be_claimed(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)
        place(store)
        store.beat(make_witness(), NOW + 1, TTL)
        store.reap(NOW + TTL)

        assert not store.claim(make_session(make_spec()), NOW)
        assert store.leases(TASK_A) == frozenset()

    def test_what_redis_lost_is_written_again(self, store: SessionStore) -> None:
        session = make_session(make_spec())

        assert store.claim(session, NOW)

        assert store.get(ONE) == session
        assert store.leases(TASK_A) == {ONE}
        assert store.list_by_owner(OWNER) == [session]

    def test_a_session_that_had_not_started_is_written_as_such(self, store: SessionStore) -> None:
        session = make_session(
            make_spec(),
            status=SessionStatus.INITIALIZING,
            started_at=None,
        )

        assert store.claim(session, NOW)
        assert store.get(ONE) == session


class TestApiKeys:
    def test_a_registered_key_is_known(self, store: SessionStore) -> None:
        store.add_api_key("digest", "ci")

        assert store.knows_api_key("digest")
        assert not store.knows_api_key("other")


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


class TestLocating:
    def test_sessions_are_found_with_their_tasks(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)
        place(store, "one")
        place(store, "two")
        store.activate(ONE, NOW)
        store.finish(session_id_of("two"), EndReason.RELEASED, NOW, release_slot=True)

        one, two, never = store.locate([ONE, session_id_of("two"), session_id_of("never")], NOW)

        assert one == Located(SessionStatus.ACTIVE, TASK_A, None, make_task())
        assert two == Located(SessionStatus.ENDED, TASK_A, EndReason.RELEASED, make_task())
        assert never is None

    def test_a_task_that_missed_its_beats_is_not_told(self, store: SessionStore) -> None:
        store.beat(make_task(), NOW, TTL)
        place(store)

        (found,) = store.locate([ONE], NOW + TTL)

        assert found == Located(SessionStatus.INITIALIZING, TASK_A, None, None)

    def test_one_in_line_is_nowhere(self, store: SessionStore) -> None:
        store.place(make_spec(), NOW, growth=Growth(120.0, 2, 3))

        (found,) = store.locate([ONE], NOW)

        assert found == Located(SessionStatus.INITIALIZING, TaskId(""), None, None)
