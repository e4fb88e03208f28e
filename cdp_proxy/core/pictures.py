"""Pictures of the screencast: what Chromium sends, and what viewers get."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import msgspec
from msgspec import Raw, Struct

from cdp_proxy.core.frames import binary_header
from shared.envelope.frames import FrameFlag, FrameHeader, make_header

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8"
_START_OF_FRAME: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB})
"""JPEG markers whose segment holds the size (ITU-T T.81, table B.1)."""


class Metadata(Struct, frozen=True, gc=False, rename="camel"):
    """`Page.ScreencastFrameMetadata`, as far as it is used; sizes in DIP."""

    offset_top: float
    device_width: float
    device_height: float
    page_scale_factor: float = 1.0
    timestamp: float | None = None
    """Epoch seconds at which Chromium shows the picture; at times some milliseconds ahead."""


class CapturedFrame(Struct, frozen=True, gc=False):
    """The params of `Page.screencastFrame`."""

    data: bytes
    """The picture itself: msgspec decodes the base64."""
    metadata: Metadata
    frame_number: int = msgspec.field(name="sessionId")
    """What the acknowledgement names."""


_decode: Final = msgspec.json.Decoder(CapturedFrame).decode


def parse_captured(params: Raw) -> CapturedFrame:
    """Decode the params of a `Page.screencastFrame`."""
    return _decode(params)


@dataclass(frozen=True, slots=True)
class PageView:
    """Where on its page a picture lies; what maps a viewer's pixels to the page's."""

    width_dip: float
    height_dip: float
    offset_top_dip: float
    scale: float = 1.0
    """DIP per CSS pixel: of a page that is pinched, or shown smaller to fit a phone."""


@dataclass(slots=True, eq=False)
class Picture:
    """One picture for viewers; never changes."""

    number: int
    """Counts up with each new picture of the session."""
    captured_at: float
    """Epoch seconds."""
    width: int
    height: int
    """Pixels."""
    data: bytes
    """JPEG or PNG."""
    view: PageView
    target_id: str
    _frames: dict[bool, bytes] = field(default_factory=dict, repr=False)

    @property
    def format(self) -> str:
        """`jpeg` or `png`."""
        return "png" if self.data.startswith(_PNG) else "jpeg"

    def websocket_frame(self, *, keep_alive: bool) -> bytes:
        """The WebSocket frame of the binary message that carries it; made once for all viewers."""
        made = self._frames.get(keep_alive)
        if made is None:
            flags = FrameFlag.PNG if self.format == "png" else FrameFlag(0)
            if keep_alive:
                flags |= FrameFlag.KEEP_ALIVE
            header = FrameHeader(flags, self.number, self.captured_at, self.width, self.height)
            message = make_header(header)
            size = len(message) + len(self.data)
            made = self._frames[keep_alive] = binary_header(size) + message + self.data
        return made


def make_picture(frame: CapturedFrame, number: int, target_id: str, now: float) -> Picture:
    """The picture in a frame that has just come.

    Args:
        frame: as Chromium sent it.
        number: the next one.
        target_id: the tab that it shows.
        now: epoch seconds; the time of capture where Chromium tells none.
    """
    meta = frame.metadata
    width, height = size_of(frame.data) or (round(meta.device_width), round(meta.device_height))
    return Picture(
        number=number,
        captured_at=min(meta.timestamp or now, now),
        width=width,
        height=height,
        data=frame.data,
        view=PageView(
            meta.device_width, meta.device_height, meta.offset_top, meta.page_scale_factor
        ),
        target_id=target_id,
    )


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a JPEG or PNG; None when it is neither."""
    if data.startswith(_PNG):
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if not data.startswith(_JPEG):
        return None
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004 - a marker's first byte
        if data[at + 1] in _START_OF_FRAME:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None
