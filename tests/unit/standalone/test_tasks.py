"""Coroutines are started in one place, and none fails unheard."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from standalone.tasks import spawn


class SpawnTest(SynchronousTestCase):
    def test_a_failure_is_logged_and_does_not_spread(self) -> None:
        async def fail() -> None:
            raise LookupError

        self.successResultOf(spawn(fail(), "a test"))

        assert len(self.flushLoggedErrors(LookupError)) == 1

    def test_a_cancelled_one_ends_quietly(self) -> None:
        async def wait() -> None:
            await Deferred()

        running = spawn(wait(), "a test")
        running.cancel()

        self.successResultOf(running)
