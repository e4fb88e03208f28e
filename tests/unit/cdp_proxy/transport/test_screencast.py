from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from cdp_proxy.core.pictures import Picture
from cdp_proxy.core.screencast import KEEP_ALIVE_SECONDS, SETTLED_SECONDS, State
from cdp_proxy.transport.screencast import LiveScreencast
from shared.envelope.incoming import ScreencastOptions
from shared.errors import InvalidRequest
from shared.session_state import EndReason
from tests.fakes.attached_tab import Asked
from tests.fakes.one_channel import TabbedSession
from tests.fakes.scripted_browser import detached_event

START, STOP, ACK = "Page.startScreencast", "Page.stopScreencast", "Page.screencastFrameAck"


@dataclass(eq=False)
class FakeAudience:
    """A viewer that takes each picture at once, unless it stalls."""

    screencast: LiveScreencast
    stalls: bool = False
    heard: list[Any] = field(default_factory=list)

    def show(self, picture: Picture, *, keep_alive: bool) -> None:
        self.heard.append((picture.number, keep_alive))
        if not self.stalls:
            self.screencast.ready(self)

    def tell_idle(self, *, idle: bool) -> None:
        self.heard.append("idle" if idle else "lively")

    def tell_failed(self, reason: str) -> None:
        self.heard.append(reason)

    def watch(self, **options: Any) -> Asked:
        return Asked(self.screencast.watch(self, ScreencastOptions(**options)))


class Watched(TabbedSession):
    def __post_init__(self) -> None:
        super().__post_init__()
        self.open_tab("T1")
        self.cast = self.live.screencast
        self.ann, self.bob = FakeAudience(self.cast), FakeAudience(self.cast)

    def states(self) -> State:
        return self.cast._core.state

    def captured(self) -> list[str]:
        """The tab of each capture that was started."""
        sessions = {flat[0]: tab for tab, flat in self.flat.items()}
        return [sessions[command["sessionId"]] for command in self.sent(START)]


@pytest.fixture
def at() -> Watched:
    return Watched()


class TestCapture:
    def test_it_is_of_the_tab_that_is_brought_to_the_front(self, at: Watched) -> None:
        at.ann.watch(quality=30, max_width=640)

        methods = at.browser.methods()
        (start,) = at.sent(START)
        assert methods.index("Target.activateTarget") < methods.index(START)
        assert start["params"] == {
            "format": "jpeg",
            "quality": 30,
            "maxWidth": 640,
        }
        assert at.cast.target_id == "T1"
        assert at.cast.settings is not None

    def test_one_that_begins_anew_where_it_is_brings_no_tab_to_the_front(self, at: Watched) -> None:
        at.ann.watch()
        for number, content in enumerate("abc", start=1):
            at.frame("T1", content, number)
        fronts = at.browser.methods().count("Target.activateTarget")

        at.clock.advance(SETTLED_SECONDS)

        assert at.captured() == ["T1", "T1"]
        assert at.browser.methods().count("Target.activateTarget") == fronts
        assert at.states() is State.STREAMING

    def test_pictures_reach_all_and_are_acknowledged_once(self, at: Watched) -> None:
        at.ann.watch()
        at.bob.watch()

        at.frame("T1", "a", 5)
        at.frame("T1", "b", 6)

        assert at.ann.heard == at.bob.heard == [(1, False), (2, False)]
        assert [it["params"]["sessionId"] for it in at.sent(ACK)] == [5, 6]
        assert at.cast.view is not None

    def test_the_last_viewer_stops_it_and_nothing_stays(self, at: Watched) -> None:
        timers = len(at.clock.getDelayedCalls())
        at.ann.watch()
        at.frame("T1")

        stats = at.cast.leave(at.ann)
        at.frame("T1", "late")

        assert stats is not None
        assert stats.frames_sent == 1
        assert at.sent(STOP)
        assert len(at.sent(ACK)) == 1
        assert at.live.pages.watchers == set()
        assert len(at.clock.getDelayedCalls()) == timers
        assert (at.cast.target_id, at.cast.view, at.cast.viewers) == (None, None, 0)
        assert at.cast.leave(at.ann) is None

    def test_what_all_got_is_counted(self, at: Watched) -> None:
        at.ann.watch()
        at.bob.watch()
        at.frame("T1")
        at.cast.leave(at.ann)

        assert at.cast.total.frames_sent == 2

    def test_it_follows_the_active_tab(self, at: Watched) -> None:
        at.ann.watch()
        at.frame("T1")

        at.open_tab("T2")
        at.frame("T1", "late")
        at.frame("T2", "b")

        assert at.captured() == ["T1", "T2"]
        assert at.ann.heard == [(1, False), (2, False)]

    def test_a_tab_that_closes_gives_way_to_the_one_before(self, at: Watched) -> None:
        at.open_tab("T2")
        at.ann.watch()

        at.close_tab("T2")

        assert at.captured() == ["T2", "T1"]
        assert at.states() is State.STREAMING

    def test_a_tab_that_loses_its_session_is_captured_anew(self, at: Watched) -> None:
        at.ann.watch()
        at.browser.emit(detached_event(at.flat["T1"][0]), at.root)

        flat = at.flat["T1"]
        assert len(flat) == 2
        assert at.sent(START)[-1]["sessionId"] == flat[1]
        assert at.states() is State.STREAMING

    def test_a_start_that_fails_is_tried_again(self, at: Watched) -> None:
        at.browser.errors[START] = "busy"
        at.ann.watch()
        at.browser.errors.clear()

        at.clock.advance(0.1)

        assert at.states() is State.STREAMING
        assert at.ann.heard == []

    def test_viewers_hear_why_nothing_is_shown(self, at: Watched) -> None:
        at.browser.errors[START] = "busy"
        at.ann.watch()

        at.clock.pump([0.1, 0.3])

        assert at.ann.heard == ["busy"]

    def test_it_starts_while_a_human_holds_the_session(self, at: Watched) -> None:
        at.live.takeover.take()

        at.ann.watch()

        assert at.states() is State.STREAMING

    def test_a_stop_that_fails_is_one_all_the_same(self, at: Watched) -> None:
        at.ann.watch()
        at.browser.errors[STOP] = "no"

        at.cast.leave(at.ann)

        assert at.states() is State.IDLE


class TestViewers:
    def test_who_stalls_is_shown_the_newest_when_ready(self, at: Watched) -> None:
        at.ann.stalls = True
        at.ann.watch()
        at.bob.watch()
        for number, content in enumerate("abc", start=1):
            at.frame("T1", content, number)

        at.cast.ready(at.ann)

        assert at.ann.heard == [(1, False), (3, False)]
        assert len(at.sent(ACK)) == 3

    def test_who_comes_late_sees_the_newest(self, at: Watched) -> None:
        at.ann.watch()
        at.frame("T1")

        at.bob.watch()

        assert at.bob.heard == [(1, False)]
        assert at.cast.watches(at.bob)

    def test_a_tab_that_is_not_there_cannot_be_pinned(self, at: Watched) -> None:
        (error,) = at.ann.watch(target_id="T9").errors

        assert isinstance(error, InvalidRequest)
        assert error.details == {"field": "options.targetId"}
        assert not at.cast.watches(at.ann)

    def test_a_viewer_that_leaves_in_the_midst_of_a_picture_disturbs_nobody(
        self, at: Watched
    ) -> None:
        class Leaving(FakeAudience):
            def show(self, picture: Picture, *, keep_alive: bool) -> None:
                self.screencast.leave(self)

        leaving = Leaving(at.cast)
        leaving.watch()
        at.bob.watch()

        at.frame("T1", "a", 1)
        at.frame("T1", "b", 2)

        assert at.bob.heard == [(1, False), (2, False)]
        assert at.cast.viewers == 1

    def test_the_last_that_leaves_in_the_midst_of_a_picture_stops_it(self, at: Watched) -> None:
        class Leaving(FakeAudience):
            def show(self, picture: Picture, *, keep_alive: bool) -> None:
                self.screencast.leave(self)

        Leaving(at.cast).watch()

        at.frame("T1")

        assert at.states() is State.IDLE
        assert at.live.pages.watchers == set()


class TestTime:
    def test_a_page_that_rests_is_idle_and_shown_again(self, at: Watched) -> None:
        at.ann.watch(idle_threshold=1000)
        at.frame("T1")

        at.clock.pump([1.0, KEEP_ALIVE_SECONDS - 1])

        assert at.ann.heard == [(1, False), "idle", (1, True)]

    def test_a_change_makes_it_lively_and_idle_in_time_again(self, at: Watched) -> None:
        at.ann.watch(idle_threshold=1000)
        at.frame("T1", "a", 1)
        at.clock.advance(1)
        at.frame("T1", "b", 2)

        at.clock.advance(1)

        assert at.ann.heard == [(1, False), "idle", "lively", (2, False), "idle"]

    def test_pictures_put_it_off(self, at: Watched) -> None:
        at.ann.watch(idle_threshold=1000)
        for number in range(1, 11):
            at.frame("T1", str(number), number)
            at.clock.advance(0.5)

        assert "idle" not in at.ann.heard


class TestTheEnd:
    def test_nothing_is_done_after_it(self, at: Watched) -> None:
        at.ann.watch()
        at.frame("T1")

        at.live.end(EndReason.RELEASED)
        at.cast.leave(at.ann)
        at.bob.watch()
        at.clock.advance(20)

        assert at.ann.heard == [(1, False)]
        assert at.live.pages.watchers == set()
        assert at.clock.getDelayedCalls() == []

    def test_a_start_that_is_under_way_ends_with_it(self, at: Watched) -> None:
        at.browser.silent.add(START)
        at.ann.watch()

        at.live.end(EndReason.RELEASED)

        assert at.ann.heard == []
        assert at.clock.getDelayedCalls() == []

    def test_a_browser_that_is_lost_ends_it_too(self, at: Watched) -> None:
        at.ann.watch()

        at.browser.crash()

        assert at.live.end_reason is EndReason.BROWSER_CRASHED
        assert at.clock.getDelayedCalls() == []
