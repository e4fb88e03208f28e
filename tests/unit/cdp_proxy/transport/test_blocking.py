from __future__ import annotations

import threading

from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from cdp_proxy.transport.blocking import Blocking
from tests.fakes.reactor import installed_reactor


class TestBlocking(TestCase):
    def setUp(self) -> None:
        self.blocking = Blocking(installed_reactor())
        self.blocking.start()
        self.addCleanup(self.blocking.stop)

    async def test_the_result_comes_back_to_the_reactors_thread(self) -> None:
        thread = await self.blocking.run(threading.get_ident)

        self.assertNotEqual(thread, threading.get_ident())

    async def test_arguments_are_passed_on(self) -> None:
        self.assertEqual(await self.blocking.run(sorted, [1, 2], reverse=True), [2, 1])

    async def test_an_exception_is_the_callers(self) -> None:
        with self.assertRaises(ZeroDivisionError):
            await self.blocking.run(divmod, 1, 0)

    async def test_stopping_waits_for_calls_in_flight(self) -> None:
        begun, release, ended = threading.Event(), threading.Event(), threading.Event()
        blocking = Blocking(installed_reactor())
        blocking.start()

        def slow() -> None:
            begun.set()
            release.wait(60)
            ended.set()

        result = blocking.run(slow)
        begun.wait(60)
        stopping = deferToThread(blocking.stop)
        release.set()
        await stopping

        self.assertTrue(ended.is_set())
        await result
