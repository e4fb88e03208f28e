"""Threads for clients that block (Redis, model services): bounded, and ended with the service."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

P = ParamSpec("P")
T = TypeVar("T")

_THREADS_MAX = 8
"""Calls beyond this wait in line; each session has at most one in flight, so the line is short.
What takes longer than Redis must have a pool of its own: heartbeats are sent from this one."""


class Blocking:
    """A pool of threads for blocking calls."""

    def __init__(
        self, reactor: IReactorFromThreads, threads_max: int = _THREADS_MAX, name: str = "blocking"
    ) -> None:
        self._reactor = reactor
        self._pool = ThreadPool(minthreads=1, maxthreads=threads_max, name=name)

    def start(self) -> None:
        """Start the threads."""
        self._pool.start()

    def stop(self) -> None:
        """End the threads after the calls in flight; blocks that long."""
        self._pool.stop()

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        """Call `function` in a thread; fires with its result in the reactor's."""
        deferred: Deferred[T] = deferToThreadPool(
            self._reactor, self._pool, function, *args, **kwargs
        )
        return deferred
