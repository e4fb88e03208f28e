"""One capture for all viewers of a session (CDP `Page.startScreencast`), as a machine.

1. The first viewer starts the capture of the tab to be seen: the one that a viewer has pinned, else
   the active one. The last that leaves stops it.
2. Each picture goes to every viewer whose connection takes one; the others are owed the newest. It
   is acknowledged to Chromium as soon as one viewer is owed nothing, be it that it took the picture
   or has no use for it: then Chromium makes the next. While all of them stall nothing is
   acknowledged, and nothing captured. What was overtaken on its way is dropped (`frame_order`).
3. Another tab, or other wishes: the capture is stopped and started anew. Chromium itself takes it
   along through navigations, crashes and changes of the renderer process.
4. A capture that does not start (its tab is just navigating, say) is tried again, soon and then
   later, for as long as somebody watches.
5. Once the page stands still, viewers get what they have left out of its last look; if Chromium may
   have dropped that, the capture is started anew to see.
6. Pictures that are the same as the last are left out for viewers that detect idleness; they get
   the last one again from time to time, so that silence always means trouble.

Shell's duty: perform the effects in order; call `handle` with `TimePassed` at `due()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, assert_never

from cdp_proxy.core.errors import LocalProtocolError
from cdp_proxy.core.frame_order import FrameOrder
from cdp_proxy.core.pictures import CapturedFrame, PageView, Picture, make_picture
from cdp_proxy.core.screencast_events import (
    Acknowledge,
    CaptureFailed,
    CaptureStarted,
    CaptureStopped,
    Effect,
    FrameCame,
    Input,
    Show,
    StartCapture,
    StopCapture,
    TabsChanged,
    TellFailed,
    TellIdle,
    TimePassed,
    ViewerId,
    ViewerLeft,
    ViewerReady,
    ViewerWishes,
)
from cdp_proxy.core.viewers import CaptureSettings, Tally, Viewer, largest_wish
from shared.envelope.incoming import ScreencastOptions
from shared.envelope.outgoing import ScreencastStats

KEEP_ALIVE_SECONDS: Final = 5.0
"""A viewer of an unchanging page gets the last picture again this often."""
RETRY_SECONDS: Final = (0.1, 0.3, 1.0, 3.0)
"""Pauses before a failed start is tried again; the last one repeats."""
SETTLED_SECONDS: Final = 0.25
"""A page that has painted nothing for so long stands still."""
_TELL_AFTER_FAILURES: Final = 3


class State(Enum):
    """Of the capture."""

    IDLE = "idle"
    STARTING = "starting"
    STREAMING = "streaming"
    STOPPING = "stopping"


class Step(Enum):
    """What moves the capture from state to state."""

    START = "start"
    STARTED = "started"
    FAILED = "failed"
    STOP = "stop"
    STOPPED = "stopped"


TRANSITIONS: Final[Mapping[tuple[State, Step], State]] = {
    (State.IDLE, Step.START): State.STARTING,
    (State.STARTING, Step.STARTED): State.STREAMING,
    (State.STARTING, Step.FAILED): State.IDLE,
    (State.STREAMING, Step.STOP): State.STOPPING,
    (State.STREAMING, Step.STOPPED): State.IDLE,
    (State.STOPPING, Step.STOPPED): State.IDLE,
}


class Screencast:
    """The screencast of one session."""

    def __init__(self) -> None:
        self.state = State.IDLE
        self.total = Tally(0.0)
        """What all viewers got, those that have left too."""
        self._viewers: dict[ViewerId, Viewer] = {}
        self._tabs = TabsChanged((), None)
        self._settings: CaptureSettings | None = None
        """Of the capture under way."""
        self._unacknowledged: list[int] = []
        self._last: Picture | None = None
        self._numbers = 0
        self._order = FrameOrder()
        """Of the tab that is captured."""
        self._settles_at: float | None = None
        """When the page stands still, if no other frame comes."""
        self._looks_again = False
        """Whether the capture stops only to begin anew."""
        self._looked_at = 0.0
        """When it last did: nothing can have been lost before there is a change after that."""
        self._changed_at = 0.0
        self._failures = 0
        self._trouble: str | None = None
        """Why there is nothing to show; what viewers are told."""
        self._retry_at: float | None = None
        self._effects: list[Effect] = []

    @property
    def viewers(self) -> int:
        """How many watch."""
        return len(self._viewers)

    @property
    def view(self) -> PageView | None:
        """Where the newest picture lies on its page."""
        return self._last.view if self._last is not None else None

    @property
    def settings(self) -> CaptureSettings | None:
        """What is captured, or about to be; None while nothing is to be."""
        return self._wanted()

    def watches(self, viewer: ViewerId) -> bool:
        """Whether this one is a viewer."""
        return viewer in self._viewers

    def stats_of(self, viewer: ViewerId, now: float) -> ScreencastStats | None:
        """What a viewer got; None when it is none."""
        found = self._viewers.get(viewer)
        return found.tally.stats(now) if found is not None else None

    def due(self) -> float | None:
        """When time next makes a difference, in epoch seconds; None while nobody watches."""
        if not self._viewers:
            return None
        times = [at for at in (self._retry_at, self._settles_at) if at is not None]
        if self._last is not None:
            for viewer in self._viewers.values():
                times.append(viewer.shown_at + KEEP_ALIVE_SECONDS)
                if viewer.options.detect_idle and not viewer.idle:
                    times.append(self._idle_at(viewer))
        return min(times, default=None)

    def handle(self, event: Input, now: float) -> list[Effect]:
        """Take what happened at `now` (epoch seconds).

        Raises:
            LocalProtocolError: the shell reports what cannot have happened.
        """
        self._effects = []
        match event:
            case ViewerWishes() | ViewerLeft() | ViewerReady():
                self._viewer_input(event, now)
            case CaptureStarted() | CaptureFailed() | CaptureStopped():
                self._capture_input(event, now)
            case TabsChanged():
                self._tabs = event
                self._retry_at = None
            case FrameCame():
                self._frame(event.frame, now)
            case TimePassed():
                self._time(now)
            case _:
                assert_never(event)
        if not isinstance(event, FrameCame | ViewerReady):
            self._reconcile()
        if any(viewer.owed is None for viewer in self._viewers.values()):
            self._acknowledge()
        return self._effects

    def _viewer_input(self, event: ViewerWishes | ViewerLeft | ViewerReady, now: float) -> None:
        match event:
            case ViewerWishes():
                self._wish(event.viewer, event.options, now)
            case ViewerLeft():
                self._viewers.pop(event.viewer, None)
            case ViewerReady():
                self._ready(event.viewer, now)
            case _:
                assert_never(event)

    def _capture_input(
        self, event: CaptureStarted | CaptureFailed | CaptureStopped, now: float
    ) -> None:
        match event:
            case CaptureStarted():
                self._move(Step.STARTED)
                self._settles_at = now + SETTLED_SECONDS
                self._all_is_well()
            case CaptureFailed():
                self._failed(event.reason, now)
            case CaptureStopped():
                self._move(Step.STOPPED)
                self._forget_capture()
            case _:
                assert_never(event)

    def _wish(self, viewer_id: ViewerId, options: ScreencastOptions, now: float) -> None:
        viewer = self._viewers.get(viewer_id)
        if viewer is not None:
            viewer.options = options
            return
        if not self._viewers:
            self.total.began_at = self.total.began_at or now
            self._changed_at = now
        viewer = self._viewers[viewer_id] = Viewer(options, Tally(now), shown_at=now)
        if self._last is not None and self._is_current(self._last):
            self._show(viewer_id, viewer, self._last, now)

    def _ready(self, viewer_id: ViewerId, now: float) -> None:
        viewer = self._viewers.get(viewer_id)
        if viewer is None:
            return
        viewer.ready = True
        if viewer.owed is not None:
            picture, viewer.owed = viewer.owed, None
            self._show(viewer_id, viewer, picture, now)

    def _failed(self, reason: str, now: float) -> None:
        self._move(Step.FAILED)
        self._forget_capture()
        pause = RETRY_SECONDS[min(self._failures, len(RETRY_SECONDS) - 1)]
        self._failures += 1
        self._retry_at = now + pause
        if self._failures >= _TELL_AFTER_FAILURES:
            self._trouble = reason

    def _frame(self, frame: CapturedFrame, now: float) -> None:
        settings = self._settings
        if settings is None or self.state is State.STOPPING:
            return  # of a capture that is no more: Chromium expects nothing
        self._unacknowledged.append(frame.frame_number)
        self._settles_at = now + SETTLED_SECONDS
        waiting = len(self._unacknowledged)
        if not self._order.take(frame.metadata.timestamp, waiting, now):
            return
        last, target_id = self._last, settings.target_id
        changed = last is None or last.data != frame.data or last.target_id != target_id
        if changed:
            self._numbers += 1
            self._changed_at = now
        picture = make_picture(frame, self._numbers, target_id, now)
        self._last = picture
        for viewer_id, viewer in self._viewers.items():
            if viewer.idle and changed:
                viewer.idle = False
                self._effects.append(TellIdle(viewer_id, idle=False))
            if viewer.leaves_out(picture):
                self._skip(viewer)
            else:
                self._offer(viewer_id, viewer, picture, now)

    def _offer(self, viewer_id: ViewerId, viewer: Viewer, picture: Picture, now: float) -> None:
        """Give one viewer a picture, or owe it to it."""
        if viewer.ready:
            self._show(viewer_id, viewer, picture, now)
            return
        if viewer.owed is not None:
            self._skip(viewer)
        viewer.owed = picture

    def _skip(self, viewer: Viewer) -> None:
        viewer.tally.frames_skipped += 1
        self.total.frames_skipped += 1

    def _show(
        self,
        viewer_id: ViewerId,
        viewer: Viewer,
        picture: Picture,
        now: float,
        *,
        again: bool = False,
    ) -> None:
        viewer.ready = False
        viewer.shown, viewer.shown_at = picture, now
        viewer.tally.sent(picture, now, keep_alive=again)
        self.total.sent(picture, now, keep_alive=again)
        self._effects.append(Show(viewer_id, picture, keep_alive=again))

    def _acknowledge(self) -> None:
        self._effects += map(Acknowledge, self._unacknowledged)
        self._unacknowledged.clear()

    def _time(self, now: float) -> None:
        if self._retry_at is not None and self._retry_at <= now:
            self._retry_at = None
        last = self._last
        if self._settles_at is not None and self._settles_at <= now:
            self._settled(last, now)
        if last is None:
            return
        for viewer_id, viewer in self._viewers.items():
            if viewer.options.detect_idle and not viewer.idle and self._idle_at(viewer) <= now:
                viewer.idle = True
                self._effects.append(TellIdle(viewer_id, idle=True))
            if viewer.shown_at + KEEP_ALIVE_SECONDS <= now:
                if viewer.ready and self._is_current(last):
                    self._show(viewer_id, viewer, last, now, again=viewer.has_seen(last))
                else:
                    viewer.shown_at = now  # it stalls, or the tab is another: look again later

    def _settled(self, last: Picture | None, now: float) -> None:
        """The page stands still: make up for what was left out of its last look, or lost."""
        self._settles_at = None
        if self.state is not State.STREAMING or last is None or not self._is_current(last):
            return  # its next frame is what tells
        for viewer_id, viewer in self._viewers.items():
            if viewer.owed is None and not viewer.has_seen(last):
                self._offer(viewer_id, viewer, last, now)
        if self._unacknowledged:
            self._settles_at = now + SETTLED_SECONDS  # all viewers stall: nothing can come
        elif self._order.may_have_lost and self._changed_at > self._looked_at:
            self._looks_again, self._looked_at = True, now
            self._stop()

    def _idle_at(self, viewer: Viewer) -> float:
        return self._changed_at + viewer.options.idle_threshold / 1000

    def _reconcile(self) -> None:
        """Bring the capture towards what is wanted now."""
        wanted = self._wanted()
        if self.state is State.STREAMING and wanted != self._settings:
            self._looks_again = False
            self._stop()
        elif self.state is State.IDLE and wanted is not None and self._retry_at is None:
            self._move(Step.START)
            self._settings = wanted
            same_tab = self._last is not None and self._is_current(self._last)
            self._order.begin(same_tab=same_tab)
            self._effects.append(StartCapture(wanted, again=self._looks_again and same_tab))
            self._looks_again = False
        if not self._viewers:
            self._retry_at = self._settles_at = self._last = None
            self._all_is_well()
        elif wanted is None:
            self._trouble = "The session has no open tab."
        elif self._failures < _TELL_AFTER_FAILURES:
            self._trouble = None
        self._tell_trouble()

    def _stop(self) -> None:
        self._move(Step.STOP)
        self._unacknowledged.clear()
        self._effects.append(StopCapture())

    def _wanted(self) -> CaptureSettings | None:
        target_id = self._target()
        if not self._viewers or target_id is None:
            return None
        return largest_wish([viewer.options for viewer in self._viewers.values()], target_id)

    def _target(self) -> str | None:
        """The tab to be seen: what the latest viewer to pin one has pinned, else the active one."""
        for viewer in reversed(self._viewers.values()):
            if viewer.options.target_id in self._tabs.open:
                return viewer.options.target_id
        return self._tabs.active

    def _is_current(self, picture: Picture) -> bool:
        """Whether it shows the tab to be seen."""
        return picture.target_id == self._target()

    def _forget_capture(self) -> None:
        self._settings = None
        self._unacknowledged.clear()

    def _tell_trouble(self) -> None:
        """Tell those who have not heard that there is nothing to show."""
        if self._trouble is None:
            return
        for viewer_id, viewer in self._viewers.items():
            if not viewer.told_trouble:
                viewer.told_trouble = True
                self._effects.append(TellFailed(viewer_id, self._trouble))

    def _all_is_well(self) -> None:
        self._failures, self._trouble = 0, None
        for viewer in self._viewers.values():
            viewer.told_trouble = False

    def _move(self, step: Step) -> None:
        state = TRANSITIONS.get((self.state, step))
        if state is None:
            raise LocalProtocolError(f"a capture that is {self.state.value} gets {step.value}")
        self.state = state
