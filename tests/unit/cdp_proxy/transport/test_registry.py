from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from cdp_proxy.transport.registry import Resources, Sessions
from cdp_proxy.transport.session import LiveSession
from shared.errors import (
    BrowserStartFailed,
    InvalidRequest,
    NoCapacity,
    SessionEnded,
    SessionNotFound,
    Unavailable,
)
from shared.ids import SessionId
from shared.records import BrowserSettings
from shared.session_state import EndReason
from tests.fakes.container import (
    TIMEOUTS,
    FakeLauncher,
    FakePool,
    FakeStore,
    Immediate,
    clock_at,
    launch_failure,
)
from tests.fakes.records import make_spec, session_id_of
from tests.fakes.scripted_browser import ScriptedBrowser

ONE = session_id_of("one")


class Registry:
    """Two slots, on fakes."""

    def __init__(self) -> None:
        self.clock = clock_at()
        self.store = FakeStore()
        self.pool = FakePool(self.clock)
        self.launcher = FakeLauncher(self.clock)
        self.sessions = Sessions(
            Resources(
                self.clock,
                self.clock.seconds,
                Immediate(),  # type: ignore[arg-type]
                self.launcher,  # type: ignore[arg-type]
                self.store,  # type: ignore[arg-type]
            ),
            2,
            TIMEOUTS,
        )
        self.sessions.use_pool(self.pool)  # type: ignore[arg-type]

    def open(self, name: str = "one", settings: BrowserSettings | None = None) -> list[object]:
        opening = Deferred.fromCoroutine(self.sessions.open(make_spec(name, settings=settings)))
        return outcome_of(opening)

    def find(self, session_id: SessionId = ONE) -> list[object]:
        return outcome_of(Deferred.fromCoroutine(self.sessions.find(session_id)))

    def close(self, session_id: SessionId = ONE) -> list[object]:
        closing = self.sessions.close(session_id, EndReason.RELEASED)
        return outcome_of(Deferred.fromCoroutine(closing))

    def drain(self, seconds: float = 0.0) -> list[object]:
        return outcome_of(Deferred.fromCoroutine(self.sessions.drain(seconds)))


def outcome_of(deferred: Deferred[object]) -> list[object]:
    outcome: list[object] = []
    deferred.addCallbacks(outcome.append, lambda failure: outcome.append(failure.value))
    return outcome


@pytest.fixture
def registry() -> Registry:
    return Registry()


class TestOpening:
    def test_an_opened_session_runs_and_is_active(self, registry: Registry) -> None:
        (session,) = registry.open()

        assert isinstance(session, LiveSession)
        assert registry.find() == [session]
        assert registry.sessions.running() == [session]
        assert registry.store.calls == [("activate", ONE)]
        assert (registry.sessions.held, registry.sessions.free_slots) == (1, 1)

    def test_a_full_container_takes_no_more(self, registry: Registry) -> None:
        registry.open("one")
        registry.open("two")
        (error,) = registry.open("three")

        assert isinstance(error, NoCapacity)

    def test_a_draining_container_takes_none(self, registry: Registry) -> None:
        registry.sessions.draining = True
        (error,) = registry.open()

        assert isinstance(error, Unavailable)
        assert registry.sessions.free_slots == 0

    def test_a_session_is_opened_once(self, registry: Registry) -> None:
        registry.open()
        (error,) = registry.open()

        assert isinstance(error, InvalidRequest)
        assert registry.sessions.held == 1

    def test_who_asks_for_a_session_that_is_opening_gets_it(self, registry: Registry) -> None:
        registry.pool.hold = Deferred()
        opening = registry.open()
        found = registry.find()
        assert found == []

        registry.pool.hold.callback(None)

        assert found == opening

    def test_a_browser_that_does_not_start_fails_the_session(self, registry: Registry) -> None:
        registry.pool.hold = Deferred()
        registry.pool.browsers = [launch_failure()]
        opening = registry.open()
        finding = registry.find()
        registry.pool.hold.callback(None)

        assert isinstance(opening[0], BrowserStartFailed)
        assert isinstance(finding[0], SessionEnded)
        assert registry.store.calls == [("finish", (ONE, EndReason.START_FAILED))]
        assert registry.sessions.held == 0
        assert registry.pool.refills > 0

    def test_an_error_nobody_thought_of_frees_the_slot_all_the_same(
        self, registry: Registry
    ) -> None:
        registry.pool.hold = Deferred()
        registry.pool.browsers = [OSError("no space left on device")]
        opening = registry.open()
        finding = registry.find()
        registry.pool.hold.callback(None)

        assert isinstance(opening[0], Exception)
        assert isinstance(finding[0], SessionEnded)
        assert registry.sessions.held == 0

    def test_a_setting_that_is_refused_ends_the_session(self, registry: Registry) -> None:
        browser = ScriptedBrowser(registry.clock)
        browser.errors["Target.setAutoAttach"] = "Invalid locale name"
        registry.pool.browsers = [browser]
        (error,) = registry.open(settings=BrowserSettings(locale="xx"))

        assert isinstance(error, InvalidRequest)
        assert registry.launcher.buried == [browser]
        assert registry.sessions.held == 0
        assert registry.store.called("finish") == [(ONE, EndReason.START_FAILED)]

    def test_a_session_that_ended_meanwhile_is_not_kept(self, registry: Registry) -> None:
        registry.store.active = False
        (error,) = registry.open()

        assert isinstance(error, SessionEnded)
        assert registry.sessions.held == 0

    def test_without_redis_a_session_is_not_opened(self, registry: Registry) -> None:
        registry.store.away = True
        (error,) = registry.open()

        assert isinstance(error, Unavailable)
        assert registry.sessions.held == 0
        assert registry.sessions.unreported == {ONE: EndReason.START_FAILED}


class TestEnding:
    def test_closing_waits_until_nothing_is_left(self, registry: Registry) -> None:
        registry.open()

        assert registry.close() == [None]
        assert registry.sessions.held == 0
        assert registry.store.called("finish") == [(ONE, EndReason.RELEASED)]
        assert registry.sessions.ended_by_reason == {EndReason.RELEASED: 1}
        assert not registry.sessions.knows(ONE)

    def test_closing_what_is_not_here_is_told(self, registry: Registry) -> None:
        (error,) = registry.close()

        assert isinstance(error, SessionNotFound)

    def test_closing_what_ends_already_waits_with_it(self, registry: Registry) -> None:
        (session,) = registry.open()
        assert isinstance(session, LiveSession)
        registry.launcher.bury = slow = SlowBury()  # type: ignore[method-assign]
        session.end(EndReason.IDLE_TIMEOUT)
        closing = registry.close()
        assert closing == []
        (error,) = registry.find()
        assert isinstance(error, SessionEnded)
        assert registry.sessions.running() == []
        assert registry.sessions.held == 1

        slow.release.callback(None)

        assert closing == [None]
        assert registry.store.called("finish") == [(ONE, EndReason.IDLE_TIMEOUT)]

    def test_an_end_redis_missed_is_kept_for_the_heartbeat(self, registry: Registry) -> None:
        registry.open()
        registry.store.away = True
        registry.close()

        assert registry.sessions.unreported == {ONE: EndReason.RELEASED}
        assert registry.sessions.held == 0
        assert registry.sessions.knows(ONE)


class SlowBury:
    """A burial that takes until it is released."""

    def __init__(self) -> None:
        self.release: Deferred[None] = Deferred()

    async def __call__(self, _browser: object) -> None:
        await self.release


class TestDraining:
    def test_an_empty_container_is_drained_at_once(self, registry: Registry) -> None:
        assert registry.drain() == [None]
        assert registry.sessions.draining

    def test_running_sessions_are_ended(self, registry: Registry) -> None:
        registry.open("one")
        registry.open("two")

        assert registry.drain() == [None]
        assert registry.sessions.held == 0
        assert registry.sessions.ended_by_reason == {EndReason.CONTAINER_STOPPED: 2}

    def test_they_get_their_time_first(self, registry: Registry) -> None:
        registry.open()
        draining = registry.drain(seconds=30)
        registry.clock.advance(29)
        assert registry.sessions.held == 1

        registry.clock.advance(1)

        assert draining == [None]
        assert registry.sessions.ended_by_reason == {EndReason.CONTAINER_STOPPED: 1}

    def test_a_session_that_ends_by_itself_shortens_the_wait(self, registry: Registry) -> None:
        registry.open()
        draining = registry.drain(seconds=30)
        registry.close()

        assert draining == [None]
        assert registry.sessions.ended_by_reason == {EndReason.RELEASED: 1}

    def test_one_that_is_just_getting_its_browser_is_ended_with_them(
        self, registry: Registry
    ) -> None:
        registry.pool.hold = Deferred()
        registry.open()
        draining = registry.drain()
        assert draining == []

        registry.pool.hold.callback(None)

        assert draining == [None]
        assert registry.sessions.held == 0
        assert registry.sessions.ended_by_reason == {EndReason.CONTAINER_STOPPED: 1}

    def test_one_that_waits_for_protection_is_refused(self, registry: Registry) -> None:
        protected: Deferred[None] = Deferred()

        async def secure() -> None:
            await protected

        registry.sessions.secure = secure
        opening = registry.open()
        draining = registry.drain()

        protected.callback(None)

        assert isinstance(opening[0], Unavailable)
        assert draining == [None]
        assert registry.pool.browsers == []
        assert registry.store.calls == []


def test_who_watches_is_told_of_every_slot_taken_and_given_back() -> None:
    registry, seen = Registry(), []
    registry.sessions.watchers.append(lambda: seen.append(registry.sessions.held))

    registry.open()
    registry.sessions.running()[0].end(EndReason.RELEASED)

    assert seen == [1, 0]


def test_a_session_that_may_not_begin_frees_its_slot() -> None:
    registry, seen = Registry(), []
    registry.sessions.watchers.append(lambda: seen.append(registry.sessions.held))

    async def refuse() -> None:
        raise Unavailable("no protection")

    registry.sessions.secure = refuse

    assert isinstance(registry.open()[0], Unavailable)
    assert seen == [1, 0]
    assert registry.pool.browsers == []
