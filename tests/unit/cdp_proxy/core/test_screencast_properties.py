"""Whatever happens, in whatever order, some things stay true of a screencast."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cdp_proxy.core.pictures import Picture
from cdp_proxy.core.screencast import State
from cdp_proxy.core.screencast_events import (
    Acknowledge,
    CaptureFailed,
    CaptureStarted,
    CaptureStopped,
    FrameCame,
    Input,
    Show,
    StartCapture,
    StopCapture,
    TabsChanged,
    TimePassed,
    ViewerLeft,
    ViewerReady,
    ViewerWishes,
)
from shared.envelope.incoming import ScreencastOptions
from tests.fakes.screen import Screen, captured

VIEWERS = st.sampled_from("abc")
OPTIONS = st.builds(
    ScreencastOptions,
    quality=st.sampled_from((50, 80)),
    max_width=st.sampled_from((None, 640)),
    every_nth_frame=st.sampled_from((1, 2, 3)),
    detect_idle=st.booleans(),
    idle_threshold=st.sampled_from((100, 5000)),
    target_id=st.sampled_from((None, "T1", "T2")),
)


class Watching(RuleBasedStateMachine):
    """Chromium, the connections and the clock around the machine."""

    def __init__(self) -> None:
        super().__init__()
        self.screen = Screen()
        self.asked: StartCapture | StopCapture | None = None
        """What Chromium has not answered."""
        self.captures = False
        """Whether pictures come."""
        self.began_at = 0.0
        """When the capture did."""
        self.in_flight: list[int] = []
        self.number = 0
        self.busy: set[object] = set()
        """Connections that take no picture."""
        self.newest: dict[object, int] = {}
        """Number of the newest picture each viewer was shown."""
        self.newest_of: dict[object, tuple[str, float]] = {}
        """Its tab, and when it was captured."""

    def tell(self, event: Input) -> None:
        for effect in self.screen.tell(event):
            match effect:
                case StartCapture():
                    assert self.asked is None
                    assert not self.captures
                    self.asked, self.captures = effect, True
                    self.began_at = self.screen.now
                case StopCapture():
                    assert self.asked is None
                    assert self.captures
                    self.asked, self.captures = effect, False
                    self.in_flight.clear()
                case Acknowledge(frame_number=number):
                    self.in_flight.remove(number)  # once, and of this capture
                case Show(viewer=viewer, picture=picture):
                    self.shown(viewer, picture)

    def shown(self, viewer: object, picture: Picture) -> None:
        assert viewer not in self.busy
        assert picture.number >= self.newest.get(viewer, 0)
        self.newest[viewer] = picture.number
        tab, captured_at = self.newest_of.get(viewer, ("", 0.0))
        assert tab != picture.target_id or picture.captured_at >= captured_at
        self.newest_of[viewer] = picture.target_id, picture.captured_at
        self.busy.add(viewer)

    @rule(viewer=VIEWERS, options=OPTIONS)
    def somebody_wishes(self, viewer: str, options: ScreencastOptions) -> None:
        if not self.screen.machine.watches(viewer):
            self.newest.pop(viewer, None)
            self.newest_of.pop(viewer, None)
        self.tell(ViewerWishes(viewer, options))

    @rule(viewer=VIEWERS)
    def somebody_leaves(self, viewer: str) -> None:
        self.tell(ViewerLeft(viewer))
        self.busy.discard(viewer)

    @rule(viewer=VIEWERS)
    def a_connection_takes_the_next(self, viewer: str) -> None:
        self.busy.discard(viewer)
        self.tell(ViewerReady(viewer))

    @rule(tabs=st.sampled_from(((), ("T1",), ("T2",), ("T1", "T2"), ("T2", "T1"))))
    def tabs_change(self, tabs: tuple[str, ...]) -> None:
        self.tell(TabsChanged(tabs, tabs[-1] if tabs else None))

    @precondition(lambda self: self.asked is not None)
    @rule(succeeds=st.booleans())
    def chromium_answers(self, succeeds: bool) -> None:
        asked, self.asked = self.asked, None
        if isinstance(asked, StopCapture):
            self.tell(CaptureStopped())
        elif succeeds:
            self.tell(CaptureStarted())
        else:
            self.captures = False
            self.in_flight.clear()
            self.tell(CaptureFailed("busy"))

    @precondition(lambda self: self.captures and self.asked is None)
    @rule()
    def the_tab_is_lost(self) -> None:
        self.captures = False
        self.in_flight.clear()
        self.tell(CaptureStopped())

    @precondition(lambda self: self.captures and len(self.in_flight) < 3)
    @rule(content=st.sampled_from("xyz"), age=st.sampled_from((0.0, 0.01, 0.03)))
    def a_picture_comes(self, content: str, age: float) -> None:
        self.number += 1
        self.in_flight.append(self.number)
        captured_at = max(self.screen.now - age, self.began_at)
        self.tell(FrameCame(captured(content, self.number, timestamp=captured_at)))

    @rule(content=st.sampled_from("xyz"))
    def a_picture_of_before_comes(self, content: str) -> None:
        if not self.captures:
            self.tell(FrameCame(captured(content, 0)))

    @rule(seconds=st.sampled_from((0.05, 1.0, 6.0)))
    def time_passes(self, seconds: float) -> None:
        self.screen.now += seconds
        self.tell(TimePassed())

    @invariant()
    def nothing_is_captured_for_nobody(self) -> None:
        if not self.screen.machine.viewers:
            assert self.screen.machine.state in (State.IDLE, State.STARTING, State.STOPPING)
            assert self.screen.machine.due() is None

    @invariant()
    def a_connection_that_takes_pictures_keeps_them_coming(self) -> None:
        watching = {it for it in "abc" if self.screen.machine.watches(it)}
        if watching - self.busy:
            assert self.in_flight == []

    @invariant()
    def what_time_has_to_do_is_done(self) -> None:
        due = self.screen.machine.due()
        if due is not None and due <= self.screen.now:
            self.tell(TimePassed())
            later = self.screen.machine.due()
            assert later is None or later > self.screen.now

    @invariant()
    def who_is_owed_a_picture_and_takes_one_gets_it(self) -> None:
        for viewer, kept in self.viewers().items():
            if kept.owed is not None:
                assert viewer in self.busy

    @invariant()
    def what_is_wanted_is_under_way(self) -> None:
        machine = self.screen.machine
        if machine.settings is None or machine.due() is not None:
            return
        assert machine.state is not State.IDLE

    def viewers(self) -> dict[Any, Any]:
        return self.screen.machine._viewers


TestWatching = Watching.TestCase
TestWatching.settings = settings(max_examples=150, stateful_step_count=40)
