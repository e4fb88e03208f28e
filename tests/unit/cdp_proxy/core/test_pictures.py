from __future__ import annotations

import base64
import json
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from cdp_proxy.core.pictures import PageView, make_picture, parse_captured, size_of
from shared.envelope.frames import FrameFlag, parse_frame
from tests.fakes.screen import JPEG, captured

_START_OF_IMAGE, _APP0, _TABLES = b"\xff\xd8", b"\xff\xe0", b"\xff\xc4"


def png(width: int, height: int) -> bytes:
    head = struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    body = struct.pack(">I", len(head)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + body


def segment(marker: bytes, payload: bytes) -> bytes:
    return marker + (len(payload) + 2).to_bytes(2) + payload


def jpeg(width: int, height: int, start_of_frame: int = 0xC0, before: bytes = b"") -> bytes:
    frame = b"\x08" + height.to_bytes(2) + width.to_bytes(2) + b"\x03" + bytes(9)
    return _START_OF_IMAGE + before + segment(bytes((0xFF, start_of_frame)), frame)


@given(width=st.integers(1, 10_000), height=st.integers(1, 10_000))
def test_the_size_of_a_png_is_in_its_header(width: int, height: int) -> None:
    assert size_of(png(width, height)) == (width, height)


@given(
    width=st.integers(1, 10_000),
    height=st.integers(1, 10_000),
    start_of_frame=st.sampled_from((0xC0, 0xC1, 0xC2, 0xC9)),
    comment=st.binary(max_size=300),
)
def test_the_size_of_a_jpeg_is_in_its_frame_segment(
    width: int, height: int, start_of_frame: int, comment: bytes
) -> None:
    before = segment(_APP0, comment) + segment(_TABLES, bytes(20))

    assert size_of(jpeg(width, height, start_of_frame, before)) == (width, height)


@given(data=st.binary(max_size=40), head=st.sampled_from((b"", _START_OF_IMAGE)))
def test_what_is_no_picture_has_no_size_or_any_but_never_fails(data: bytes, head: bytes) -> None:
    size = size_of(head + data)

    assert size is None or len(size) == 2


@pytest.mark.parametrize("cut", [2, 3, 6, 10])
def test_a_picture_that_is_cut_short_has_no_size(cut: int) -> None:
    assert size_of(JPEG[:cut]) is None


def params(**more: object) -> Raw:
    meta = {"offsetTop": 0, "pageScaleFactor": 1, "deviceWidth": 1280, "deviceHeight": 720,
            "scrollOffsetX": 0, "scrollOffsetY": 0, **more}  # fmt: skip
    body = {"data": base64.b64encode(JPEG).decode(), "metadata": meta, "sessionId": 3}
    return Raw(json.dumps(body).encode())


def test_chromiums_params_are_read() -> None:
    frame = parse_captured(params(timestamp=12.5))

    assert (frame.data, frame.frame_number, frame.metadata.timestamp) == (JPEG, 3, 12.5)


def test_a_picture_was_captured_when_chromium_says() -> None:
    assert make_picture(parse_captured(params(timestamp=12.5)), 1, "T1", 20.0).captured_at == 12.5


def test_a_picture_was_captured_now_when_chromium_does_not_say() -> None:
    assert make_picture(parse_captured(params()), 1, "T1", 20.0).captured_at == 20.0


def test_a_picture_is_never_captured_in_the_future() -> None:
    assert make_picture(parse_captured(params(timestamp=20.5)), 1, "T1", 20.0).captured_at == 20.0


def test_a_picture_knows_where_it_lies_on_its_page() -> None:
    picture = make_picture(captured(offset_top=56.0, device_width=640.0), 4, "T2", 20.0)

    assert picture.view == PageView(640.0, 720.0, 56.0)
    assert (picture.number, picture.target_id) == (4, "T2")
    assert (picture.width, picture.height) == (1280, 720)


def test_a_picture_knows_how_much_smaller_its_page_is_shown() -> None:
    picture = make_picture(parse_captured(params(pageScaleFactor=0.25)), 1, "T1", 20.0)

    assert picture.view.scale == 0.25


def test_a_picture_of_an_unknown_kind_is_as_large_as_its_page() -> None:
    frame = captured(device_width=639.6, device_height=480.2)
    odd = type(frame)(b"GIF89a", frame.metadata, 1)

    picture = make_picture(odd, 1, "T1", 20.0)

    assert (picture.width, picture.height) == (640, 480)


@pytest.mark.parametrize(
    ("data", "keep_alive", "flags"),
    [
        (JPEG, False, FrameFlag(0)),
        (JPEG, True, FrameFlag.KEEP_ALIVE),
        (png(3, 2), False, FrameFlag.PNG),
        (png(3, 2), True, FrameFlag.PNG | FrameFlag.KEEP_ALIVE),
    ],
)
def test_its_binary_message_has_a_header_and_its_bytes(
    data: bytes, keep_alive: bool, flags: FrameFlag
) -> None:
    frame = captured(timestamp=12.5)
    picture = make_picture(type(frame)(data, frame.metadata, 1), 9, "T1", 20.0)

    header, payload = parse_frame(message_in(picture.websocket_frame(keep_alive=keep_alive)))

    assert payload == data
    assert (header.flags, header.number, header.captured_at) == (flags, 9, 12.5)
    assert (header.width, header.height) == (picture.width, picture.height)


def test_its_binary_message_is_made_once() -> None:
    picture = make_picture(captured(), 1, "T1", 20.0)

    assert picture.websocket_frame(keep_alive=False) is picture.websocket_frame(keep_alive=False)
    assert picture.websocket_frame(keep_alive=True) is not picture.websocket_frame(keep_alive=False)


def message_in(frame: bytes) -> bytes:
    """The payload of an unmasked binary frame of less than 64 KiB (RFC 6455 5.2)."""
    assert frame[0] == 0x82
    body = 2 if frame[1] < 126 else 4
    size = frame[1] if body == 2 else int.from_bytes(frame[2:4])
    assert len(frame) == body + size
    return frame[body:]
