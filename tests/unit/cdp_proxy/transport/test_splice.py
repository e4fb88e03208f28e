"""Both sides on transports in memory; that real sockets agree is in `integration/relay`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure

from cdp_proxy.core.close_codes import CloseCode
from cdp_proxy.core.frame_edges import close_frame
from cdp_proxy.core.frames import text_header
from cdp_proxy.transport.splice import HEAD_SECONDS, Splice
from shared.session_state import EndReason
from tests.fakes.container import clock_at

SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
LOST = close_frame(int(CloseCode.GOING_AWAY), EndReason.CONTAINER_LOST.text)
REFUSED = b"refused"


@dataclass
class MemoryTransport:
    """Remembers what is done to it."""

    written: bytes = b""
    done: list[str] = field(default_factory=list)
    producer: Any = None
    reading: bool = True
    connected: bool = True
    disconnecting: bool = False

    def write(self, data: bytes) -> None:
        assert not self.done, "nothing may be written after the end"
        self.written += data

    def registerProducer(self, producer: object, streaming: bool) -> None:  # noqa: N802
        assert self.producer is None
        assert streaming
        self.producer = producer

    def unregisterProducer(self) -> None:  # noqa: N802
        self.producer = None

    def pauseProducing(self) -> None:
        self.reading = False

    def resumeProducing(self) -> None:
        self.reading = True

    def loseConnection(self) -> None:  # noqa: N802
        assert self.producer is None, "Twisted would wait for the producer"
        self.done.append("lose")

    def loseWriteConnection(self) -> None:  # noqa: N802
        assert self.producer is None, "Twisted would wait for the producer"
        self.done.append("end of writing")

    def abortConnection(self) -> None:  # noqa: N802
        self.done.append("abort")


class Spliced:
    def __init__(self, *, upgrade: bool = True, early: bytes = b"") -> None:
        self.clock = clock_at()
        self.over = 0
        self.splice = Splice(
            self.clock, lambda transport: transport.write(REFUSED), self.note, upgrade=upgrade
        )
        self.client, self.owner = MemoryTransport(), MemoryTransport()
        self.splice.owner.makeConnection(self.owner)  # type: ignore[arg-type]
        self.splice.client.makeConnection(self.client)  # type: ignore[arg-type]
        self.splice.join(early)

    def note(self, splice: Splice) -> None:
        assert splice is self.splice
        self.over += 1

    def from_owner(self, data: bytes) -> None:
        self.splice.owner.dataReceived(data)

    def from_client(self, data: bytes) -> None:
        self.splice.client.dataReceived(data)

    def switched(self) -> Spliced:
        self.from_owner(SWITCH)
        self.client.written = b""
        return self


def frame(payload: bytes) -> bytes:
    return text_header(len(payload)) + payload


class TestAnswers:
    def test_an_ordinary_answer_goes_out_and_nothing_more_goes_in(self) -> None:
        spliced = Spliced(upgrade=False, early=b"GET /metrics HTTP/1.1")

        spliced.from_owner(b"HTTP/1.1 20")
        spliced.from_owner(b"0 OK\r\n\r\nbody")
        spliced.from_client(b"another request")

        assert spliced.client.written == b"HTTP/1.1 200 OK\r\n\r\nbody"
        assert spliced.owner.written == b""

    def test_a_refused_upgrade_is_an_ordinary_answer(self) -> None:
        spliced = Spliced(early=b"early")

        spliced.from_owner(b"HTTP/1.1 410 Gone\r\n\r\n{}")

        assert spliced.client.written == b"HTTP/1.1 410 Gone\r\n\r\n{}"
        assert spliced.owner.written == b""
        assert spliced.client.reading

    def test_nothing_is_taken_from_a_client_before_the_switch(self) -> None:
        spliced = Spliced(early=b"early")
        assert not spliced.client.reading
        assert spliced.owner.written == b""

        spliced.from_owner(SWITCH[:20])
        assert spliced.client.written == b""
        spliced.from_owner(SWITCH[20:])

        assert spliced.client.written == SWITCH
        assert spliced.owner.written == b"early"
        assert spliced.client.reading

    def test_after_the_switch_everything_passes_both_ways(self) -> None:
        spliced = Spliced().switched()

        spliced.from_owner(frame(b"down"))
        spliced.from_client(b"\x81\x82maskup")

        assert spliced.client.written == frame(b"down")
        assert spliced.owner.written == b"\x81\x82maskup"

    def test_each_side_is_held_up_by_the_other(self) -> None:
        spliced = Spliced().switched()

        assert spliced.client.producer is spliced.owner
        assert spliced.owner.producer is spliced.client

    def test_an_owner_that_never_answers_is_given_up(self) -> None:
        spliced = Spliced()

        spliced.clock.advance(HEAD_SECONDS)

        assert spliced.client.done == spliced.owner.done == ["abort"]

    def test_an_endless_head_is_given_up(self) -> None:
        spliced = Spliced()

        spliced.from_owner(SWITCH[:30] + b"x" * 70_000)

        assert spliced.client.done == ["abort"]


class TestTheOwnersEnd:
    def test_before_its_answer_the_client_gets_one_of_ours(self) -> None:
        spliced = Spliced()

        spliced.splice.owner.readConnectionLost()

        assert spliced.client.written == REFUSED
        assert spliced.client.done == ["lose"]

    def test_after_a_whole_answer_the_connection_ends(self) -> None:
        spliced = Spliced(upgrade=False)
        spliced.from_owner(b"HTTP/1.1 200 OK\r\n\r\n")

        spliced.splice.owner.readConnectionLost()

        assert spliced.client.done == ["lose"]

    def test_a_reset_in_an_answer_is_passed_on(self) -> None:
        spliced = Spliced(upgrade=False)
        spliced.from_owner(b"HTTP/1.1 200 OK\r\n\r\nhalf of")

        spliced.splice.owner.connectionLost(Failure(ConnectionLost()))

        assert spliced.client.done == ["abort"]

    def test_after_a_close_frame_its_half_is_ended(self) -> None:
        spliced = Spliced().switched()
        goodbye = close_frame(1000, "The session was released.")
        spliced.from_owner(goodbye)

        spliced.splice.owner.readConnectionLost()

        assert spliced.client.written == goodbye
        assert spliced.client.done == ["end of writing"]

    @pytest.mark.parametrize("way", ["end", "reset"])
    def test_without_a_close_frame_it_has_been_lost(self, way: str) -> None:
        spliced = Spliced().switched()
        spliced.from_owner(frame(b"last"))

        if way == "end":
            spliced.splice.owner.readConnectionLost()
        else:
            spliced.splice.owner.connectionLost(Failure(ConnectionLost()))

        assert spliced.client.written == frame(b"last") + LOST
        assert spliced.client.done == ["lose"]

    def test_in_the_midst_of_a_frame_there_is_no_room_for_words(self) -> None:
        spliced = Spliced().switched()
        spliced.from_owner(frame(b"x" * 200)[:100])

        spliced.splice.owner.readConnectionLost()

        assert spliced.client.done == ["abort"]

    def test_an_end_is_told_once(self) -> None:
        spliced = Spliced().switched()

        spliced.splice.owner.readConnectionLost()
        spliced.splice.owner.connectionLost(Failure(ConnectionLost()))

        assert spliced.client.written == LOST


class TestTheClientsEnd:
    def test_its_half_ends_the_owners(self) -> None:
        spliced = Spliced().switched()

        spliced.splice.client.readConnectionLost()

        assert spliced.owner.done == ["end of writing"]

    def test_both_halves_ended_end_it_all(self) -> None:
        spliced = Spliced().switched()

        spliced.splice.client.readConnectionLost()
        spliced.splice.owner.readConnectionLost()

        assert spliced.owner.done == ["end of writing", "lose"]

    def test_its_reset_is_passed_on(self) -> None:
        spliced = Spliced().switched()

        spliced.splice.client.connectionLost(Failure(ConnectionLost()))

        assert spliced.owner.done == ["abort"]

    def test_who_waits_for_an_ordinary_answer_may_have_ended_his_half(self) -> None:
        spliced = Spliced(upgrade=False)

        spliced.splice.client.readConnectionLost()
        spliced.from_owner(b"HTTP/1.1 200 OK\r\n\r\n")

        assert spliced.owner.done == []
        assert spliced.client.written == b"HTTP/1.1 200 OK\r\n\r\n"

    def test_who_left_before_the_two_were_joined_leaves_nothing(self) -> None:
        clock, over = clock_at(), []
        splice = Splice(clock, lambda _: None, over.append, upgrade=True)
        transport = MemoryTransport()
        splice.owner.makeConnection(transport)  # type: ignore[arg-type]

        splice.abandon()
        splice.owner.connectionLost(Failure(ConnectionLost()))

        assert transport.done == ["abort"]
        assert over == [splice]
        assert clock.getDelayedCalls() == []


def test_it_can_be_ended_from_here_with_a_word() -> None:
    spliced = Spliced().switched()

    spliced.splice.close(CloseCode.GOING_AWAY, "Shutting down.")

    assert spliced.client.written == close_frame(1001, "Shutting down.")
    assert spliced.client.done == spliced.owner.done == ["lose"]


def test_before_the_owners_answer_the_word_is_an_answer() -> None:
    spliced = Spliced()

    spliced.splice.close(CloseCode.GOING_AWAY, "Shutting down.")

    assert spliced.client.written == REFUSED


def test_it_is_ended_from_here_once() -> None:
    spliced = Spliced().switched()

    for _ in range(2):
        spliced.splice.close(CloseCode.GOING_AWAY, "Shutting down.")

    assert spliced.client.done == ["lose"]


def test_a_side_that_does_not_end_in_time_is_cut_off() -> None:
    spliced = Spliced().switched()
    spliced.splice.owner.readConnectionLost()

    spliced.clock.advance(5)

    assert spliced.client.done == ["lose", "abort"]


def test_an_answer_that_is_told_to_end_is_not_waited_for_either() -> None:
    spliced = Spliced(upgrade=False)
    spliced.from_owner(b"HTTP/1.1 200 OK\r\n\r\nso far")

    spliced.splice.close(CloseCode.GOING_AWAY, "The container is shutting down.")
    spliced.splice.owner.connectionLost(Failure(ConnectionDone()))
    spliced.clock.advance(5.0)

    assert spliced.client.done[-1] == "abort"


def test_it_is_over_once_both_have_ended() -> None:
    spliced = Spliced().switched()

    spliced.splice.client.connectionLost(Failure(ConnectionDone()))
    assert spliced.over == 0
    spliced.splice.owner.connectionLost(Failure(ConnectionDone()))

    assert spliced.over == 1
    assert spliced.clock.getDelayedCalls() == []
