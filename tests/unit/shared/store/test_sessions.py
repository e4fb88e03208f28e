"""What becomes of sessions: how they end, who may see them, where they are."""

from __future__ import annotations

import pytest
import redis

from shared import keys
from shared.ids import OwnerId, TaskId
from shared.limits import ENDED_SESSION_RETENTION_SECONDS, SESSIONS_LISTED_MAX
from shared.located import Located
from shared.session_state import EndReason, SessionStatus
from shared.store import Growth, SessionStore
from tests.fakes.records import (
    NOW,
    OWNER,
    make_session,
    make_spec,
    make_task,
    make_witness,
    session_id_of,
)
from tests.unit.shared.store.sessions import ONE, TASK_A, TTL, place, stored


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
