"""Signals become calls, one for each delivery."""

from __future__ import annotations

import os
import signal

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from standalone.signals import SignalSource


class SignalSourceTest(TestCase):
    async def test_each_delivery_is_one_call(self) -> None:
        heard: list[str] = []
        done: Deferred[None] = Deferred()
        source = SignalSource(
            reactor,
            {
                signal.SIGUSR1: lambda: heard.append("one"),
                signal.SIGUSR2: lambda: done.callback(None),
            },
        )
        before = signal.set_wakeup_fd(-1)
        handlers = {number: signal.getsignal(number) for number in (10, 12)}
        source.install()

        os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGUSR2)
        await done

        source.close()
        signal.set_wakeup_fd(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        assert heard == ["one", "one"]
