from __future__ import annotations

import socket

from twisted.internet.defer import Deferred
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import TestCase

from cdp_proxy.transport.immediate import write_now
from cdp_proxy.transport.pipe import Pipe, PipeSocket
from tests.fakes.reactor import installed_reactor, turn


def test_what_is_no_plain_socket_is_written_to_as_usual() -> None:
    transport = StringTransport()

    write_now(transport, b"data")

    assert transport.value() == b"data"


class TestOnASocketpair(TestCase):
    def setUp(self) -> None:
        self.reactor = installed_reactor()
        self.ours, self.theirs = socket.socketpair()
        self.addCleanup(self.theirs.close)
        self.pipe = Pipe()
        self.transport = PipeSocket(installed_reactor(), self.ours, self.pipe)
        self.addCleanup(self.transport.abort)

    async def test_what_the_kernel_takes_is_there_at_once(self) -> None:
        write_now(self.transport, b"now")

        self.assertEqual(self.theirs.recv(10), b"now")

    async def test_what_it_does_not_take_follows_in_order(self) -> None:
        sent = [bytes([65 + number]) * 700_000 for number in range(5)]
        for data in sent:
            write_now(self.transport, data)

        self.assertEqual(await self.received(3_500_000), b"".join(sent))

    async def test_a_broken_connection_is_noticed_by_the_reactor(self) -> None:
        lost: Deferred[None] = Deferred()
        self.pipe.on_lost = lambda: lost.callback(None)
        self.theirs.close()
        write_now(self.transport, b"into the void")

        await lost

    async def test_nothing_is_sent_after_the_end(self) -> None:
        self.transport.abort()

        write_now(self.transport, b"late")

        self.assertEqual(self.theirs.recv(10), b"")

    async def received(self, size: int) -> bytes:
        self.theirs.setblocking(False)
        data = bytearray()
        while len(data) < size:
            try:
                data += self.theirs.recv(1 << 20)
            except BlockingIOError:
                await turn()
        return bytes(data)
