"""The container's reactor, run for real on a socket pair; not installed as the process's one."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator

import pytest
from twisted.internet.abstract import FileDescriptor
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ReactorNotRunning
from twisted.internet.main import CONNECTION_DONE
from twisted.logger import LogEvent, globalLogPublisher
from twisted.python.failure import Failure
from zope.interface import Interface

from cdp_proxy.transport.reactor import DirectEPollReactor, Reactor

GIVE_UP_SECONDS = 60


class Reader(FileDescriptor):
    """Reads one end of a pair by a function of the test's."""

    def __init__(
        self, reactor: DirectEPollReactor, end: socket.socket, read: Callable[[], object]
    ) -> None:
        super().__init__(reactor)
        self.end = end
        self.read = read
        self.lost: Failure | None = None
        self.startReading()

    def fileno(self) -> int:
        return self.end.fileno()

    def doRead(self) -> object:
        return self.read()

    def connectionLost(self, reason: Failure) -> None:
        self.lost = reason
        self.stopReading()
        if self.reactor.running:
            self.reactor.stop()


@pytest.fixture
def reactor() -> Iterator[DirectEPollReactor]:
    made = DirectEPollReactor()
    made.callLater(GIVE_UP_SECONDS, made.stop)
    yield made
    for descriptor in made.removeAll():
        descriptor.connectionLost(Failure(CONNECTION_DONE))


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def run(reactor: DirectEPollReactor) -> None:
    reactor.run(installSignalHandlers=False)


@pytest.mark.parametrize("interface", Reactor.__bases__, ids=lambda base: base.__name__)
def test_it_is_what_the_container_asks_of_a_reactor(
    reactor: DirectEPollReactor, interface: type[Interface]
) -> None:
    assert interface.providedBy(reactor)


def test_what_arrives_is_read(
    reactor: DirectEPollReactor, ends: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = ends
    got: list[bytes] = []

    def read() -> None:
        got.append(ours.recv(100))
        reactor.stop()

    Reader(reactor, ours, read)
    theirs.send(b"hello")

    run(reactor)

    assert got == [b"hello"]


def test_a_reader_that_says_why_is_let_go(
    reactor: DirectEPollReactor, ends: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = ends
    reader = Reader(reactor, ours, lambda: CONNECTION_DONE)
    theirs.send(b"hello")

    run(reactor)

    assert reader.lost is not None
    assert reader.lost.check(ConnectionDone)
    assert reader not in reactor.getReaders()


@pytest.mark.logs_a_failure
def test_a_reader_that_raises_is_logged_and_let_go(
    reactor: DirectEPollReactor, ends: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = ends
    events: list[LogEvent] = []

    def read() -> None:
        raise ValueError("odd bytes")

    reader = Reader(reactor, ours, read)
    theirs.send(b"hello")
    globalLogPublisher.addObserver(events.append)
    try:
        run(reactor)
    finally:
        globalLogPublisher.removeObserver(events.append)

    assert reader.lost is not None
    assert isinstance(reader.lost.value, ValueError)
    assert any(event.get("log_failure") is not None for event in events)


def test_the_other_end_closing_is_told(
    reactor: DirectEPollReactor, ends: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = ends
    reader = Reader(reactor, ours, lambda: None if ours.recv(100) else CONNECTION_DONE)
    theirs.close()

    run(reactor)

    assert reader.lost is not None


def test_being_told_to_stop_while_it_stops_changes_nothing(reactor: DirectEPollReactor) -> None:
    seen: list[LogEvent] = []
    drained: Deferred[None] = Deferred()

    def told_again() -> Deferred[None]:
        reactor.sigTerm(signal.SIGTERM)
        reactor.callLater(0, reactor.callLater, 0, drained.callback, None)
        return drained

    reactor.addSystemEventTrigger("before", "shutdown", told_again)
    reactor.callWhenRunning(reactor.sigTerm, signal.SIGTERM)
    globalLogPublisher.addObserver(seen.append)
    try:
        reactor.run(installSignalHandlers=False)
    finally:
        globalLogPublisher.removeObserver(seen.append)

    assert drained.called
    assert [event for event in seen if "log_failure" in event] == []


def test_a_reactor_that_does_not_run_cannot_be_stopped(reactor: DirectEPollReactor) -> None:
    with pytest.raises(ReactorNotRunning):
        reactor.stop()
