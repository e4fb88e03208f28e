"""Messages of every width of the length, whole, in pieces and in fragments; pings between them."""

from __future__ import annotations

import pytest

from tests.integration.raw_websocket import Opcode, fragments, frame
from tests.integration.websocket_conformance.peer import Peer, name_of


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


_PING_PAYLOADS = [b"", b"hello", bytes((0x00, 0xFF, 0xFE, 0xFD, 0xFC, 0x81)), b"\xfe" * 125]


@pytest.mark.parametrize("chop_bytes", [None, 1], ids=["whole", "by-1"])
@pytest.mark.parametrize("payload", _PING_PAYLOADS, ids=name_of)
def test_a_ping_gets_its_payload_back(peer: Peer, payload: bytes, chop_bytes: int | None) -> None:
    peer.send(frame(payload, Opcode.PING), chop_bytes=chop_bytes)

    peer.assert_pong(payload)


@pytest.mark.parametrize("chop_bytes", [None, 1], ids=["whole", "by-1"])
def test_ten_pings_get_ten_pongs_in_order(peer: Peer, chop_bytes: int | None) -> None:
    payloads = [f"payload {number}".encode() for number in range(10)]

    peer.send(*(frame(payload, Opcode.PING) for payload in payloads), chop_bytes=chop_bytes)

    for payload in payloads:
        peer.assert_pong(payload)


@pytest.mark.parametrize("payload", [b"", b"unasked"], ids=name_of)
def test_an_unasked_pong_is_ignored(peer: Peer, payload: bytes) -> None:
    command = peer.command(125)

    peer.send(frame(payload, Opcode.PONG), frame(b"ping", Opcode.PING), frame(command))

    peer.assert_pong(b"ping")
    peer.assert_answers(command)
