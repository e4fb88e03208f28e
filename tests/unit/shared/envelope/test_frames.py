"""Binary frames: the header, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.envelope.frames import (
    HEADER,
    FrameFlag,
    FrameHeader,
    NotAFrame,
    make_header,
    parse_frame,
)

HEADERS = st.builds(
    FrameHeader,
    flags=st.sampled_from([FrameFlag(bits) for bits in range(4)]),
    number=st.integers(0, 2**32 - 1),
    captured_at=st.floats(allow_nan=False),
    width=st.integers(0, 2**16 - 1),
    height=st.integers(0, 2**16 - 1),
)


@given(HEADERS, st.binary())
def test_header_and_picture_come_back(header: FrameHeader, picture: bytes) -> None:
    assert parse_frame(make_header(header) + picture) == (header, picture)


def test_the_header_is_laid_out_as_documented() -> None:
    header = FrameHeader(FrameFlag.PNG | FrameFlag.KEEP_ALIVE, 7, 1.5, 640, 360)

    made = make_header(header)

    assert made.hex() == "01010003" + "00000007" + "3ff8000000000000" + "0280" + "0168"
    assert len(made) == HEADER.size == 20


def test_frame_numbers_start_again_after_the_last() -> None:
    header = FrameHeader(FrameFlag(0), 2**32 + 5, 0.0, 1, 1)

    assert parse_frame(make_header(header))[0].number == 5


@pytest.mark.parametrize("message", [b"", b"\x01" * 19, b"\x02\x01" + b"\0" * 18, b"\x01\x02" * 10])
def test_other_messages_are_no_frames(message: bytes) -> None:
    with pytest.raises(NotAFrame):
        parse_frame(message)
