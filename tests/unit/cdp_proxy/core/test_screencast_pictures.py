"""Who is shown what, what is acknowledged, and how an unchanging page is told."""

from __future__ import annotations

import pytest

from cdp_proxy.core.screencast import KEEP_ALIVE_SECONDS
from cdp_proxy.core.screencast_events import (
    Acknowledge,
    CaptureStarted,
    CaptureStopped,
    Show,
    StartCapture,
    StopCapture,
    TellIdle,
    TimePassed,
    ViewerLeft,
    ViewerReady,
)
from tests.fakes.screen import Screen


@pytest.fixture
def screen() -> Screen:
    return Screen()


class TestPictures:
    def test_each_viewer_is_shown_a_picture_and_it_is_acknowledged(self, screen: Screen) -> None:
        screen.streaming("ann", "bob")

        screen.frame("a", number=7)

        assert screen.shown() == [("ann", 1), ("bob", 1)]
        assert screen.effects[-1] == Acknowledge(7)

    def test_who_stalls_is_owed_the_newest_and_slows_nobody(self, screen: Screen) -> None:
        screen.streaming("ann", "bob")
        screen.frame("a")

        for number, content in enumerate("bc", start=2):
            screen.tell(ViewerReady("bob"))
            screen.frame(content, number)
            assert screen.shown() == [("bob", number)]
            assert screen.of(Acknowledge) == [Acknowledge(number)]
        screen.tell(ViewerReady("ann"))

        assert screen.shown() == [("ann", 3)]

    def test_while_all_stall_nothing_is_acknowledged_until_one_takes_it(
        self, screen: Screen
    ) -> None:
        screen.streaming("ann", "bob")
        screen.frame("a", 1)

        screen.frame("b", 2)
        assert screen.effects == []
        screen.tell(ViewerReady("bob"))

        assert screen.shown() == [("bob", 2)]
        assert screen.of(Acknowledge) == [Acknowledge(2)]

    def test_who_comes_while_all_others_stall_gets_things_going(self, screen: Screen) -> None:
        screen.streaming("ann")
        screen.frame("a", 1)
        screen.frame("b", 2)

        screen.watch("bob")

        assert screen.shown() == [("bob", 2)]
        assert screen.of(Acknowledge) == [Acknowledge(2)]

    def test_who_comes_late_gets_the_newest_picture_at_once(self, screen: Screen) -> None:
        screen.streaming("ann")
        screen.frame("a")

        screen.watch("bob")

        assert screen.shown() == [("bob", 1)]

    def test_a_picture_of_another_tab_is_not_for_who_comes_late(self, screen: Screen) -> None:
        screen.streaming("ann")
        screen.frame("a")
        screen.tabs("T1", "T2")

        screen.watch("bob")

        assert screen.shown() == []

    def test_a_picture_that_comes_before_the_answer_counts(self, screen: Screen) -> None:
        screen.tabs("T1")
        screen.watch()

        screen.frame("a", 1)

        assert screen.shown() == [("ann", 1)]
        assert screen.of(Acknowledge) == [Acknowledge(1)]

    def test_a_picture_that_was_overtaken_is_dropped_but_acknowledged(self, screen: Screen) -> None:
        screen.streaming()
        screen.frame("b", 1, timestamp=screen.now - 0.1)
        screen.tell(ViewerReady("ann"))

        assert screen.frame("a", 2, timestamp=screen.now - 0.2) == [Acknowledge(2)]
        assert screen.frame("b", 3, timestamp=screen.now - 0.1) == [Acknowledge(3)]

    def test_a_picture_may_be_overtaken_by_the_capture_after_its_own(self, screen: Screen) -> None:
        screen.streaming("ann", quality=50)
        screen.frame("b", 1, timestamp=screen.now - 0.1)
        screen.watch("ann", quality=90)
        screen.follow()

        assert screen.frame("a", 1, timestamp=screen.now - 0.2) == [Acknowledge(1)]

    def test_another_tab_has_a_time_of_its_own(self, screen: Screen) -> None:
        screen.streaming()
        screen.frame("b", 1, timestamp=screen.now - 0.1)
        screen.tell(ViewerReady("ann"))
        screen.tabs("T1", "T2")
        screen.follow()

        screen.frame("a", 1, timestamp=screen.now - 0.2)

        assert screen.shown() == [("ann", 2)]

    def test_what_is_much_older_comes_of_a_clock_that_was_set_back(self, screen: Screen) -> None:
        screen.streaming()
        screen.frame("a", 1, timestamp=screen.now - 0.1)
        screen.tell(ViewerReady("ann"))

        screen.frame("b", 2, timestamp=screen.now - 3600)

        assert screen.shown() == [("ann", 2)]

    def test_a_picture_of_a_stopped_capture_is_nothing(self, screen: Screen) -> None:
        screen.streaming()
        screen.tell(ViewerLeft("ann"))

        assert screen.frame("a") == []
        screen.tell(CaptureStopped())
        assert screen.frame("a") == []

    def test_what_was_not_acknowledged_goes_with_its_capture(self, screen: Screen) -> None:
        screen.streaming("ann")
        screen.frame("a", 1)
        screen.frame("b", 2)
        screen.tabs("T1", "T2")
        screen.follow()

        screen.tell(ViewerReady("ann"))

        assert screen.of(Acknowledge) == []

    def test_strangers_are_neither_shown_anything_nor_missed(self, screen: Screen) -> None:
        screen.streaming()

        assert screen.tell(ViewerReady("eve")) == []
        assert screen.tell(ViewerLeft("eve")) == []
        assert not screen.machine.watches("eve")
        assert screen.machine.stats_of("eve", 0.0) is None

    def test_every_nth_picture_is_counted_for_each_viewer(self, screen: Screen) -> None:
        screen.streaming("ann", every_nth_frame=2)
        screen.watch("bob", every_nth_frame=6)
        shown = []
        for number in range(1, 12):
            screen.frame(str(number), number)
            shown += screen.shown()
            assert screen.of(Acknowledge) == [Acknowledge(number)]
            screen.tell(ViewerReady("ann"))
            screen.tell(ViewerReady("bob"))

        assert shown == [("ann", 1), ("bob", 1), ("ann", 3), ("ann", 5), ("ann", 7), ("bob", 7),
                         ("ann", 9), ("ann", 11)]  # fmt: skip

    def test_the_newest_pictures_view_of_the_page_is_known(self, screen: Screen) -> None:
        screen.streaming()
        assert screen.machine.view is None

        screen.frame(device_width=800.0, device_height=600.0, offset_top=10.0)

        view = screen.machine.view
        assert view is not None
        assert (view.width_dip, view.height_dip, view.offset_top_dip) == (800, 600, 10)


class TestStandingStill:
    def burst(self, screen: Screen, contents: str = "abc", ready: bool = True) -> None:
        """Pictures so close to each other that Chromium may have dropped the next."""
        for number, content in enumerate(contents, start=1):
            screen.frame(content, number)
            if ready:
                screen.tell(ViewerReady("ann"))

    def test_after_a_burst_it_is_captured_anew_where_it_is(self, screen: Screen) -> None:
        screen.streaming()
        self.burst(screen)
        settings = screen.machine.settings

        assert screen.stand_still() == [StopCapture()]
        assert settings is not None
        assert screen.tell(CaptureStopped()) == [StartCapture(settings, again=True)]
        screen.tell(CaptureStarted())
        screen.frame("d")

        assert screen.shown() == [("ann", 4)]

    def test_what_was_not_lost_is_not_shown_again_nor_looked_for(self, screen: Screen) -> None:
        screen.streaming()
        self.burst(screen)
        screen.stand_still()
        screen.follow()

        for _ in range(3):
            screen.frame("c")
            assert screen.shown() == []
        assert screen.stand_still() == []

    def test_single_pictures_are_not_looked_for(self, screen: Screen) -> None:
        screen.streaming()
        for number, content in enumerate("abc", start=1):
            screen.now += 0.2
            screen.frame(content, number)
            screen.tell(ViewerReady("ann"))

        assert screen.stand_still() == []

    def test_while_all_stall_it_is_not_captured_anew(self, screen: Screen) -> None:
        screen.streaming()
        self.burst(screen, "abcd", ready=False)
        assert screen.stand_still() == []

        screen.tell(ViewerReady("ann"))
        assert screen.shown() == [("ann", 4)]

        assert screen.stand_still() == [StopCapture()]

    def test_viewers_get_what_they_have_left_out_of_the_last_look(self, screen: Screen) -> None:
        screen.streaming("ann")
        screen.watch("bob", every_nth_frame=9)
        screen.frame("a", 1)
        screen.tell(ViewerReady("ann"))
        screen.tell(ViewerReady("bob"))
        screen.frame("b", 2)
        assert screen.shown() == [("ann", 2)]

        screen.stand_still()

        (show,) = screen.of(Show)
        assert (show.viewer, show.picture.number, show.keep_alive) == ("bob", 2, False)

    def test_a_tab_that_comes_meanwhile_is_brought_to_the_front(self, screen: Screen) -> None:
        screen.streaming()
        self.burst(screen)
        screen.stand_still()
        screen.tabs("T1", "T2")

        (start,) = screen.tell(CaptureStopped())

        assert isinstance(start, StartCapture)
        assert (start.settings.target_id, start.again) == ("T2", False)

    def test_who_comes_after_the_last_has_left_meanwhile_gets_a_capture_like_any(
        self, screen: Screen
    ) -> None:
        screen.streaming()
        self.burst(screen)
        screen.stand_still()
        screen.tell(ViewerLeft("ann"))
        screen.tell(CaptureStopped())

        screen.watch("bob")

        (start,) = screen.of(StartCapture)
        assert not start.again


class TestIdleness:
    def test_the_same_picture_is_left_out(self, screen: Screen) -> None:
        screen.streaming()
        screen.frame("a", 1)
        screen.tell(ViewerReady("ann"))

        assert screen.frame("a", 2) == [Acknowledge(2)]

    def test_a_viewer_that_does_not_want_that_gets_it(self, screen: Screen) -> None:
        screen.streaming(detect_idle=False)
        screen.frame("a", 1)
        screen.tell(ViewerReady("ann"))

        screen.frame("a", 2)

        (show,) = screen.of(Show)
        assert (show.picture.number, show.keep_alive) == (1, False)

    def test_what_a_viewer_has_not_seen_is_not_left_out(self, screen: Screen) -> None:
        screen.streaming("ann", every_nth_frame=2)
        screen.watch("bob", every_nth_frame=3)
        screen.follow()
        for number, content in enumerate("abbb", start=1):
            screen.frame(content, number)
            screen.tell(ViewerReady("ann"))
            screen.tell(ViewerReady("bob"))

        stats = screen.machine.stats_of("bob", screen.now)

        assert stats is not None
        assert stats.frames_sent == 2

    def test_the_same_picture_of_another_tab_is_another_picture(self, screen: Screen) -> None:
        screen.streaming()
        screen.frame("a")
        screen.tell(ViewerReady("ann"))
        screen.tabs("T1", "T2")
        screen.follow()

        screen.frame("a")

        assert screen.shown() == [("ann", 2)]

    def test_silence_is_told_and_so_is_its_end(self, screen: Screen) -> None:
        screen.streaming(idle_threshold=2000)
        screen.frame("a")
        screen.tell(ViewerReady("ann"))
        screen.stand_still()
        assert screen.machine.due() == 1002

        screen.now = 1002
        assert screen.tell(TimePassed()) == [TellIdle("ann", idle=True)]
        assert screen.machine.due() == screen.now + 3  # the picture again
        screen.frame("b")

        assert screen.effects[0] == TellIdle("ann", idle=False)

    def test_the_last_picture_comes_again_from_time_to_time(self, screen: Screen) -> None:
        screen.streaming(idle_threshold=600_000)
        screen.frame("a")
        screen.tell(ViewerReady("ann"))

        screen.now += KEEP_ALIVE_SECONDS
        (show,) = screen.tell(TimePassed())

        assert isinstance(show, Show)
        assert (show.picture.number, show.keep_alive) == (1, True)

    def test_what_comes_again_and_was_never_seen_is_new(self, screen: Screen) -> None:
        screen.streaming("ann")
        screen.watch("bob", every_nth_frame=9)
        screen.frame("a")
        screen.tell(ViewerReady("bob"))
        screen.frame("b")

        screen.now += KEEP_ALIVE_SECONDS
        screen.tell(TimePassed())

        (show,) = screen.of(Show)
        assert (show.viewer, show.picture.number, show.keep_alive) == ("bob", 2, False)

    def test_who_stalls_is_not_sent_it_again(self, screen: Screen) -> None:
        screen.streaming(idle_threshold=600_000)
        screen.frame("a")

        screen.now += KEEP_ALIVE_SECONDS

        assert screen.tell(TimePassed()) == []
        assert screen.machine.due() == screen.now + KEEP_ALIVE_SECONDS

    def test_a_picture_of_a_tab_that_is_not_seen_any_more_does_not_come_again(
        self, screen: Screen
    ) -> None:
        screen.streaming(idle_threshold=600_000)
        screen.frame("a")
        screen.tell(ViewerReady("ann"))
        screen.tabs("T1", "T2")

        screen.now += KEEP_ALIVE_SECONDS

        assert screen.tell(TimePassed()) == []

    def test_before_the_first_picture_time_changes_nothing(self, screen: Screen) -> None:
        screen.streaming()

        assert screen.stand_still() == []
        assert screen.machine.due() is None
        assert screen.tell(TimePassed()) == []
