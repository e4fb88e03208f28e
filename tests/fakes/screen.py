"""A screencast machine and the pictures that are shown to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from cdp_proxy.core.pictures import CapturedFrame, Metadata
from cdp_proxy.core.screencast import SETTLED_SECONDS, Screencast
from cdp_proxy.core.screencast_events import (
    CaptureStarted,
    CaptureStopped,
    Effect,
    FrameCame,
    Input,
    Show,
    StartCapture,
    StopCapture,
    TabsChanged,
    TimePassed,
    ViewerWishes,
)
from shared.envelope.incoming import ScreencastOptions

T = TypeVar("T")

JPEG = b"\xff\xd8\xff\xc0\x00\x11\x08" + (720).to_bytes(2) + (1280).to_bytes(2) + b"\x03rest"
"""As much of a JPEG of 1280 x 720 as anybody looks at."""


def captured(content: str = "a", number: int = 1, **metadata: Any) -> CapturedFrame:
    """A frame as Chromium sends it, with something on it."""
    described = {"offset_top": 0.0, "device_width": 1280.0, "device_height": 720.0, **metadata}
    return CapturedFrame(JPEG + content.encode(), Metadata(**described), number)


@dataclass
class Screen:
    """Hands inputs in, and keeps what came of each."""

    machine: Screencast = field(default_factory=Screencast)
    now: float = 1000.0
    effects: list[Effect] = field(default_factory=list)
    """Of the newest input."""

    def tell(self, event: Input) -> list[Effect]:
        self.effects = self.machine.handle(event, self.now)
        return self.effects

    def tabs(self, *tabs: str, active: str | None = None) -> list[Effect]:
        return self.tell(TabsChanged(tabs, active or (tabs[-1] if tabs else None)))

    def watch(self, viewer: str = "ann", **options: Any) -> list[Effect]:
        return self.tell(ViewerWishes(viewer, ScreencastOptions(**options)))

    def frame(self, content: str = "a", number: int = 1, **metadata: Any) -> list[Effect]:
        return self.tell(FrameCame(captured(content, number, **metadata)))

    def streaming(self, *viewers: str, **options: Any) -> Screen:
        """One tab, these viewers, and a capture that runs."""
        self.tabs("T1")
        for viewer in viewers or ("ann",):
            self.watch(viewer, **options)
        self.tell(CaptureStarted())
        return self

    def stand_still(self) -> list[Effect]:
        """Let as much time pass as tells that the page paints nothing more."""
        self.now += SETTLED_SECONDS
        return self.tell(TimePassed())

    def follow(self) -> list[Effect]:
        """Have Chromium do what it was asked, until nothing more is."""
        every = list(self.effects)
        while any(isinstance(it, StartCapture | StopCapture) for it in self.effects):
            stop = any(isinstance(it, StopCapture) for it in self.effects)
            every += self.tell(CaptureStopped() if stop else CaptureStarted())
        return every

    def of(self, kind: type[T]) -> list[T]:
        """The effects of a kind."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def shown(self) -> list[tuple[object, int]]:
        """Who was shown the picture with which number."""
        return [(show.viewer, show.picture.number) for show in self.of(Show)]
