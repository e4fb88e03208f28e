from __future__ import annotations

import os

from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase

from cdp_proxy.transport.stderr_tail import StderrTail
from tests.fakes.reactor import installed_reactor, turn


class TestStderrTail(TestCase):
    def setUp(self) -> None:
        self.reactor = installed_reactor()
        self.tail = StderrTail(installed_reactor())
        self.addCleanup(self.tail.close)
        self.writer = os.dup(self.tail.write_fd)
        self.tail.close_write_end()

    def end(self) -> None:
        os.close(self.writer)

    async def test_the_end_of_what_was_written_is_one_line(self) -> None:
        os.write(self.writer, b"first\n  second\xff\n")

        self.assertEqual(self.tail.text(), "first second\ufffd")
        self.end()

    async def test_only_the_end_is_kept(self) -> None:
        os.write(self.writer, b"early " + b"x" * 5000 + b" late")

        text = self.tail.text()

        self.assertLessEqual(len(text), 4096)
        self.assertTrue(text.endswith("late"))
        self.end()

    async def test_it_is_read_so_that_the_writer_never_blocks(self) -> None:
        os.set_blocking(self.writer, False)
        for _ in range(8):
            os.write(self.writer, b"x" * 60_000)
            await turn()
        os.write(self.writer, b" end")
        self.end()

        self.assertTrue(self.tail.text().endswith("end"))

    async def test_it_closes_itself_when_all_writers_have_gone(self) -> None:
        os.write(self.writer, b"bye")
        self.end()
        while self.tail.fileno() != -1:
            await turn()

        self.assertEqual(self.tail.text(), "bye")

    async def test_closing_twice_is_harmless(self) -> None:
        self.tail.close()
        self.tail.connectionLost(Failure(ConnectionError()))

        self.assertEqual(self.tail.fileno(), -1)
        self.end()
