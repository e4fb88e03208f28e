"""What the machine of the screencast is told (`Input`), and what it asks for (`Effect`)."""

from __future__ import annotations

from dataclasses import dataclass

from cdp_proxy.core.pictures import CapturedFrame, Picture
from cdp_proxy.core.viewers import CaptureSettings
from shared.envelope.incoming import ScreencastOptions

ViewerId = object
"""Whatever the shell knows its viewers by."""


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
    """No more pictures come of it: after `StopCapture`, or because its tab was lost."""


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
    again: bool = False
    """Whether it has just been stopped to begin anew: its tab is in front already."""


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
