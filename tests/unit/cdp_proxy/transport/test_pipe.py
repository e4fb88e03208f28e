from __future__ import annotations

import socket

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import TestCase

from cdp_proxy.transport.pipe import Pipe, PipeSocket
from tests.fakes.reactor import installed_reactor, turn


class Recorded(Pipe):
    """A pipe that remembers what it told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[object] = []
        self.on_message = self.told.append
        self.on_batch = lambda: self.told.append("batch")
        self.on_lost = lambda: self.told.append("lost")
        self.on_pressure = lambda full: self.told.append(("pressure", full))


def messages_of(pipe: Recorded) -> list[object]:
    return [told for told in pipe.told if isinstance(told, bytes)]


def test_what_is_read_at_once_is_one_batch() -> None:
    pipe = Recorded()
    pipe.dataReceived(b"one\0two\0thr")
    pipe.dataReceived(b"ee\0")

    assert pipe.told == [b"one", b"two", "batch", b"three", "batch"]


def test_half_a_message_is_no_batch() -> None:
    pipe = Recorded()
    pipe.dataReceived(b"half")

    assert pipe.told == []


@given(st.lists(st.binary().map(lambda text: text.replace(b"\0", b""))), st.data())
def test_messages_survive_any_chunking(texts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(text + b"\0" for text in texts)
    pipe = Recorded()
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        pipe.dataReceived(stream[:size])
        stream = stream[size:]

    assert messages_of(pipe) == texts


def test_queued_messages_are_written_together() -> None:
    pipe, transport = Recorded(), StringTransport()
    pipe.makeConnection(transport)
    pipe.queue(b"one")
    pipe.queue(b"two")
    assert transport.value() == b""

    pipe.flush()
    pipe.flush()

    assert transport.value() == b"one\0two\0"


def test_pressure_is_told_both_ways() -> None:
    pipe = Recorded()
    pipe.makeConnection(StringTransport())
    pipe.pauseProducing()
    pipe.resumeProducing()
    pipe.stopProducing()

    assert pipe.told == [("pressure", True), ("pressure", False)]


class TestPipeSocket(TestCase):
    """On a real socketpair and the real reactor."""

    def setUp(self) -> None:
        self.reactor = installed_reactor()
        ours, self.theirs = socket.socketpair()
        self.addCleanup(self.theirs.close)
        self.pipe = Recorded()
        self.transport = PipeSocket(installed_reactor(), ours, self.pipe)
        self.addCleanup(self.transport.abort)

    def next_call(self, name: str) -> Deferred[None]:
        """Fires after the next call of a callback."""
        told: Deferred[None] = Deferred()
        before = getattr(self.pipe, name)

        def call(*args: object) -> None:
            before(*args)
            if not told.called:
                told.callback(None)

        setattr(self.pipe, name, call)
        return told

    async def test_messages_cross_in_both_directions(self) -> None:
        batch = self.next_call("on_batch")
        self.theirs.sendall(b"hello\0")
        await batch
        self.pipe.send(b"world")

        self.assertEqual(self.pipe.told, [b"hello", "batch"])
        self.assertEqual(self.theirs.recv(100), b"world\0")

    async def test_the_browsers_end_is_noticed(self) -> None:
        lost = self.next_call("on_lost")
        self.theirs.close()
        await lost

        self.assertEqual(self.pipe.told, ["lost"])

    async def test_aborting_inside_a_message_loses_once(self) -> None:
        self.pipe.on_message = lambda _message: self.transport.abort()
        lost = self.next_call("on_lost")
        self.theirs.sendall(b"one\0")
        await lost
        await turn()

        self.assertEqual(self.pipe.told.count("lost"), 1)

    async def test_a_write_after_the_end_is_harmless(self) -> None:
        self.transport.abort()
        self.pipe.send(b"late")

        self.assertEqual(self.pipe.told, ["lost"])

    async def test_a_browser_that_does_not_read_is_pressure_until_it_does(self) -> None:
        self.pipe.send(b"x" * 4_000_000)
        self.assertEqual(self.pipe.told, [("pressure", True)])

        relieved = self.next_call("on_pressure")
        self.theirs.setblocking(False)
        received = bytearray()
        while not relieved.called:
            try:
                received += self.theirs.recv(1 << 20)
            except BlockingIOError:
                await turn()

        self.assertEqual(self.pipe.told, [("pressure", True), ("pressure", False)])
