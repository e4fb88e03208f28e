"""Programs that die are started again."""

from __future__ import annotations

import os
import signal
from tempfile import NamedTemporaryFile
from typing import IO

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from standalone.errors import StartFailed
from standalone.keeper import RESTART_SECONDS_MAX, Keeper, restart_delay
from standalone.processes import ChildProcess, Command, ProcessTable


class Sleeper:
    """A real program that is ready at once, unless told to fail."""

    name = "Sleeper"
    stop_seconds = 5.0

    def __init__(self, table: ProcessTable, log: IO[bytes]) -> None:
        self._table = table
        self._log = log
        self.children: list[ChildProcess] = []
        self.swept = 0
        self.fails = 0
        self.restarted: Deferred[None] = Deferred()

    def spawn(self) -> ChildProcess:
        child = self._table.spawn(
            Command(
                arguments=["/bin/sleep", "60"], environment={}, stdout=self._log, stderr=self._log
            )
        )
        self.children.append(child)
        return child

    async def ready(self, child: ChildProcess) -> None:
        if self.fails:
            self.fails -= 1
            raise StartFailed("It did not feel like it.", 1)
        if len(self.children) > 1:
            self.restarted.callback(None)

    async def died(self) -> None:
        self.swept += 1


class KeeperTest(TestCase):
    def setUp(self) -> None:
        log = self.enterContext(NamedTemporaryFile())
        self.program = Sleeper(ProcessTable(reactor), log)
        self.said: list[str] = []
        self.keeper = Keeper(reactor, self.program, self.said.append)

    async def test_a_killed_program_comes_back_after_a_sweep(self) -> None:
        await self.keeper.start()

        os.kill(self.program.children[0].pid, signal.SIGKILL)
        await self.program.restarted

        assert self.program.swept == 1
        await self.keeper.stop()
        assert self.said == [
            "Sleeper was ended by SIGKILL; starting it again",
            "Sleeper is back",
        ]

    async def test_one_that_fails_to_come_back_is_tried_again(self) -> None:
        await self.keeper.start()
        self.program.fails = 2

        os.kill(self.program.children[0].pid, signal.SIGKILL)
        await self.program.restarted

        await self.keeper.stop()
        assert len(self.program.children) == 4
        assert not any(child.alive for child in self.program.children)
        assert self.said.count("Sleeper did not start: It did not feel like it.") == 2

    async def test_one_that_fails_at_first_is_ended_and_not_tried_again(self) -> None:
        self.program.fails = 1

        with pytest.raises(StartFailed):
            await self.keeper.start()
        await self.keeper.stop()

        assert [child.alive for child in self.program.children] == [False]

    async def test_a_stopped_program_stays_down(self) -> None:
        await self.keeper.start()

        await self.keeper.stop()
        await deferToThread(os.sched_yield)

        assert len(self.program.children) == 1
        assert self.said == []


def test_the_first_restart_is_immediate_and_later_ones_wait_longer_up_to_a_bound() -> None:
    delays = [restart_delay(deaths) for deaths in range(1_000)]

    assert delays[:4] == [0.0, 0.1, 0.2, 0.4]
    assert max(delays) == RESTART_SECONDS_MAX
