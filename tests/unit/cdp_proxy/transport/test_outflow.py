from __future__ import annotations

from collections.abc import Generator
from typing import Any, cast

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from cdp_proxy.transport.answers import Alive
from cdp_proxy.transport.outflow import STALLED_SECONDS, Outflow
from tests.fakes.container import Immediate, clock_at
from tests.fakes.web_request import FakeRequest


class Sending:
    """One answer on its way."""

    def __init__(self, *chunks: bytes, failure: Exception | None = None) -> None:
        self.clock: Clock = clock_at()
        self.request: Any = FakeRequest()
        self.alive = Alive(self.request)
        self.made = 0
        self.closed = False
        self.error: BaseException | None = None
        self._chunks, self._failure = chunks, failure
        self.outflow = Outflow(self.clock, cast("Any", Immediate()), self.request, self.alive)

    def start(self) -> None:
        sending = Deferred.fromCoroutine(self.outflow.send(self._generate()))
        sending.addErrback(self._failed)

    def _generate(self) -> Generator[bytes, None, None]:
        try:
            for chunk in self._chunks:
                self.made += 1
                yield chunk
            if self._failure is not None:
                raise self._failure
        finally:
            self.closed = True

    def _failed(self, failure: Failure) -> None:
        self.error = failure.value


class FullAfterEach(FakeRequest):
    """A client that does not keep up."""

    def write(self, data: bytes) -> None:
        super().write(data)
        self.producer.pauseProducing()


def slow(*chunks: bytes) -> Sending:
    sending = Sending(*chunks)
    sending.request = FullAfterEach()
    sending.alive = Alive(sending.request)
    sending.outflow = Outflow(
        sending.clock, cast("Any", Immediate()), sending.request, sending.alive
    )
    sending.start()
    return sending


def test_all_chunks_are_written_and_the_answer_ends() -> None:
    sending = Sending(b"one", b"two")

    sending.start()

    assert sending.request.written == [b"one", b"two"]
    assert sending.request.finished
    assert sending.request.producer is None
    assert sending.closed


def test_no_chunk_is_made_before_the_client_has_read() -> None:
    sending = slow(b"one", b"two")
    assert (sending.made, sending.request.written) == (1, [b"one"])

    sending.request.producer.resumeProducing()
    assert sending.made == 2
    assert not sending.request.finished

    sending.request.producer.resumeProducing()
    assert sending.request.finished


def test_a_client_that_stops_reading_is_cut_off() -> None:
    sending = slow(b"one", b"two")

    sending.clock.advance(STALLED_SECONDS + 1)

    assert sending.request.transport.aborted
    assert sending.closed
    assert sending.error is None
    assert not sending.request.finished


def test_a_client_that_leaves_ends_it() -> None:
    sending = slow(b"one", b"two", b"three")

    sending.request.leave()

    assert sending.request.written == [b"one"]
    assert sending.closed
    assert not sending.request.finished


def test_a_client_that_leaves_at_the_last_chunk_is_not_answered_any_more() -> None:
    sending = slow(b"one")

    sending.request.leave()

    assert sending.closed
    assert not sending.request.finished
    assert sending.error is None


def test_resuming_what_is_not_paused_is_harmless() -> None:
    sending = Sending(b"one")

    sending.outflow.resumeProducing()
    sending.start()

    assert sending.request.finished


def test_a_body_that_comes_out_short_is_not_passed_off_as_whole() -> None:
    sending = Sending(b"one", failure=EOFError("shorter"))

    sending.start()

    assert sending.request.transport.aborted
    assert sending.alive.gone
    assert sending.error is None


@pytest.mark.parametrize("failure", [OSError("disk"), ValueError("bug")])
def test_any_other_failure_cuts_off_and_comes_out(failure: Exception) -> None:
    sending = Sending(b"one", failure=failure)

    sending.start()

    assert sending.request.transport.aborted
    assert sending.error is failure
    assert sending.closed


def test_it_can_be_cut_off_at_any_time() -> None:
    sending = slow(b"one", b"two")

    sending.outflow.cut_off()

    assert sending.request.transport.aborted
    assert sending.closed
    assert not sending.request.finished
