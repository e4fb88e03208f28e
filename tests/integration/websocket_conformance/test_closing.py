"""Goodbyes, right and wrong, and what comes after them."""

from __future__ import annotations

import pytest

from tests.integration.raw_websocket import Opcode, close_frame, frame
from tests.integration.websocket_conformance.peer import (
    NORMAL,
    NOT_TEXT,
    PROTOCOL_ERROR,
    Peer,
    start,
)

_VALID_CODES = [*range(1000, 1004), *range(1007, 1012), 3000, 3999, 4000, 4999]
_INVALID_CODES = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]


@pytest.mark.parametrize(
    "reason", [b"", "fünf".encode(), b"x" * 123], ids=["none", "short", "long"]
)
@pytest.mark.parametrize("code", _VALID_CODES)
def test_a_close_is_answered_with_its_own_code(peer: Peer, code: int, reason: bytes) -> None:
    peer.send(close_frame(code, reason))

    assert peer.socket.receive_close() == (code, reason.decode())
    peer.socket.receive_end()


@pytest.mark.parametrize("chop_bytes", [None, 1], ids=["whole", "by-1"])
def test_a_close_without_a_code_is_answered(peer: Peer, chop_bytes: int | None) -> None:
    peer.send(frame(b"", Opcode.CLOSE), chop_bytes=chop_bytes)

    received = peer.socket.receive()
    assert received.opcode is Opcode.CLOSE
    assert received.payload in {b"", (NORMAL).to_bytes(2)}
    peer.socket.receive_end()


@pytest.mark.parametrize("code", _INVALID_CODES)
def test_a_close_with_an_invalid_code_is_a_protocol_error(peer: Peer, code: int) -> None:
    peer.send(close_frame(code))

    received, _ = peer.socket.receive_close()
    assert received == PROTOCOL_ERROR
    peer.socket.receive_end()
    assert peer.neighbour.call("Browser.getVersion")["product"]


def test_a_close_of_one_byte_is_a_protocol_error(peer: Peer) -> None:
    peer.send(frame(b"\x03", Opcode.CLOSE))

    peer.assert_closed(PROTOCOL_ERROR)


@pytest.mark.parametrize("reason", [b"\xff", b"half a letter \xe2\x82"], ids=["bad", "cut"])
def test_a_close_whose_reason_is_not_utf_8_is_refused(peer: Peer, reason: bytes) -> None:
    peer.send(close_frame(NORMAL, reason))

    code, _ = peer.socket.receive_close()
    assert code in {PROTOCOL_ERROR, NOT_TEXT}
    peer.socket.receive_end()
    assert peer.neighbour.call("Browser.getVersion")["product"]


_AFTER_CLOSE = {
    "ping": frame(b"late", Opcode.PING),
    "close": close_frame(NORMAL),
    "garbage": b"\xff" * 50,
}


@pytest.mark.parametrize("late", _AFTER_CLOSE.values(), ids=_AFTER_CLOSE.keys())
def test_what_comes_after_a_close_is_ignored(peer: Peer, late: bytes) -> None:
    peer.send(close_frame(NORMAL), late)

    assert peer.socket.receive_close() == (NORMAL, "")
    peer.socket.receive_end()


def test_a_command_after_a_close_is_not_run(peer: Peer) -> None:
    peer.send(close_frame(NORMAL), frame(peer.command(200)))

    assert peer.socket.receive_close() == (NORMAL, "")
    peer.socket.receive_end()


def test_a_close_ends_a_message_in_the_middle(peer: Peer) -> None:
    peer.send(start(), close_frame(NORMAL), frame(b"}", Opcode.CONTINUATION))

    assert peer.socket.receive_close() == (NORMAL, "")
    peer.socket.receive_end()


def test_nothing_follows_the_close_after_a_broken_rule(peer: Peer) -> None:
    good = frame(peer.command(200))

    peer.send(good * 20, frame(b"{}", reserved=4), good)

    while (received := peer.socket.receive()).opcode is Opcode.TEXT:
        pass
    assert received.opcode is Opcode.CLOSE
    assert int.from_bytes(received.payload[:2]) == PROTOCOL_ERROR
    peer.send(good, close_frame(PROTOCOL_ERROR))
    peer.socket.receive_end()
