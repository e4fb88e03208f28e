from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from cdp_proxy.transport.liveness import Liveness
from tests.fakes.container import clock_at
from tests.fakes.scripted_browser import ScriptedBrowser

PROBE = "Browser.getVersion"


class Watched:
    """A browser that is asked, and when it was found to hang."""

    def __init__(self) -> None:
        self.clock: Clock = clock_at()
        self.browser = ScriptedBrowser(self.clock)
        self.hangs = 0
        self.liveness = Liveness(self.clock, self.browser.caller, self._hung)
        self.liveness.start()

    def pass_time(self, seconds: int) -> None:
        self.clock.pump([1.0] * seconds)

    def _hung(self) -> None:
        self.hangs += 1
        self.liveness.stop()


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_a_browser_that_answers_is_asked_again_and_again(watched: Watched) -> None:
    watched.pass_time(60)

    assert watched.browser.methods() == [PROBE] * 6
    assert watched.hangs == 0


def test_one_that_answers_nothing_for_long_hangs(watched: Watched) -> None:
    watched.browser.silent.add(PROBE)

    watched.pass_time(60)

    assert watched.hangs == 1


def test_one_answer_in_between_is_enough(watched: Watched) -> None:
    for _ in range(4):
        watched.browser.silent.add(PROBE)
        watched.pass_time(20)
        watched.browser.silent.clear()
        watched.pass_time(12)

    assert watched.hangs == 0


def test_nobody_is_asked_any_more_after_the_end(watched: Watched) -> None:
    watched.liveness.stop()
    watched.liveness.stop()

    watched.pass_time(60)

    assert watched.browser.received == []
