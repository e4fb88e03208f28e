"""RFC 6455 5: what is cut here, and what is handed back for a complete implementation."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.frames import FrameReader, binary_header, is_text, text_header

MASK = b"\x01\x80\xff\x10"
LIMIT = 100_000


def frame(payload: bytes, first: int = 0x81, mask: bytes = MASK, wide: int | None = None) -> bytes:
    """A masked frame; `wide` forces a length of so many bytes."""
    size = len(payload)
    least = 0 if size < 126 else 2 if size < 65536 else 8
    width = least if wide is None else wide
    second = size if width == 0 else 126 if width == 2 else 127
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    length = size.to_bytes(width) if width else b""
    return bytes((first, 0x80 | second)) + length + mask + masked


def fed(*chunks: bytes, limit: int = LIMIT) -> tuple[list[bytes], bytes]:
    """What a fresh reader makes of the chunks, up to the first rest."""
    reader = FrameReader(limit)
    found: list[bytes] = []
    for number, chunk in enumerate(chunks):
        messages, rest = reader.feed(chunk)
        found += messages
        if rest:
            return found, rest + b"".join(chunks[number + 1 :])
    return found, b""


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536])
def test_a_text_frame_of_any_length_is_a_message(size: int) -> None:
    payload = b"x" * size

    assert fed(frame(payload)) == ([payload], b"")


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536])
def test_a_header_says_the_length_in_the_fewest_bytes(size: int) -> None:
    unmasked = bytes((frame(b"x" * size)[0], frame(b"x" * size)[1] & 0x7F))

    header = text_header(size)

    assert header[:2] == unmasked
    assert int.from_bytes(header[2:] or header[1:]) == size


def test_a_binary_frame_is_a_message_too() -> None:
    assert fed(frame(b"{}", first=0x82)) == ([b"{}"], b"")


def test_several_frames_at_once_keep_their_order() -> None:
    assert fed(frame(b"one") + frame(b"two") + frame(b"three")) == (
        [b"one", b"two", b"three"],
        b"",
    )


ODD = {
    "close": frame(b"\x03\xe8", first=0x88),
    "ping": frame(b"", first=0x89),
    "pong": frame(b"", first=0x8A),
    "first fragment": frame(b"{", first=0x01),
    "continuation": frame(b"}", first=0x80),
    "reserved opcode": frame(b"", first=0x83),
    "reserved bit 1": frame(b"{}", first=0xC1),
    "reserved bit 2": frame(b"{}", first=0xA1),
    "reserved bit 3": frame(b"{}", first=0x91),
    "unmasked": b"\x81\x02{}",
    "not minimal, 16 bits": frame(b"{}", wide=2),
    "not minimal, 64 bits": frame(b"x" * 300, wide=8),
    "64 bits with the highest set": b"\x81\xff" + b"\xff" * 8 + MASK,
    "over the limit": frame(b"x" * (LIMIT + 1)),
    "not UTF-8": frame(b"\xff"),
    "half a character": frame("€".encode()[:2]),
    "a surrogate": frame(b"\xed\xa0\x80"),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_frame_is_handed_back_with_all_behind_it(name: str) -> None:
    stream = ODD[name] + frame(b"after")

    assert fed(frame(b"before") + stream) == ([b"before"], stream)


def test_a_frame_at_the_limit_is_a_message() -> None:
    assert fed(frame(b"x" * LIMIT))[0] == [b"x" * LIMIT]


def test_a_frame_over_the_limit_is_seen_by_its_header() -> None:
    """Nobody buffers what will be refused."""
    header = frame(b"x" * (LIMIT + 1))[:14]

    assert fed(header) == ([], header)


def test_a_reader_starts_afresh_after_a_rest() -> None:
    reader = FrameReader(LIMIT)
    reader.feed(ODD["ping"])

    assert reader.feed(frame(b"next")) == ([b"next"], b"")


PAYLOADS = st.lists(st.text(max_size=300).map(str.encode), max_size=8)
MASKS = st.binary(min_size=4, max_size=4)


def cut(stream: bytes, at: list[int]) -> list[bytes]:
    edges = [0, *sorted(edge % (len(stream) + 1) for edge in at), len(stream)]
    return [stream[start:end] for start, end in pairwise(edges) if start < end]


@given(PAYLOADS, MASKS, st.lists(st.integers(0, 5000), max_size=30))
def test_any_chunking_of_frames_is_the_same_messages(
    payloads: list[bytes], mask: bytes, at: list[int]
) -> None:
    stream = b"".join(frame(payload, mask=mask) for payload in payloads)

    assert fed(*cut(stream, at)) == (payloads, b"")


@given(PAYLOADS, st.sampled_from(sorted(ODD)), st.lists(st.integers(0, 5000), max_size=30))
def test_any_chunking_hands_back_the_same_rest(
    payloads: list[bytes], odd: str, at: list[int]
) -> None:
    rest = ODD[odd][:2000] if odd == "over the limit" else ODD[odd]
    stream = b"".join(map(frame, payloads)) + rest

    assert fed(*cut(stream, at)) == (payloads, rest)


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_no_bytes_crash_the_reader_or_get_lost(chunks: list[bytes]) -> None:
    found, rest = fed(*chunks, limit=50)

    assert all(len(message) <= 50 or len(message) <= 125 for message in found)
    assert b"".join(chunks).endswith(rest)


@given(st.binary())
def test_text_is_what_python_decodes(payload: bytes) -> None:
    try:
        payload.decode()
        decodes = True
    except UnicodeDecodeError:
        decodes = False

    assert is_text(payload) == decodes


@given(size=st.integers(0, 2**40))
def test_a_binary_header_is_a_text_header_of_another_kind(size: int) -> None:
    text, binary = text_header(size), binary_header(size)

    assert (text[0], binary[0]) == (0x81, 0x82)
    assert text[1:] == binary[1:]
