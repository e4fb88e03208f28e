"""What the container needs of Twisted's reactor, as one name for annotations."""

from __future__ import annotations

from twisted.internet.interfaces import (
    IReactorCore,
    IReactorFDSet,
    IReactorFromThreads,
    IReactorSocket,
    IReactorTCP,
    IReactorTime,
)


class Reactor(
    IReactorCore, IReactorTime, IReactorFDSet, IReactorSocket, IReactorTCP, IReactorFromThreads
):
    """The epoll reactor is one."""
