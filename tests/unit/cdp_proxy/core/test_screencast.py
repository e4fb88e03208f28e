from __future__ import annotations

import pytest

from cdp_proxy.core.errors import LocalProtocolError
from cdp_proxy.core.screencast import RETRY_SECONDS, TRANSITIONS, Screencast, State, Step
from cdp_proxy.core.screencast_events import (
    CaptureFailed,
    CaptureStarted,
    CaptureStopped,
    Input,
    StartCapture,
    StopCapture,
    TellFailed,
    TimePassed,
    ViewerLeft,
    ViewerReady,
)
from shared.envelope.incoming import ScreencastOptions
from tests.fakes.screen import Screen

REPORTS: dict[Step, Input] = {
    Step.STARTED: CaptureStarted(),
    Step.FAILED: CaptureFailed("why"),
    Step.STOPPED: CaptureStopped(),
}
"""What the shell reports; the other steps the machine takes by itself."""


@pytest.fixture
def screen() -> Screen:
    return Screen()


def in_state(state: State) -> Screen:
    """A screen with one tab in that state; somebody watches unless it is idle or stopping."""
    screen = Screen()
    screen.tabs("T1")
    if state is not State.IDLE:
        screen.watch()
    if state in (State.STREAMING, State.STOPPING):
        screen.tell(CaptureStarted())
    if state is State.STOPPING:
        screen.tell(ViewerLeft("ann"))
    assert screen.machine.state is state
    return screen


class TestTransitions:
    @pytest.mark.parametrize("step", Step)
    @pytest.mark.parametrize("state", State)
    def test_each_step_from_each_state_is_as_the_table_says_or_a_fault(
        self, state: State, step: Step
    ) -> None:
        machine = in_state(state).machine

        if (state, step) in TRANSITIONS:
            machine._move(step)
            assert machine.state is TRANSITIONS[state, step]
        else:
            with pytest.raises(LocalProtocolError, match=f"is {state.value} gets {step.value}"):
                machine._move(step)

    @pytest.mark.parametrize("step", REPORTS)
    @pytest.mark.parametrize("state", State)
    def test_what_cannot_have_happened_is_the_shells_fault(self, state: State, step: Step) -> None:
        screen = in_state(state)

        if (state, step) in TRANSITIONS:
            screen.tell(REPORTS[step])
        else:
            with pytest.raises(LocalProtocolError):
                screen.tell(REPORTS[step])

    @pytest.mark.parametrize("state", State)
    def test_a_viewer_that_is_wanted_starts_what_is_idle_alone(self, state: State) -> None:
        screen = in_state(state)

        screen.watch("bob")

        started = bool(screen.of(StartCapture))
        assert started == ((state, Step.START) in TRANSITIONS)

    @pytest.mark.parametrize("state", State)
    def test_the_last_that_leaves_stops_what_streams_alone(self, state: State) -> None:
        screen = in_state(state)

        screen.tell(ViewerLeft("ann"))

        stopped = bool(screen.of(StopCapture))
        assert stopped == ((state, Step.STOP) in TRANSITIONS)


class TestCapture:
    def test_nothing_is_captured_for_nobody(self, screen: Screen) -> None:
        assert screen.tabs("T1") == []
        assert screen.machine.settings is None
        assert screen.machine.due() is None

    def test_the_first_viewer_starts_it_and_the_second_does_not(self, screen: Screen) -> None:
        screen.tabs("T1", "T2")

        screen.watch("ann", quality=50)
        (start,) = screen.of(StartCapture)
        screen.tell(CaptureStarted())

        assert (start.settings.target_id, start.settings.quality) == ("T2", 50)
        assert screen.watch("bob", quality=50) == []
        assert screen.machine.viewers == 2

    def test_it_stops_with_the_last_viewer_not_before(self, screen: Screen) -> None:
        screen.streaming("ann", "bob")

        assert screen.tell(ViewerLeft("ann")) == []
        assert screen.tell(ViewerLeft("bob")) == [StopCapture()]
        assert screen.tell(CaptureStopped()) == []
        assert screen.machine.state is State.IDLE

    def test_who_leaves_before_it_has_started_has_it_stopped_then(self, screen: Screen) -> None:
        screen.tabs("T1")
        screen.watch()

        assert screen.tell(ViewerLeft("ann")) == []
        assert screen.tell(CaptureStarted()) == [StopCapture()]

    def test_a_larger_wish_starts_it_anew(self, screen: Screen) -> None:
        screen.streaming("ann", quality=50)

        screen.watch("bob", quality=90)

        assert screen.effects == [StopCapture()]
        (start,) = screen.tell(CaptureStopped())
        assert isinstance(start, StartCapture)
        assert start.settings.quality == 90

    def test_a_viewer_may_wish_otherwise(self, screen: Screen) -> None:
        screen.streaming("ann", max_width=640)

        screen.watch("ann", max_width=320)
        screen.follow()

        assert screen.machine.viewers == 1
        assert screen.machine.settings is not None
        assert screen.machine.settings.max_width == 320

    def test_it_follows_the_active_tab(self, screen: Screen) -> None:
        screen.streaming()

        screen.tabs("T1", "T2")
        (start,) = [it for it in screen.follow() if isinstance(it, StartCapture)]

        assert start.settings.target_id == "T2"

    def test_it_stays_with_a_pinned_tab_for_as_long_as_that_is_open(self, screen: Screen) -> None:
        screen.streaming("ann", target_id="T1")

        assert screen.tabs("T1", "T2") == []
        screen.tabs("T2")
        (start,) = [it for it in screen.follow() if isinstance(it, StartCapture)]
        assert start.settings.target_id == "T2"

    def test_the_latest_to_pin_a_tab_decides(self, screen: Screen) -> None:
        screen.tabs("T1", "T2", "T3")

        screen.watch("ann", target_id="T1")
        screen.watch("bob", target_id="T2")

        assert screen.machine.settings is not None
        assert screen.machine.settings.target_id == "T2"

    def test_a_tab_that_was_lost_is_captured_anew(self, screen: Screen) -> None:
        screen.streaming()

        screen.tell(CaptureStopped())

        assert screen.of(StartCapture)


class TestFailures:
    def fail(self, screen: Screen, times: int) -> None:
        for _ in range(times):
            screen.tell(CaptureFailed("busy"))
            if due := screen.machine.due():
                screen.now = due
            screen.tell(TimePassed())

    def test_a_start_that_fails_is_tried_again_after_longer_and_longer_pauses(
        self, screen: Screen
    ) -> None:
        screen.tabs("T1")
        screen.watch()
        pauses = []
        for _ in range(len(RETRY_SECONDS) + 1):
            screen.tell(CaptureFailed("busy"))
            due = screen.machine.due()
            assert due is not None
            pauses.append(round(due - screen.now, 3))
            screen.now = due
            screen.tell(TimePassed())
            assert screen.of(StartCapture)

        assert pauses == [*RETRY_SECONDS, RETRY_SECONDS[-1]]

    def test_before_the_pause_is_over_nothing_is_tried(self, screen: Screen) -> None:
        screen.tabs("T1")
        screen.watch()
        screen.tell(CaptureFailed("busy"))

        assert screen.tell(TimePassed()) == []
        assert screen.watch("bob") == []

    def test_other_tabs_are_tried_at_once(self, screen: Screen) -> None:
        screen.tabs("T1")
        screen.watch()
        screen.tell(CaptureFailed("busy"))

        screen.tabs("T1", "T2")

        assert screen.of(StartCapture)

    def test_viewers_hear_of_the_third_failure_once(self, screen: Screen) -> None:
        screen.tabs("T1")
        screen.watch()
        self.fail(screen, 2)
        assert screen.of(TellFailed) == []

        screen.tell(CaptureFailed("busy"))

        assert screen.of(TellFailed) == [TellFailed("ann", "busy")]
        screen.now += 5
        screen.tell(TimePassed())
        assert screen.tell(CaptureFailed("busy")) == []

    def test_who_comes_later_hears_of_it_too(self, screen: Screen) -> None:
        screen.tabs("T1")
        screen.watch()
        self.fail(screen, 3)

        assert screen.watch("bob") == [TellFailed("bob", "busy")]

    def test_a_start_that_succeeds_forgets_the_failures(self, screen: Screen) -> None:
        screen.tabs("T1")
        screen.watch()
        self.fail(screen, 3)

        screen.tell(CaptureStarted())

        assert screen.watch("bob") == []

    def test_without_a_tab_viewers_are_told_and_it_starts_when_there_is_one(
        self, screen: Screen
    ) -> None:
        (told,) = screen.watch()
        assert told == TellFailed("ann", "The session has no open tab.")

        screen.tabs("T1")

        (start,) = screen.effects
        assert isinstance(start, StartCapture)

    def test_the_last_viewer_takes_the_failures_along(self, screen: Screen) -> None:
        screen.tabs("T1")
        screen.watch()
        screen.tell(CaptureFailed("busy"))

        screen.tell(ViewerLeft("ann"))

        assert screen.machine.due() is None
        screen.watch("bob")
        assert screen.of(StartCapture)


def test_what_viewers_got_is_counted_for_each_and_for_all(screen: Screen) -> None:
    screen.streaming("ann", "bob")
    screen.frame("a", timestamp=screen.now - 0.25)
    screen.tell(ViewerReady("bob"))
    screen.frame("b")
    screen.frame("c")
    screen.now += 2
    ann = screen.machine.stats_of("ann", screen.now)
    total = screen.machine.total.stats(screen.now)

    assert ann is not None
    assert (ann.frames_sent, ann.frames_skipped, ann.frame_age_p95_ms) == (1, 1, 250.0)
    assert (total.frames_sent, total.frames_skipped) == (3, 1)
    assert total.actual_fps == 1.5


def test_wishes_are_those_of_the_options(screen: Screen) -> None:
    options = ScreencastOptions(format="png", max_height=300)
    screen.tabs("T1")
    screen.watch(format="png", max_height=300, every_nth_frame=3)

    settings = screen.machine.settings

    assert settings is not None
    assert settings.as_options(ScreencastOptions()) == ScreencastOptions(
        format=options.format, max_height=300, target_id="T1"
    )


def test_a_machine_begins_idle() -> None:
    assert Screencast().state is State.IDLE
