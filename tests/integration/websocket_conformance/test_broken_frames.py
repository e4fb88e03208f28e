"""Frames out of order, reserved, unmasked, of a wrong length or too large."""

from __future__ import annotations

import pytest

from tests.integration.raw_websocket import Opcode, close_frame, fragments, frame
from tests.integration.websocket_conformance.peer import (
    LIMIT_BYTES,
    MEBIBYTE,
    NORMAL,
    PROTOCOL_ERROR,
    TOO_BIG,
    Peer,
    start,
)

_MISPLACED = {
    "continuation-first": [frame(b"{}", Opcode.CONTINUATION)],
    "unfinished-continuation-first": [frame(b"{", Opcode.CONTINUATION, final=False)],
    "text-in-text": [start(), frame(b"{}")],
    "unfinished-text-in-text": [start(), start()],
    "binary-in-text": [start(), frame(b"{}", Opcode.BINARY)],
    "text-in-binary": [start(Opcode.BINARY), frame(b"{}")],
    "text-after-ping-in-text": [start(), frame(b"", Opcode.PING), frame(b"{}")],
}


@pytest.mark.parametrize("frames", _MISPLACED.values(), ids=_MISPLACED.keys())
@pytest.mark.parametrize("chop_bytes", [None, 1], ids=["whole", "by-1"])
def test_a_data_frame_out_of_order_is_a_protocol_error(
    peer: Peer, frames: list[bytes], chop_bytes: int | None
) -> None:
    peer.send(*frames, chop_bytes=chop_bytes)

    if any(part == frame(b"", Opcode.PING) for part in frames):
        peer.assert_pong(b"")
    peer.assert_closed(PROTOCOL_ERROR)


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "fragmented"])
def test_a_continuation_after_the_end_is_a_protocol_error(peer: Peer, whole: bool) -> None:
    command = peer.command(200)
    peer.send(*([frame(command)] if whole else fragments(command, 100)))
    peer.assert_answers(command)

    peer.send(frame(b" ", Opcode.CONTINUATION))

    peer.assert_closed(PROTOCOL_ERROR)


_BAD_CONTROL = {
    "ping-of-126": [frame(b"\xfe" * 126, Opcode.PING)],
    "pong-of-126": [frame(b"\xfe" * 126, Opcode.PONG)],
    "ping-of-65536": [frame(bytes(65536), Opcode.PING)],
    "close-of-126": [close_frame(NORMAL, b"x" * 124)],
    "fragmented-ping": [
        frame(b"one", Opcode.PING, final=False),
        frame(b"two", Opcode.CONTINUATION),
    ],
    "fragmented-pong": [frame(b"one", Opcode.PONG, final=False)],
    "fragmented-close": [frame((NORMAL).to_bytes(2), Opcode.CLOSE, final=False)],
    "ping-in-wide-length": [frame(b"one", Opcode.PING, length_bytes=2)],
}


@pytest.mark.parametrize("frames", _BAD_CONTROL.values(), ids=_BAD_CONTROL.keys())
def test_a_bad_control_frame_is_a_protocol_error(peer: Peer, frames: list[bytes]) -> None:
    peer.send(*frames)

    peer.assert_closed(PROTOCOL_ERROR)


_RESERVED_OPCODES = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]


@pytest.mark.parametrize("payload", [b"", b"{}"], ids=["empty", "filled"])
@pytest.mark.parametrize("opcode", _RESERVED_OPCODES)
def test_a_reserved_opcode_is_a_protocol_error(peer: Peer, opcode: int, payload: bytes) -> None:
    peer.send(frame(payload, opcode))

    peer.assert_closed(PROTOCOL_ERROR)


_OPCODES_WITH_RESERVED_BITS = [Opcode.TEXT, Opcode.BINARY, Opcode.PING, Opcode.CLOSE]


@pytest.mark.parametrize("opcode", _OPCODES_WITH_RESERVED_BITS, ids=lambda opcode: opcode.name)
@pytest.mark.parametrize("reserved", range(1, 8), ids=lambda bits: f"rsv-{bits:03b}")
def test_a_reserved_bit_is_a_protocol_error(peer: Peer, reserved: int, opcode: Opcode) -> None:
    peer.send(frame(b"", opcode, reserved=reserved))

    peer.assert_closed(PROTOCOL_ERROR)


_UNMASKED = {
    "text": frame(b"{}", masked=False),
    "empty-text": frame(b"", masked=False),
    "large-text": frame(b" " * 70_000, masked=False),
    "ping": frame(b"hello", Opcode.PING, masked=False),
    "close": frame((NORMAL).to_bytes(2), Opcode.CLOSE, masked=False),
}


@pytest.mark.parametrize("data", _UNMASKED.values(), ids=_UNMASKED.keys())
@pytest.mark.parametrize("chop_bytes", [None, 1], ids=["whole", "by-1"])
def test_an_unmasked_frame_is_a_protocol_error(
    peer: Peer, data: bytes, chop_bytes: int | None
) -> None:
    peer.send(data[:100], chop_bytes=chop_bytes)

    peer.assert_closed(PROTOCOL_ERROR)


_BAD_LENGTHS = {
    "0-in-2-bytes": frame(b"", length_bytes=2),
    "2-in-2-bytes": frame(b"{}", length_bytes=2),
    "125-in-2-bytes": frame(b" " * 125, length_bytes=2),
    "2-in-8-bytes": frame(b"{}", length_bytes=8),
    "126-in-8-bytes": frame(b" " * 126, length_bytes=8),
    "65535-in-8-bytes": frame(b" " * 65535, length_bytes=8),
    "binary-2-in-2-bytes": frame(b"{}", Opcode.BINARY, length_bytes=2),
    "top-bit": frame(announced_bytes=1 << 63),
    "all-bits": frame(announced_bytes=(1 << 64) - 1),
}


@pytest.mark.parametrize("data", _BAD_LENGTHS.values(), ids=_BAD_LENGTHS.keys())
def test_a_bad_length_is_a_protocol_error(peer: Peer, data: bytes) -> None:
    peer.send(data)

    peer.assert_closed(PROTOCOL_ERROR)


_TOO_BIG = {
    "text": [frame(announced_bytes=LIMIT_BYTES + MEBIBYTE)],
    "one-byte-over": [frame(announced_bytes=LIMIT_BYTES + 1)],
    "binary": [frame(opcode=Opcode.BINARY, announced_bytes=LIMIT_BYTES + 1)],
    "fragment": [frame(final=False, announced_bytes=LIMIT_BYTES + 1)],
    "fragments-together": [
        start(),
        frame(opcode=Opcode.CONTINUATION, announced_bytes=LIMIT_BYTES),
    ],
    "all-but-the-top-bit": [frame(announced_bytes=(1 << 63) - 1)],
}


@pytest.mark.parametrize("frames", _TOO_BIG.values(), ids=_TOO_BIG.keys())
def test_a_message_over_the_limit_is_refused_before_it_is_sent(
    peer: Peer, frames: list[bytes]
) -> None:
    peer.send(*frames)

    code, reason = peer.socket.receive_close()

    assert code == TOO_BIG
    assert reason
    assert peer.neighbour.call("Browser.getVersion")["product"]
