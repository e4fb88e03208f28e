"""Text that is UTF-8 to its edges, and text that is not."""

from __future__ import annotations

import pytest

from tests.integration.raw_websocket import Opcode, fragments, frame
from tests.integration.websocket_conformance.peer import NOT_TEXT, Peer, start

_NOT_UTF_8 = {
    "lone-continuation": b"\x80",
    "lone-continuations": b"\xbf\x80\xbf",
    "two-byte-lead-alone": b"\xc2 ",
    "three-byte-lead-alone": b"\xe1 ",
    "four-byte-lead-alone": b"\xf0 ",
    "cut-three-byte": b"\xe2\x82 ",
    "cut-four-byte": b"\xf0\x9d\x84 ",
    "cut-at-the-end": b"\xce\xba\xe1\xbd",
    "impossible-fe": b"\xfe",
    "impossible-ff": b"\xff",
    "overlong-2": b"\xc0\xaf",
    "overlong-3": b"\xe0\x80\xaf",
    "overlong-4": b"\xf0\x80\x80\xaf",
    "overlong-5": b"\xf8\x80\x80\x80\xaf",
    "overlong-nul": b"\xc0\x80",
    "beyond-unicode": b"\xf4\x90\x80\x80",
    "high-surrogate": b"\xed\xa0\x80",
    "low-surrogate": b"\xed\xbf\xbf",
    "surrogate-pair": b"\xed\xa0\x80\xed\xb0\x80",
}


@pytest.mark.parametrize("text", _NOT_UTF_8.values(), ids=_NOT_UTF_8.keys())
def test_text_that_is_not_utf_8_is_refused(peer: Peer, text: bytes) -> None:
    peer.send(frame(b"valid before: " + text))

    peer.assert_closed(NOT_TEXT)


@pytest.mark.parametrize("text", _NOT_UTF_8.values(), ids=_NOT_UTF_8.keys())
def test_text_that_is_not_utf_8_is_refused_over_fragments(peer: Peer, text: bytes) -> None:
    message = b"before: " + text

    peer.send(*fragments(message, *[1] * (len(message) - 1)))

    peer.assert_closed(NOT_TEXT)


def test_a_fragment_that_is_not_utf_8_is_refused_before_the_last_one(peer: Peer) -> None:
    peer.send(frame(b"\xce\xba\xf4", final=False))
    peer.send(frame(b"\x90", Opcode.CONTINUATION, final=False))

    peer.assert_closed(NOT_TEXT)


def test_half_a_fragment_that_is_not_utf_8_is_refused_before_the_other(peer: Peer) -> None:
    peer.send(start())
    rest = frame(b"\xce\xba\xf4\x90" + b"x" * 100, Opcode.CONTINUATION)

    peer.send(rest[:12])

    code, _ = peer.socket.receive_close()
    assert code == NOT_TEXT


_EDGES_OF_UTF_8 = [
    "\x7f\x80",
    "\u07ff\u0800",
    "\ud7ff\ue000",
    "\ufffd\uffff",
    "\U00010000\U0010ffff",
]


@pytest.mark.parametrize("fill", _EDGES_OF_UTF_8, ids=ascii)
def test_the_edges_of_utf_8_are_answered(peer: Peer, fill: str) -> None:
    command = peer.command(500, fill)

    peer.send(frame(command))

    peer.assert_answers(command)
