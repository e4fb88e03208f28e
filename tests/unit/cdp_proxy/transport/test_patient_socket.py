"""In memory, by a clock; on loopback: `test_cdp_socket.py` and `test_channel_socket.py`."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from cdp_proxy.core.close_codes import CloseCode
from cdp_proxy.transport.patient_socket import (
    Handoff,
    Patience,
    PatientSocket,
    PatientSocketFactory,
)
from shared.limits import CDP_MESSAGE_BYTES_MAX
from tests.fakes.reactor import installed_reactor

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
MASK = bytes(4)


class Recorded(PatientSocket):
    """Writes down what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def _before_close(self) -> None:
        self.told.append("before close")

    def _drained(self) -> None:
        self.told.append("drained")

    def _gone(self) -> None:
        self.told.append("gone")


class Wire(StringTransport):
    aborted = False

    def abortConnection(self) -> None:  # noqa: N802
        self.aborted = True


class Line:
    """A connection whose handshake is done."""

    def __init__(self, void_at: float | None = None) -> None:
        self.clock = Clock()
        patience = Patience(ping_seconds=1000, pong_seconds=1000, close_seconds=5)
        self.factory = PatientSocketFactory(self.clock, patience)
        self.socket = Recorded()
        self.socket.void_at = void_at
        self.socket.factory = self.factory
        peer = IPv4Address("TCP", "127.0.0.1", 4711)
        self.transport = Wire(peerAddress=peer)
        self.socket.makeConnection(self.transport)
        self.socket.dataReceived(HANDSHAKE)
        assert b"101" in self.transport.value()
        self.transport.clear()
        self.transport.registerProducer(self.socket, True)
        self.socket.take_transport()

    def receive_close(self, code: int) -> None:
        payload = struct.pack(">H", code)
        self.socket.dataReceived(bytes((0x88, 0x80 | len(payload))) + MASK + payload)

    def lose(self) -> None:
        self.socket.connectionLost(Failure(ConnectionDone()))

    @property
    def aborted(self) -> bool:
        return self.transport.aborted


@pytest.fixture
def line() -> Iterator[Line]:
    yield Line()
    for call in installed_reactor().getDelayedCalls():
        if "_BatchedTimer" in str(call):  # txaio leaves the timers of buckets it has emptied
            call.cancel()


def test_a_close_has_its_code_and_its_reason(line: Line) -> None:
    line.socket.close(CloseCode.GOING_AWAY, "Bye.")

    assert line.transport.value() == b"\x88\x06" + struct.pack(">H", 1001) + b"Bye."
    assert line.socket.told == ["before close"]


def test_a_connection_whose_token_is_void_is_closed(line: Line) -> None:
    short = Line(void_at=60)
    short.clock.advance(59)
    assert short.transport.value() == b""

    short.clock.advance(1)

    reason = b"The token has expired."
    assert short.transport.value() == b"\x88\x18" + struct.pack(">H", 4008) + reason
    short.receive_close(4008)
    short.lose()
    assert short.clock.getDelayedCalls() == []


def test_a_connection_that_has_gone_is_not_closed_later(line: Line) -> None:
    short = Line(void_at=60)

    short.lose()

    assert short.clock.getDelayedCalls() == []


def test_only_the_first_close_counts(line: Line) -> None:
    line.socket.close(CloseCode.NORMAL, "")
    line.transport.clear()

    line.socket.close(CloseCode.TOO_SLOW, "again")

    assert line.transport.value() == b""


def test_who_does_not_hang_up_is_hung_up_on(line: Line) -> None:
    line.socket.close(CloseCode.NORMAL, "")
    line.clock.advance(4.9)
    patient = line.aborted

    line.clock.advance(0.1)

    assert (patient, line.aborted) == (False, True)


def test_who_closes_and_does_not_read_the_reply_is_hung_up_on(line: Line) -> None:
    line.receive_close(1000)

    line.clock.advance(5)

    assert line.aborted


def test_the_end_of_the_connection_is_told_once_and_leaves_no_timer(line: Line) -> None:
    line.socket.close(CloseCode.NORMAL, "")

    line.lose()

    assert line.socket.told == ["before close", "gone"]
    assert [str(call) for call in line.clock.getDelayedCalls() if "abort" in str(call)] == []
    line.socket.close(CloseCode.NORMAL, "")
    assert line.socket.told == ["before close", "gone"]


def test_it_hears_of_a_client_that_does_not_keep_up(line: Line) -> None:
    line.socket.pauseProducing()
    full = line.socket._full
    line.socket.resumeProducing()

    assert (full, line.socket._full) == (True, False)
    assert line.socket.told == ["drained"]
    line.socket.stopProducing()
    assert line.socket.told == ["drained"]


def test_it_is_its_own_once_it_has_taken_the_transport(line: Line) -> None:
    assert line.socket.upgraded
    assert line.transport.producer is line.socket
    assert not Recorded().upgraded


def test_a_close_frame_that_breaks_the_rules_is_complained_about_before_the_end(
    line: Line,
) -> None:
    line.receive_close(999)

    assert line.transport.value().startswith(b"\x88")
    assert not line.aborted


def test_messages_have_chromiums_bound_and_are_not_compressed(line: Line) -> None:
    assert line.factory.maxMessagePayloadSize == CDP_MESSAGE_BYTES_MAX
    assert line.factory.autoPingInterval == 1000
    assert line.factory.perMessageCompressionAccept([]) is None


def test_a_socket_is_prepared_when_it_is_handed_over() -> None:
    prepared: list[PatientSocket] = []
    socket = Recorded()

    assert Handoff(socket, prepared.append).buildProtocol(None) is socket
    assert prepared == [socket]


@pytest.mark.parametrize("hook", ["_before_close", "_drained", "_gone"])
def test_what_a_socket_carries_is_its_own_affair(hook: str) -> None:
    with pytest.raises(NotImplementedError):
        getattr(PatientSocket(), hook)()
