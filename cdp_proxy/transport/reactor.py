"""The container's reactor: Twisted's epoll reactor with a short way to `doRead`.

Twisted calls each reader through its logging context (who logs what), which nothing here uses: the
container's log lines carry ids of their own. On the relay's path that is a fifth of the CPU time
that a round trip costs (`bench --only relay`).
"""

from __future__ import annotations

import sys
from select import EPOLLIN
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.interfaces import (
    IReactorCore,
    IReactorFDSet,
    IReactorSocket,
    IReactorTCP,
    IReactorThreads,
    IReactorTime,
)
from twisted.internet.main import installReactor
from twisted.logger import Logger
from twisted.python import log

_log = Logger()


class Reactor(
    IReactorCore,
    IReactorTime,
    IReactorFDSet,
    IReactorSocket,
    IReactorTCP,
    IReactorThreads,
):
    """What the container needs of it, as one name for annotations."""


class DirectEPollReactor(EPollReactor):
    """Calls a descriptor that is only readable without a detour; all else as Twisted does."""

    def stop(self) -> None:
        """Begin to end; while it ends already, as with a second SIGTERM, nothing more."""
        if not (self._stopped and self._startedBefore):
            super().stop()

    def doPoll(self, timeout: float | None) -> None:  # noqa: N802
        """Wait for events, at most `timeout` seconds (None: for ever), and handle them."""
        selectables = self._selectables
        try:
            events = self._poller.poll(-1 if timeout is None else timeout, len(selectables))
        except InterruptedError:
            return
        for fd, event in events:
            selectable = selectables.get(fd)
            if selectable is None:
                continue  # closed by the handler of an event before
            if event == EPOLLIN:
                self._read(selectable)
            else:
                log.callWithLogger(selectable, self._doReadOrWrite, selectable, fd, event)

    doIteration = doPoll  # noqa: N815

    def _read(self, selectable: Any) -> None:
        """One `doRead`; what it returns or raises ends the descriptor, as everywhere in Twisted."""
        try:
            why = selectable.doRead()
        except Exception:
            _log.failure("reading failed")
            why = sys.exc_info()[1]
        if why:
            self._disconnectSelectable(selectable, why, True)


def install() -> Reactor:
    """Make it the process's reactor, before anything imports `twisted.internet.reactor`.

    Raises:
        ReactorAlreadyInstalledError: something has imported that already.
    """
    reactor: Any = DirectEPollReactor()
    installReactor(reactor)
    installed: Reactor = reactor
    return installed
