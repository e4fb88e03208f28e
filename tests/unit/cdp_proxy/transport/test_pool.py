from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from cdp_proxy.core.settings import launch_profile
from cdp_proxy.transport.chromium import Build, LaunchFailed
from cdp_proxy.transport.pool import WarmPool
from shared.records import BrowserSettings
from tests.fakes.container import FakeLauncher, clock_at, launch_failure


class Pool:
    """A pool of two on a scripted launcher."""

    def __init__(self, size: int = 2, free: int = 10) -> None:
        self.clock = clock_at()
        self.free = free
        self.launcher = FakeLauncher(self.clock)
        self.pool = WarmPool(
            self.clock,
            self.launcher,  # type: ignore[arg-type]
            size,
            lambda: self.free,
        )

    def start(self, sandbox: bool | None = True) -> list[object]:
        return outcome_of(Deferred.fromCoroutine(self.pool.start(sandbox)))

    def take(self, settings: BrowserSettings | None = None) -> list[object]:
        return outcome_of(Deferred.fromCoroutine(self.pool.take(settings or BrowserSettings())))

    def stop(self) -> list[object]:
        return outcome_of(Deferred.fromCoroutine(self.pool.stop()))


def outcome_of(deferred: Deferred[object]) -> list[object]:
    outcome: list[object] = []
    deferred.addCallbacks(outcome.append, lambda failure: outcome.append(failure.value))
    return outcome


@pytest.fixture
def pool() -> Pool:
    pool = Pool()
    pool.start()
    return pool


def test_a_started_pool_is_full_and_healthy(pool: Pool) -> None:
    assert pool.pool.warm == 2
    assert pool.pool.healthy
    assert set(pool.launcher.profiles) == {launch_profile(BrowserSettings())}


def test_default_settings_get_a_waiting_browser(pool: Pool) -> None:
    first = pool.launcher.launched[0]

    assert pool.take() == [first]
    assert pool.pool.warm == 1


def test_refilling_brings_it_back_to_its_size(pool: Pool) -> None:
    pool.take()
    pool.pool.refill()

    assert pool.pool.warm == 2


def test_other_settings_get_a_browser_of_their_own(pool: Pool) -> None:
    settings = BrowserSettings(user_agent="x")

    (browser,) = pool.take(settings)

    assert browser is pool.launcher.launched[-1]
    assert pool.launcher.profiles[-1] == launch_profile(settings)
    assert pool.pool.warm == 2


def test_the_pool_holds_no_more_than_there_are_slots() -> None:
    pool = Pool(size=5, free=3)
    pool.start()

    assert pool.pool.warm == 3


def test_a_browser_that_fails_for_a_session_makes_the_pool_ill(pool: Pool) -> None:
    pool.launcher.failures = [launch_failure()]
    (error,) = pool.take(BrowserSettings(user_agent="x"))

    assert isinstance(error, LaunchFailed)
    assert not pool.pool.healthy

    pool.take(BrowserSettings(user_agent="x"))
    assert pool.pool.healthy


def test_an_ill_pool_that_is_full_tries_again_whether_browsers_start(pool: Pool) -> None:
    pool.launcher.failures = [launch_failure(), launch_failure()]
    pool.take(BrowserSettings(user_agent="x"))

    pool.clock.advance(1.0)
    assert not pool.pool.healthy

    pool.clock.advance(2.0)
    assert pool.pool.healthy
    assert pool.pool.warm == 2
    assert pool.launcher.buried == [pool.launcher.launched[-1]]


def test_where_every_slot_is_taken_nothing_is_tried(pool: Pool) -> None:
    pool.free = 0
    pool.launcher.failures = [launch_failure()]
    pool.take(BrowserSettings(user_agent="x"))
    launched = len(pool.launcher.launched)

    pool.clock.advance(60.0)
    assert (len(pool.launcher.launched), pool.pool.healthy) == (launched, False)

    pool.free = 1
    pool.pool.refill()
    assert pool.pool.healthy


def test_a_failed_refill_is_tried_again_later_and_later(pool: Pool) -> None:
    pool.launcher.failures = [launch_failure(), launch_failure()]
    pool.take()
    pool.pool.refill()
    assert not pool.pool.healthy

    pool.clock.advance(1.0)
    pool.clock.advance(1.0)
    assert pool.pool.warm == 1

    pool.clock.advance(1.0)

    assert pool.pool.warm == 2
    assert pool.pool.healthy


def test_nothing_is_refilled_while_a_session_waits_for_its_start(pool: Pool) -> None:
    release: Deferred[None] = Deferred()
    pool.launcher.hold = [release]
    taking = pool.take(BrowserSettings(user_agent="x"))
    pool.take()

    pool.pool.refill()
    assert pool.pool.warm == 1

    release.callback(None)
    assert len(taking) == 1


def test_a_waiting_browser_that_ends_is_buried_and_replaced(pool: Pool) -> None:
    dead = pool.launcher.launched[0]
    dead.crash()

    assert pool.pool.warm == 1
    assert pool.launcher.buried == [dead]

    pool.clock.advance(1.0)

    assert pool.pool.warm == 2


def test_a_taken_browser_that_ends_is_not_the_pools_business(pool: Pool) -> None:
    (browser,) = pool.take()
    assert browser is pool.launcher.launched[0]

    pool.launcher.launched[0].crash()

    assert pool.launcher.buried == []


def test_stopping_buries_what_waits(pool: Pool) -> None:
    assert pool.stop() == [None]

    assert pool.launcher.buried == pool.launcher.launched
    assert all(browser.killed for browser in pool.launcher.launched)
    assert pool.pool.warm == 0


def test_a_browser_that_is_ready_after_the_stop_is_buried_too(pool: Pool) -> None:
    pool.take()
    release: Deferred[None] = Deferred()
    pool.launcher.hold = [release]
    pool.pool.refill()
    pool.stop()

    release.callback(None)

    assert pool.launcher.launched[-1] in pool.launcher.buried
    assert pool.pool.warm == 0


def test_no_retry_outlives_the_stop(pool: Pool) -> None:
    pool.launcher.failures = [launch_failure()]
    pool.take()
    pool.pool.refill()
    pool.stop()

    assert pool.clock.getDelayedCalls() == []


class TestSandbox:
    def test_it_stays_on_where_it_works(self) -> None:
        pool = Pool(size=1)
        pool.start(sandbox=None)

        assert pool.launcher.build.sandbox

    def test_it_is_left_out_where_the_kernel_does_not_allow_it(self) -> None:
        pool = Pool(size=1)
        pool.launcher.failures = [launch_failure()]
        pool.start(sandbox=None)

        assert [build.sandbox for build in pool.launcher.builds] == [True, False]
        assert pool.pool.healthy

    def test_it_is_not_left_out_against_the_configuration(self) -> None:
        pool = Pool(size=1)
        pool.launcher.failures = [launch_failure()]
        (error,) = pool.start(sandbox=True)

        assert isinstance(error, LaunchFailed)
        assert pool.launcher.build.sandbox

    def test_a_machine_where_nothing_starts_is_told(self) -> None:
        pool = Pool(size=1)
        pool.launcher.failures = [launch_failure(), launch_failure()]
        (error,) = pool.start(sandbox=None)

        assert isinstance(error, LaunchFailed)


def test_full_chromium_is_measured_before_it_waits() -> None:
    pool = Pool(size=1)
    pool.launcher.build = Build("/chromium", "chromium", sandbox=True)
    page = {
        "targetId": "T",
        "type": "page",
        "title": "",
        "url": "about:blank",
        "attached": False,
        "canAccessOpener": False,
    }
    pool.launcher.results = {
        "Target.getTargets": {"targetInfos": [page]},
        "Target.attachToTarget": {"sessionId": "S"},
        "Runtime.evaluate": {"result": {"type": "number", "value": 87}},
    }
    pool.start()

    assert pool.launcher.buried == [pool.launcher.launched[0]]
    assert pool.launcher.profiles[-1] == launch_profile(BrowserSettings(), 87)


def test_a_full_chromium_without_a_page_is_told_and_ended() -> None:
    pool = Pool(size=1)
    pool.launcher.build = Build("/chromium", "chromium", sandbox=True)
    pool.launcher.results = {"Target.getTargets": {"targetInfos": []}}

    (error,) = pool.start()

    assert isinstance(error, LaunchFailed)
    assert pool.launcher.buried == [pool.launcher.launched[0]]
