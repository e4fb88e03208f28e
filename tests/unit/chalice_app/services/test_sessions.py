"""The service on a real Redis; a scripted container answers the bus from a thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from chalice_app.services.sessions import SessionFilter, SessionService
from chalice_app.wiring import Deps
from shared.bus import Reply, Request
from shared.errors import (
    BrowserStartFailed,
    IdempotencyConflict,
    NoCapacity,
    SessionNotFound,
    TaskTimeout,
)
from shared.ids import OwnerId
from shared.records import BrowserSettings, CreateSession, MetadataValue, Viewport
from shared.request_kind import RequestKind
from shared.session_state import EndReason, SessionStatus
from shared.store import Idempotency, SessionStore
from tests.fakes.api import (
    Behaviour,
    FakeContainer,
    answers_with,
    make_test_deps,
    opens_and_closes,
    session_id_in,
)
from tests.fakes.records import (
    OWNER,
    make_session,
    make_spec,
    make_task,
    make_witness,
    session_id_of,
)

KEY = Idempotency(key_digest="key", body_digest="body")


class HurriedClock:
    """The real time, until it is told to jump: waits on the bus then end at once."""

    def __init__(self, base: Callable[[], float]) -> None:
        self._base = base
        self.jumped_seconds = 0.0

    def __call__(self) -> float:
        return self._base() + self.jumped_seconds


@pytest.fixture
def service(deps: Deps) -> SessionService:
    return SessionService(deps)


@pytest.fixture
def container(redis_url: str) -> FakeContainer:
    return FakeContainer(redis_url)


def times_out_by(clock: HurriedClock) -> Behaviour:
    """Never answers, and lets the caller's patience end at once."""

    def behave(_store: SessionStore, _request: Request) -> Reply | None:
        clock.jumped_seconds += 30
        return None

    return behave


class TestCreating:
    def test_a_created_session_is_active_on_its_container(
        self, service: SessionService, container: FakeContainer
    ) -> None:
        body = CreateSession(
            browser_settings=BrowserSettings(viewport=Viewport(width=8, height=6)),
            timeout=90,
            idle_timeout=20,
            keep_alive=False,
            user_metadata={"team": "qa"},
        )

        with container.serving():
            session = service.create(OWNER, body)

        spec = session.spec
        assert session.status is SessionStatus.ACTIVE
        assert session.task_id == container.task_id
        assert spec.owner_id == OWNER
        assert spec.expires_at == spec.created_at + 90
        assert (spec.idle_timeout_seconds, spec.keep_alive) == (20, False)
        assert (spec.settings, spec.user_metadata) == (body.browser_settings, {"team": "qa"})

    def test_the_container_is_asked_to_open_exactly_that(
        self, service: SessionService, container: FakeContainer
    ) -> None:
        with container.serving():
            session = service.create(OWNER, CreateSession())

        (request,) = container.seen
        assert request.kind is RequestKind.OPEN
        assert session_id_in(request) == session.spec.session_id

    def test_without_a_container_there_is_no_capacity(self, service: SessionService) -> None:
        with pytest.raises(NoCapacity):
            service.create(OWNER, CreateSession())

    def test_one_more_than_fits_is_refused_until_one_is_released(
        self, service: SessionService, container: FakeContainer
    ) -> None:
        with container.serving():
            first = service.create(OWNER, CreateSession())
            service.create(OWNER, CreateSession())
            with pytest.raises(NoCapacity):
                service.create(OWNER, CreateSession())

            service.delete(OWNER, first.spec.session_id)

            assert service.create(OWNER, CreateSession()).status is SessionStatus.ACTIVE

    def test_a_dead_containers_slots_are_not_offered(
        self, service: SessionService, deps: Deps
    ) -> None:
        deps.store.beat(make_witness(), deps.clock() - 10, 60)
        deps.store.beat(make_task(), deps.clock() - 10, 5)

        with pytest.raises(NoCapacity):
            service.create(OWNER, CreateSession())
        assert deps.store.task(make_task().task_id) is None

    @pytest.mark.parametrize(
        ("code", "kind"),
        [("BROWSER_START_FAILED", BrowserStartFailed), ("NO_CAPACITY", NoCapacity)],
    )
    def test_a_containers_refusal_fails_the_session_and_reaches_the_caller(
        self,
        service: SessionService,
        deps: Deps,
        container: FakeContainer,
        code: str,
        kind: type[Exception],
    ) -> None:
        container.behaviour = answers_with(code)

        with container.serving(), pytest.raises(kind, match="as scripted"):
            service.create(OWNER, CreateSession())

        (session,) = deps.store.list_by_owner(OWNER)
        assert session.status is SessionStatus.FAILED
        assert session.end_reason is EndReason.START_FAILED
        assert deps.store.leases(container.task_id) == {session.spec.session_id}

    def test_a_container_that_does_not_answer_is_a_timeout(self, redis_url: str) -> None:
        plain = make_test_deps(redis_url)
        clock = HurriedClock(plain.clock)
        deps = make_test_deps(redis_url, clock)
        container = FakeContainer(redis_url, behaviour=times_out_by(clock))

        with container.serving(), pytest.raises(TaskTimeout) as raised:
            SessionService(deps).create(OWNER, CreateSession())

        assert raised.value.details == {"requestId": container.seen[0].id}
        failed = deps.store.get(session_id_in(container.seen[0]))
        assert failed is not None
        assert failed.end_reason is EndReason.START_FAILED


class TestIdempotency:
    def test_a_repeated_request_gets_the_same_session_as_it_is_now(
        self, service: SessionService, container: FakeContainer
    ) -> None:
        with container.serving():
            first = service.create(OWNER, CreateSession(), KEY)
            service.delete(OWNER, first.spec.session_id)

            again = service.create(OWNER, CreateSession(), KEY)

        assert again.spec == first.spec
        assert again.status is SessionStatus.ENDED
        assert len(container.seen) == 2

    def test_concurrent_repeats_make_one_session(
        self, service: SessionService, container: FakeContainer
    ) -> None:
        with container.serving(), ThreadPoolExecutor(4) as callers:
            sessions = list(
                callers.map(lambda _: service.create(OWNER, CreateSession(), KEY), range(4))
            )

        assert len({session.spec.session_id for session in sessions}) == 1
        assert len(container.seen) == 1

    def test_another_body_is_a_conflict(
        self, service: SessionService, container: FakeContainer
    ) -> None:
        with container.serving():
            service.create(OWNER, CreateSession(), KEY)

            with pytest.raises(IdempotencyConflict):
                service.create(OWNER, CreateSession(), Idempotency("key", "another body"))

    def test_another_owner_may_use_the_same_key(
        self, service: SessionService, container: FakeContainer
    ) -> None:
        with container.serving():
            mine = service.create(OWNER, CreateSession(), KEY)
            theirs = service.create(OwnerId("them"), CreateSession(), KEY)

        assert mine.spec.session_id != theirs.spec.session_id

    def test_a_failed_start_frees_the_key(
        self, service: SessionService, container: FakeContainer
    ) -> None:
        container.behaviour = answers_with("BROWSER_START_FAILED")
        with container.serving():
            with pytest.raises(BrowserStartFailed):
                service.create(OWNER, CreateSession(), KEY)
            container.behaviour = opens_and_closes

            again = service.create(OWNER, CreateSession(), KEY)

        assert again.status is SessionStatus.ACTIVE


class TestReading:
    def test_somebody_elses_session_is_not_found(
        self, service: SessionService, container: FakeContainer
    ) -> None:
        with container.serving():
            session = service.create(OWNER, CreateSession())

        for read in (service.get, service.delete):
            with pytest.raises(SessionNotFound):
                read(OwnerId("somebody-else"), session.spec.session_id)

    def test_what_never_was_is_not_found(self, service: SessionService) -> None:
        with pytest.raises(SessionNotFound):
            service.get(OWNER, session_id_of("nobody"))

    def test_a_dead_containers_session_is_seen_as_failed(
        self, service: SessionService, deps: Deps
    ) -> None:
        task = make_task()
        deps.store.beat(task, deps.clock(), 60)
        spec = make_spec(created_at=deps.clock())
        deps.store.place(spec, deps.clock())
        deps.store.beat(make_witness(), deps.clock(), 60)
        deps.store.beat(task, deps.clock() - 120, 60)

        assert service.get(OWNER, spec.session_id).end_reason is EndReason.CONTAINER_LOST
        (listed,) = service.list_matching(OWNER, SessionFilter())
        assert listed.status is SessionStatus.FAILED

    def test_lists_hold_what_matches_newest_first(
        self, service: SessionService, container: FakeContainer
    ) -> None:
        container.task = make_task(capacity=3)
        with container.serving():
            for team in ("qa", "dev", "qa"):
                service.create(OWNER, CreateSession(user_metadata={"team": team}))
            everything = service.list_matching(OWNER, SessionFilter())
            service.delete(OWNER, everything[0].spec.session_id)

            found = service.list_matching(
                OWNER, SessionFilter(SessionStatus.ACTIVE, {"team": "qa"})
            )

        assert [session.spec.session_id for session in found] == [everything[2].spec.session_id]


class TestDeleting:
    def test_a_released_session_has_ended(
        self, service: SessionService, container: FakeContainer
    ) -> None:
        with container.serving():
            session = service.create(OWNER, CreateSession())

            ended = service.delete(OWNER, session.spec.session_id)

        assert (ended.status, ended.end_reason) == (SessionStatus.ENDED, EndReason.RELEASED)
        assert container.seen[-1].kind is RequestKind.CLOSE

    def test_releasing_twice_asks_the_container_once(
        self, service: SessionService, container: FakeContainer
    ) -> None:
        with container.serving():
            session = service.create(OWNER, CreateSession())
            first = service.delete(OWNER, session.spec.session_id)

            second = service.delete(OWNER, session.spec.session_id)

        assert second == first
        assert [request.kind for request in container.seen] == [RequestKind.OPEN, RequestKind.CLOSE]

    def test_a_session_the_container_does_not_run_is_over(
        self, service: SessionService, deps: Deps, container: FakeContainer
    ) -> None:
        with container.serving():
            session = service.create(OWNER, CreateSession())
            container.behaviour = answers_with("SESSION_NOT_FOUND")

            ended = service.delete(OWNER, session.spec.session_id)

        assert ended.end_reason is EndReason.RELEASED
        assert deps.store.leases(container.task_id) == frozenset()

    def test_a_silent_container_is_a_timeout_and_the_session_lives_on(self, redis_url: str) -> None:
        clock = HurriedClock(make_test_deps(redis_url).clock)
        deps = make_test_deps(redis_url, clock)
        service, container = SessionService(deps), FakeContainer(redis_url)

        with container.serving(heartbeat_ttl_seconds=600):
            session = service.create(OWNER, CreateSession())
            container.behaviour = times_out_by(clock)
            with pytest.raises(TaskTimeout):
                service.delete(OWNER, session.spec.session_id)

            assert service.get(OWNER, session.spec.session_id).live

    def test_a_container_that_dies_meanwhile_leaves_a_failed_session(self, redis_url: str) -> None:
        clock = HurriedClock(make_test_deps(redis_url).clock)
        deps = make_test_deps(redis_url, clock)
        service, container = SessionService(deps), FakeContainer(redis_url)

        with container.serving(heartbeat_ttl_seconds=20):
            session = service.create(OWNER, CreateSession())
            deps.store.beat(make_witness(), deps.clock(), 60)
            container.behaviour = times_out_by(clock)

            after = service.delete(OWNER, session.spec.session_id)

        assert after.end_reason is EndReason.CONTAINER_LOST


@pytest.mark.parametrize(
    ("metadata", "wanted", "matches"),
    [
        ({"team": "qa"}, {"team": "qa"}, True),
        ({"team": "qa", "run": 7}, {"team": "qa", "run": "7"}, True),
        ({"nightly": True}, {"nightly": "true"}, True),
        ({"ratio": 0.5}, {"ratio": "0.5"}, True),
        ({"team": "qa"}, {"team": "dev"}, False),
        ({"team": "qa"}, {"team": "qa", "run": "7"}, False),
        ({"nightly": True}, {"nightly": "True"}, False),
        ({"team": "qa"}, {}, True),
    ],
)
def test_metadata_is_compared_as_it_is_spelled_in_json(
    metadata: dict[str, MetadataValue], wanted: dict[str, str], matches: bool
) -> None:
    session = make_session(make_spec(user_metadata=metadata))

    assert SessionFilter(metadata=wanted).matches(session) is matches


@pytest.mark.parametrize("status", SessionStatus)
def test_a_status_filter_matches_that_status_only(status: SessionStatus) -> None:
    session = msgspec.structs.replace(make_session(), status=status)

    assert [word for word in SessionStatus if SessionFilter(word).matches(session)] == [status]
