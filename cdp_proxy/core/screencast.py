"""One capture for all viewers of a session (CDP `Page.startScreencast`), as a machine.

1. The first viewer starts the capture of the tab to be seen: the one that a viewer has pinned, else
   the active one. The last that leaves stops it.
2. Each picture goes to every viewer whose connection takes one; the others are owed the newest. It
   is acknowledged to Chromium as soon as one viewer took it, or when none has a use for it: then
   Chromium makes the next. While all of them stall nothing is acknowledged, and nothing captured.
3. Another tab, or other wishes: the capture is stopped and started anew. Chromium itself takes it
   along through navigations, crashes and changes of the renderer process.
4. A capture that does not start (its tab is just navigating, say) is tried again, soon and then
   later, for as long as somebody watches.
5. Pictures that are the same as the last are left out for viewers that detect idleness; they get
   the last one again from time to time, so that silence always means trouble.

Shell's duty: perform the effects in order; call `handle` with `TimePassed` at `due()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, assert_never

from cdp_proxy.core.errors import LocalProtocolError
from cdp_proxy.core.pictures import CapturedFrame, PageView, Picture, make_picture
from cdp_proxy.core.viewers import CaptureSettings, Tally, Viewer, largest_wish
from shared.envelope.incoming import ScreencastOptions
from shared.envelope.outgoing import ScreencastStats

KEEP_ALIVE_SECONDS: Final = 5.0
"""A viewer of an unchanging page gets the last picture again this often."""
RETRY_SECONDS: Final = (0.1, 0.3, 1.0, 3.0)
"""Pauses before a failed start is tried again; the last one repeats."""
_TELL_AFTER_FAILURES: Final = 3

ViewerId = object
"""Whatever the shell knows its viewers by."""


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
    (State.STOPPING, Step.STOPPED): State.IDLE,
}


@dataclass(frozen=True, slots=True)
class ViewerWishes:
    """Somebody becomes a viewer, or wishes otherwise."""

    viewer: ViewerId
    options: ScreencastOptions


@dataclass(frozen=True, slots=True)
class ViewerLeft:
    """A viewer is one no more."""

    viewer: ViewerId


@dataclass(frozen=True, slots=True)
class ViewerReady:
    """Its connection takes a picture again."""

    viewer: ViewerId


@dataclass(frozen=True, slots=True)
class TabsChanged:
    """The session's tabs, in the order they were opened."""

    open: tuple[str, ...]
    active: str | None


@dataclass(frozen=True, slots=True)
class CaptureStarted:
    """Chromium does what `StartCapture` asked."""


@dataclass(frozen=True, slots=True)
class CaptureFailed:
    """Chromium does not."""

    reason: str


@dataclass(frozen=True, slots=True)
class CaptureStopped:
    """No more pictures come of it; also when the tab had gone."""


@dataclass(frozen=True, slots=True)
class FrameCame:
    """A picture of the capture."""

    frame: CapturedFrame


@dataclass(frozen=True, slots=True)
class TimePassed:
    """It is `due()`."""


Input = (
    ViewerWishes
    | ViewerLeft
    | ViewerReady
    | TabsChanged
    | CaptureStarted
    | CaptureFailed
    | CaptureStopped
    | FrameCame
    | TimePassed
)


@dataclass(frozen=True, slots=True)
class StartCapture:
    """`Page.startScreencast`; answered by `CaptureStarted` or `CaptureFailed`."""

    settings: CaptureSettings


@dataclass(frozen=True, slots=True)
class StopCapture:
    """`Page.stopScreencast`; answered by `CaptureStopped`."""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """`Page.screencastFrameAck`."""

    frame_number: int


@dataclass(frozen=True, slots=True)
class Show:
    """Hand a picture to a viewer's connection; `ViewerReady` follows when it takes the next."""

    viewer: ViewerId
    picture: Picture
    keep_alive: bool = False


@dataclass(frozen=True, slots=True)
class TellIdle:
    """Nothing has changed for a while, or something does again."""

    viewer: ViewerId
    idle: bool


@dataclass(frozen=True, slots=True)
class TellFailed:
    """There is nothing to show for now."""

    viewer: ViewerId
    reason: str


Effect = StartCapture | StopCapture | Acknowledge | Show | TellIdle | TellFailed


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
        self._changed_at = 0.0
        self._failures = 0
        self._told_failure = False
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
        """What is captured, or about to be; None while nothing is."""
        return self._wanted() or self._settings

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
        times = [self._retry_at] if self._retry_at is not None else []
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
        return self._effects

    def _viewer_input(self, event: ViewerWishes | ViewerLeft | ViewerReady, now: float) -> None:
        match event:
            case ViewerWishes():
                self._wish(event.viewer, event.options, now)
            case ViewerLeft():
                self._viewers.pop(event.viewer, None)
            case ViewerReady():
                self._ready(event.viewer, now)

    def _capture_input(
        self, event: CaptureStarted | CaptureFailed | CaptureStopped, now: float
    ) -> None:
        match event:
            case CaptureStarted():
                self._move(Step.STARTED)
                self._failures, self._told_failure = 0, False
            case CaptureFailed():
                self._failed(event.reason, now)
            case CaptureStopped():
                self._move(Step.STOPPED)
                self._settings = None

    def _wish(self, viewer_id: ViewerId, options: ScreencastOptions, now: float) -> None:
        viewer = self._viewers.get(viewer_id)
        if viewer is not None:
            viewer.options = options
            return
        if not self._viewers:
            self.total.began_at = self.total.began_at or now
            self._changed_at = now
        viewer = self._viewers[viewer_id] = Viewer(options, Tally(now), shown_at=now)
        if self._last is not None and self._last.target_id == self._target():
            self._show(viewer_id, viewer, self._last, now)

    def _ready(self, viewer_id: ViewerId, now: float) -> None:
        viewer = self._viewers.get(viewer_id)
        if viewer is None:
            return
        viewer.ready = True
        if viewer.owed is not None:
            picture, viewer.owed = viewer.owed, None
            self._show(viewer_id, viewer, picture, now)
            self._acknowledge()

    def _failed(self, reason: str, now: float) -> None:
        self._move(Step.FAILED)
        self._settings = None
        pause = RETRY_SECONDS[min(self._failures, len(RETRY_SECONDS) - 1)]
        self._failures += 1
        self._retry_at = now + pause
        if self._failures >= _TELL_AFTER_FAILURES:
            self._tell_failed(reason)

    def _frame(self, frame: CapturedFrame, now: float) -> None:
        if self.state is not State.STREAMING or self._settings is None:
            return  # of a capture that has been stopped: Chromium expects nothing any more
        last = self._last
        changed = last is None or last.data != frame.data or last.target_id != self._shown_target()
        if changed:
            self._numbers += 1
            self._changed_at = now
        picture = make_picture(frame, self._numbers, self._shown_target(), now)
        self._last = picture
        self._unacknowledged.append(frame.frame_number)
        for viewer_id, viewer in self._viewers.items():
            self._offer(viewer_id, viewer, picture, now, changed)
        if any(viewer.owed is None for viewer in self._viewers.values()):
            self._acknowledge()

    def _offer(
        self, viewer_id: ViewerId, viewer: Viewer, picture: Picture, now: float, changed: bool
    ) -> None:
        """Give one viewer a picture, owe it to it, or leave it out."""
        if viewer.idle and changed:
            viewer.idle = False
            self._effects.append(TellIdle(viewer_id, idle=False))
        if self._left_out(viewer, changed):
            viewer.tally.frames_skipped += 1
            self.total.frames_skipped += 1
            return
        if viewer.ready:
            self._show(viewer_id, viewer, picture, now)
            return
        if viewer.owed is not None:
            viewer.tally.frames_skipped += 1
            self.total.frames_skipped += 1
        viewer.owed = picture

    def _left_out(self, viewer: Viewer, changed: bool) -> bool:
        if not changed and viewer.options.detect_idle and viewer.shown is not None:
            return True
        if viewer.countdown > 0:
            viewer.countdown -= 1
            return True
        captured_nth = self._settings.every_nth_frame if self._settings else 1
        viewer.countdown = viewer.options.every_nth_frame // captured_nth - 1
        return False

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
        if self._last is None:
            return
        for viewer_id, viewer in self._viewers.items():
            if viewer.options.detect_idle and not viewer.idle and self._idle_at(viewer) <= now:
                viewer.idle = True
                self._effects.append(TellIdle(viewer_id, idle=True))
            if viewer.shown_at + KEEP_ALIVE_SECONDS <= now:
                if viewer.ready:
                    self._show(viewer_id, viewer, self._last, now, again=True)
                else:
                    viewer.shown_at = now  # it stalls: look again later

    def _idle_at(self, viewer: Viewer) -> float:
        return self._changed_at + viewer.options.idle_threshold / 1000

    def _reconcile(self) -> None:
        """Bring the capture towards what is wanted now."""
        wanted = self._wanted()
        if self.state is State.STREAMING and wanted != self._settings:
            self._move(Step.STOP)
            self._unacknowledged.clear()
            self._effects.append(StopCapture())
        elif self.state is State.IDLE and wanted is not None and self._retry_at is None:
            self._move(Step.START)
            self._settings = wanted
            self._effects.append(StartCapture(wanted))
        if not self._viewers:
            self._retry_at, self._failures, self._told_failure, self._last = None, 0, False, None
        elif wanted is None:
            self._tell_failed("The session has no open tab.")

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

    def _shown_target(self) -> str:
        return self._settings.target_id if self._settings is not None else ""

    def _tell_failed(self, reason: str) -> None:
        if self._told_failure:
            return
        self._told_failure = True
        self._effects += [TellFailed(viewer_id, reason) for viewer_id in self._viewers]

    def _move(self, step: Step) -> None:
        state = TRANSITIONS.get((self.state, step))
        if state is None:
            raise LocalProtocolError(f"a capture that is {self.state.value} gets {step.value}")
        self.state = state
