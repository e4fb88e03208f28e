"""Ends a container that nobody has used for a while: one that was started for those in line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from cdp_proxy.transport.tasks import spawn

_log = Logger()


class IdleExit:
    """Watches the clock while the container is idle."""

    def __init__(
        self,
        reactor: IReactorTime,
        idle_seconds: float,
        retire: Callable[[], Awaitable[bool]],
        leave: Callable[[], None],
    ) -> None:
        """Take what is needed to go.

        Args:
            reactor: for the clock.
            idle_seconds: how long nobody may use it; 0: for ever.
            retire: takes the container out of placement, unless somebody is on his way to it.
            leave: ends the process in order.
        """
        self._reactor = reactor
        self._idle_seconds = idle_seconds
        self._retire = retire
        self._leave = leave
        self._timer: IDelayedCall | None = None
        self._in_use = False

    def use(self, in_use: bool) -> None:
        """Whether anybody uses the container; the first call begins the watch."""
        self._in_use = in_use
        self.stop()
        if not in_use and self._idle_seconds > 0:
            self._timer = self._reactor.callLater(self._idle_seconds, self._consider)

    def stop(self) -> None:
        """Watch no more."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _consider(self) -> None:
        spawn(self._go(), "leaving an idle container")

    async def _go(self) -> None:
        if await self._retire():
            _log.info("nobody has used this container for {seconds} s", seconds=self._idle_seconds)
            self._leave()
        else:
            self.use(self._in_use)
