"""Keeps one program running: starts it again, ever more slowly, when it dies."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from standalone.errors import StartFailed
from standalone.processes import ChildProcess
from standalone.tasks import spawn

if TYPE_CHECKING:
    from twisted.internet.epollreactor import EPollReactor

RESTART_SECONDS_FIRST = 0.1
RESTART_SECONDS_MAX = 5.0
STEADY_SECONDS = 30.0
"""A program that ran this long is started again at once, however often it died before."""


class Program(Protocol):
    """What is kept running."""

    name: str
    stop_seconds: float
    """How long it may take to end after SIGTERM."""

    def spawn(self) -> ChildProcess:
        """Start it; StartFailed or OSError when that cannot be done."""

    async def ready(self, child: ChildProcess) -> None:
        """Return when it serves; StartFailed when it ended, or took too long, instead."""

    async def died(self) -> None:
        """Clean up after it, before it is started again."""


class Keeper:
    """One program and its restarts."""

    def __init__(self, reactor: EPollReactor, program: Program, say: Callable[[str], None]) -> None:
        self._reactor = reactor
        self._program = program
        self._say = say
        self._child: ChildProcess | None = None
        self._keeping: Deferred[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Start it for the first time.

        Raises:
            StartFailed: it did not come up; it has been ended.
        """
        await self._bring_up()
        self._keeping = spawn(self._keep(), f"keeping {self._program.name}")

    async def stop(self) -> None:
        """End it for good: SIGTERM, and SIGKILL when that takes too long."""
        self._stopping = True
        if self._keeping is not None:
            self._keeping.cancel()
        if self._child is not None:
            await self._child.stop(self._program.stop_seconds)

    async def _bring_up(self) -> None:
        child = self._child = self._program.spawn()
        try:
            await self._program.ready(child)
        except BaseException:
            child.kill_group()
            raise

    async def _keep(self) -> None:
        deaths_in_a_row = 0
        started = self._reactor.seconds()
        while self._child is not None:
            how = await _end_of(self._child)
            if self._stopping:
                return
            if self._reactor.seconds() - started > STEADY_SECONDS:
                deaths_in_a_row = 0
            self._say(f"{self._program.name} {how}; starting it again")
            await self._program.died()
            await deferLater(self._reactor, restart_delay(deaths_in_a_row))
            deaths_in_a_row += 1
            started = self._reactor.seconds()
            await self._try_again()

    async def _try_again(self) -> None:
        try:
            await self._bring_up()
        except (StartFailed, OSError) as error:
            self._say(f"{self._program.name} did not start: {error}")
        else:
            self._say(f"{self._program.name} is back")


async def _end_of(child: ChildProcess) -> str:
    code = await child.exited()
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def restart_delay(deaths_in_a_row: int) -> float:
    """Seconds to wait before the next start: none at first, then doubling up to a bound."""
    if deaths_in_a_row == 0:
        return 0.0
    doubled = RESTART_SECONDS_FIRST * 2.0 ** min(deaths_in_a_row - 1, 30)
    return min(RESTART_SECONDS_MAX, doubled)
