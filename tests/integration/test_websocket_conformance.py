"""RFC 6455 on `/cdp`: the cases of Autobahn|Testsuite that apply to it.

Where that suite has its message echoed, a CDP command has Chromium evaluate a string and answer
with it. Whoever breaks a rule loses the connection, with the code that says why; a neighbour on
the same session must not even notice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.integration.cdp import CdpClient
from tests.integration.raw_websocket import (
    Opcode,
    RawWebSocket,
    Received,
    close_frame,
    fragments,
    frame,
)
from tests.integration.stack import Stack

NORMAL = 1000
PROTOCOL_ERROR = 1002
NOT_TEXT = 1007
TOO_BIG = 1009
MEBIBYTE = 1024 * 1024
LIMIT_BYTES = 100 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class Peer:
    """A raw client with a page attached, and a well-behaved neighbour on the same session."""

    socket: RawWebSocket
    flat_session: str
    neighbour: CdpClient

    def command(self, size: int, fill: str = "*", command_id: int = 7) -> bytes:
        """A command of exactly so many bytes, whose answer holds a string of `fill`."""
        space = size - len(self._command("", command_id))
        text = fill * (space // len(fill.encode()))
        padded = text.ljust(len(text) + space - len(text.encode()), ".")
        return self._command(padded, command_id)

    def send(self, *frames: bytes, chop_bytes: int | None = None) -> None:
        self.socket.send(*frames, chop_bytes=chop_bytes)

    def assert_answers(self, command: bytes) -> None:
        """The next message answers this one, with the string it holds."""
        asked = json.loads(command)
        text = asked["params"]["expression"].strip("'")
        answer = self.socket.receive_answer()
        assert answer == {
            "id": asked["id"],
            "result": {"result": {"type": "string", "value": text}},
            "sessionId": self.flat_session,
        }

    def assert_pong(self, payload: bytes) -> None:
        assert self.socket.receive() == Received(Opcode.PONG, payload)

    def assert_closed(self, code: int) -> None:
        """The server closes with `code` and a reason, sends nothing more, and lets go."""
        received, reason = self.socket.receive_close()
        assert received == code
        assert reason
        self.send(close_frame(code))
        self.socket.receive_end()
        assert self.neighbour.call("Browser.getVersion")["product"]

    def _command(self, text: str, command_id: int) -> bytes:
        message = {
            "id": command_id,
            "method": "Runtime.evaluate",
            "params": {"expression": f"'{text}'"},
            "sessionId": self.flat_session,
        }
        return json.dumps(message, ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def connect_url(stack: Stack) -> Iterator[str]:
    """One session for all cases."""
    browser = stack.api.create(keepAlive=True)
    yield browser.connect_url
    stack.api.delete(browser.id)


@pytest.fixture(scope="module")
def neighbour(connect_url: str) -> Iterator[CdpClient]:
    with CdpClient(connect_url) as client:
        yield client


@pytest.fixture
def peer(connect_url: str, neighbour: CdpClient) -> Iterator[Peer]:
    targets = neighbour.call("Target.getTargets")["targetInfos"]
    with RawWebSocket(connect_url) as socket:
        yield Peer(socket, socket.attach(targets[0]["targetId"]), neighbour)


def _name(value: object) -> str | None:
    return repr(value)[:24] if isinstance(value, bytes) else None


# Messages of every width of the length, whole and in pieces.


@pytest.mark.parametrize("chop_bytes", [None, 997, 1], ids=["whole", "by-997", "by-1"])
@pytest.mark.parametrize("size", [125, 126, 127, 128, 65535, 65536])
def test_a_text_of_any_size_is_answered(peer: Peer, size: int, chop_bytes: int | None) -> None:
    command = peer.command(size)
    assert len(command) == size

    peer.send(frame(command), chop_bytes=chop_bytes)

    peer.assert_answers(command)


@pytest.mark.parametrize("opcode", [Opcode.TEXT, Opcode.BINARY], ids=["text", "binary"])
@pytest.mark.parametrize("chop_bytes", [None, 1], ids=["whole", "by-1"])
def test_an_empty_message_is_answered_with_an_error(
    peer: Peer, opcode: Opcode, chop_bytes: int | None
) -> None:
    peer.send(frame(b"", opcode), chop_bytes=chop_bytes)

    assert peer.socket.receive_answer()["error"]["code"] == -32700


def test_a_binary_message_is_answered_in_text(peer: Peer) -> None:
    command = peer.command(300)

    peer.send(frame(command, Opcode.BINARY))

    peer.assert_answers(command)


def test_many_messages_in_one_write_are_answered_in_order(peer: Peer) -> None:
    commands = [peer.command(size, command_id=size) for size in range(130, 230)]

    peer.send(*(frame(command) for command in commands))

    for command in commands:
        peer.assert_answers(command)


def test_a_masking_key_of_zeros_is_a_masking_key(peer: Peer) -> None:
    command = peer.command(125)

    peer.send(bytes((0x81, 0x80 | 125)) + bytes(4) + command)

    peer.assert_answers(command)


# Fragments.

_CUTS = [(0,), (1,), (60,), (125,), (0, 0, 0), (1, 0, 1), (40, 40), (0, 125), (1,) * 124]


@pytest.mark.parametrize("chop_bytes", [None, 1], ids=["whole", "by-1"])
@pytest.mark.parametrize("sizes", _CUTS, ids=[f"{cut[:3]}x{len(cut)}" for cut in _CUTS])
def test_a_fragmented_text_is_answered(
    peer: Peer, sizes: tuple[int, ...], chop_bytes: int | None
) -> None:
    command = peer.command(125)

    peer.send(*fragments(command, *sizes), chop_bytes=chop_bytes)

    peer.assert_answers(command)


@pytest.mark.parametrize("chop_bytes", [None, 1], ids=["whole", "by-1"])
def test_pings_between_fragments_are_answered_before_the_text(
    peer: Peer, chop_bytes: int | None
) -> None:
    command = peer.command(2000)
    one, two, three, four = fragments(command, 500, 500, 500)
    pings = [frame(b"first", Opcode.PING), frame(b"second", Opcode.PING)]

    peer.send(one, pings[0], two, three, pings[1], four, chop_bytes=chop_bytes)

    peer.assert_pong(b"first")
    peer.assert_pong(b"second")
    peer.assert_answers(command)


def test_a_pong_between_fragments_is_ignored(peer: Peer) -> None:
    command = peer.command(200)
    one, two = fragments(command, 100)

    peer.send(one, frame(b"unasked", Opcode.PONG), two)

    peer.assert_answers(command)


def test_fragmented_and_whole_texts_alternate(peer: Peer) -> None:
    commands = [peer.command(size, command_id=size) for size in range(200, 220)]
    frames = [
        part
        for number, command in enumerate(commands)
        for part in (fragments(command, 50, 50) if number % 2 else [frame(command)])
    ]

    peer.send(*frames)

    for command in commands:
        peer.assert_answers(command)


def test_code_points_cut_by_fragments_are_put_together(peer: Peer) -> None:
    command = peer.command(400, "κ€𝄞")

    peer.send(*fragments(command, *[1] * 399))

    peer.assert_answers(command)


def _start(opcode: Opcode = Opcode.TEXT) -> bytes:
    return frame(b"{", opcode, final=False)


_MISPLACED = {
    "continuation-first": [frame(b"{}", Opcode.CONTINUATION)],
    "unfinished-continuation-first": [frame(b"{", Opcode.CONTINUATION, final=False)],
    "text-in-text": [_start(), frame(b"{}")],
    "unfinished-text-in-text": [_start(), _start()],
    "binary-in-text": [_start(), frame(b"{}", Opcode.BINARY)],
    "text-in-binary": [_start(Opcode.BINARY), frame(b"{}")],
    "text-after-ping-in-text": [_start(), frame(b"", Opcode.PING), frame(b"{}")],
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


# Pings and pongs.

_PING_PAYLOADS = [b"", b"hello", bytes((0x00, 0xFF, 0xFE, 0xFD, 0xFC, 0x81)), b"\xfe" * 125]


@pytest.mark.parametrize("chop_bytes", [None, 1], ids=["whole", "by-1"])
@pytest.mark.parametrize("payload", _PING_PAYLOADS, ids=_name)
def test_a_ping_gets_its_payload_back(peer: Peer, payload: bytes, chop_bytes: int | None) -> None:
    peer.send(frame(payload, Opcode.PING), chop_bytes=chop_bytes)

    peer.assert_pong(payload)


@pytest.mark.parametrize("chop_bytes", [None, 1], ids=["whole", "by-1"])
def test_ten_pings_get_ten_pongs_in_order(peer: Peer, chop_bytes: int | None) -> None:
    payloads = [f"payload {number}".encode() for number in range(10)]

    peer.send(*(frame(payload, Opcode.PING) for payload in payloads), chop_bytes=chop_bytes)

    for payload in payloads:
        peer.assert_pong(payload)


@pytest.mark.parametrize("payload", [b"", b"unasked"], ids=_name)
def test_an_unasked_pong_is_ignored(peer: Peer, payload: bytes) -> None:
    command = peer.command(125)

    peer.send(frame(payload, Opcode.PONG), frame(b"ping", Opcode.PING), frame(command))

    peer.assert_pong(b"ping")
    peer.assert_answers(command)


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


# What is reserved, unmasked or of a wrong length.

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
        _start(),
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


# UTF-8.

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
    peer.send(_start())
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


# Closing.

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
    peer.send(_start(), close_frame(NORMAL), frame(b"}", Opcode.CONTINUATION))

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
