"""Frames of the screencast as binary messages: a fixed header, then the picture's own bytes.

| offset | bytes | big-endian | |
|---|---|---|---|
| 0 | 1 | u8 | version, 1 |
| 1 | 1 | u8 | channel, 1: the screencast |
| 2 | 2 | u16 | flags: 1 PNG (else JPEG), 2 keep-alive (the last picture once more) |
| 4 | 4 | u32 | frame number: counts up with each new picture of the session |
| 8 | 8 | f64 | captured at, epoch seconds |
| 16 | 2 | u16 | width in pixels |
| 18 | 2 | u16 | height in pixels |
"""

from __future__ import annotations

import struct
from enum import IntFlag
from typing import Final, NamedTuple

HEADER: Final = struct.Struct(">BBHIdHH")
VERSION: Final = 1
SCREENCAST: Final = 1
"""The only channel of binary messages so far."""
_NUMBER_MODULUS: Final = 2**32


class FrameFlag(IntFlag):
    """Bits of `flags`."""

    PNG = 1
    KEEP_ALIVE = 2


class FrameHeader(NamedTuple):
    """What precedes a picture."""

    flags: FrameFlag
    number: int
    captured_at: float
    """Epoch seconds."""
    width: int
    height: int
    """Pixels of the picture."""


class NotAFrame(Exception):
    """A binary message is of another version or channel, or too short."""


def make_header(header: FrameHeader) -> bytes:
    """The 20 bytes before the picture."""
    return HEADER.pack(
        VERSION,
        SCREENCAST,
        header.flags,
        header.number % _NUMBER_MODULUS,
        header.captured_at,
        header.width,
        header.height,
    )


def parse_frame(message: bytes) -> tuple[FrameHeader, bytes]:
    """A binary message's header and picture.

    Raises:
        NotAFrame: it is none.
    """
    if len(message) < HEADER.size:
        raise NotAFrame(f"a frame has {HEADER.size} bytes at least, not {len(message)}")
    version, channel, flags, number, captured_at, width, height = HEADER.unpack_from(message)
    if (version, channel) != (VERSION, SCREENCAST):
        raise NotAFrame(f"version {version}, channel {channel}")
    header = FrameHeader(FrameFlag(flags), number, captured_at, width, height)
    return header, message[HEADER.size :]
