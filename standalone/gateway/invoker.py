"""The Chalice app as Lambda runs it, in a bounded pool of threads.

Lambda runs one request per process; Chalice therefore keeps the current request on the app object.
Here many run at once, so the app's class gets a subclass in which these attributes are per thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from chalice.app import Chalice
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from shared.clock import Clock

if TYPE_CHECKING:
    from twisted.internet.epollreactor import EPollReactor

THREADS_MAX = 64
"""Requests that run at once; most of them wait for a browser or for Redis."""
WAITING_MAX = 256
"""Requests that wait for a thread; one more is refused."""
INTEGRATION_TIMEOUT_SECONDS = 29.0
"""API Gateway's limit on an integration; the function itself is not interrupted by it."""

Result = dict[str, Any]


class _DaemonThread(threading.Thread):
    """A function that hangs must not keep the process from ending."""

    def __init__(self, **options: Any) -> None:
        super().__init__(daemon=True, **options)


class Overloaded(Exception):
    """Too many requests are running and waiting."""


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """The part of Lambda's context object that does not describe AWS."""

    aws_request_id: str
    deadline: float
    """Epoch seconds."""
    clock: Clock
    function_name: str = "standalone"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 1_024

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would end the function."""
        return max(0, int((self.deadline - self.clock()) * 1_000))


class Invoker:
    """Calls the app's handlers in threads."""

    def __init__(self, reactor: EPollReactor, app: Chalice, clock: Clock) -> None:
        make_safe_for_threads(app)
        self.app = app
        self._reactor = reactor
        self._clock = clock
        self._pending = 0
        self._idle: list[Deferred[None]] = []
        self._pool = ThreadPool(minthreads=2, maxthreads=THREADS_MAX, name="lambda")
        self._pool.threadFactory = _DaemonThread  # type: ignore[assignment]

    def start(self) -> None:
        """Begin to take requests."""
        self._pool.start()

    async def stop(self, grace_seconds: float) -> None:
        """Wait for what runs, but not longer than the grace."""
        if self._pending:
            idle: Deferred[None] = Deferred()
            self._idle.append(idle)
            idle.addTimeout(grace_seconds, self._reactor, onTimeoutCancel=lambda *_: None)
            await idle
        if not self._pending:
            self._pool.stop()

    def rest(self, event: Result, request_id: str) -> Deferred[Result]:
        """Call the REST handler.

        Returns:
            The function's result; errbacks with `Overloaded`, with Twisted's `TimeoutError`
            after API Gateway's limit, or with what the function raised.
        """
        return self._call(self.app, event, request_id)

    def socket_route(self, route_key: str) -> Callable[[Result, str], Deferred[Result]] | None:
        """The handler of a WebSocket route, called like `rest`; None when the app has none."""
        config = self.app.websocket_handlers.get(route_key)
        if config is None:
            return None
        # Not `config.handler_function`: that is the bare function, without Chalice's wrapping.
        return partial(self._call, self.app.handler_map[config.name])

    def _call(
        self, function: Callable[[Result, Any], Result], event: Result, request_id: str
    ) -> Deferred[Result]:
        if self._pending >= THREADS_MAX + WAITING_MAX:
            return _failed(Overloaded())
        self._pending += 1
        deadline = self._clock() + INTEGRATION_TIMEOUT_SECONDS
        context = LambdaContext(request_id, deadline, self._clock)
        running = deferToThreadPool(self._reactor, self._pool, function, event, context)
        answer: Deferred[Result] = Deferred()
        running.addBoth(self._finished)
        # The answer may be given up on; the thread, and its place in the count, can't be.
        running.chainDeferred(answer)
        return answer.addTimeout(INTEGRATION_TIMEOUT_SECONDS, self._reactor)

    def _finished(self, outcome: Any) -> Any:
        self._pending -= 1
        if not self._pending:
            idle, self._idle = self._idle, []
            for waiter in idle:
                waiter.callback(None)
        return outcome


def _failed(error: Exception) -> Deferred[Result]:
    failed: Deferred[Result] = Deferred()
    failed.errback(error)
    return failed


class _PerThread:
    """An attribute with a value of its own in each thread; None where none was set."""

    def __init__(self) -> None:
        self._local = threading.local()

    def __get__(self, instance: object, owner: type) -> Any:
        return getattr(self._local, "value", None)

    def __set__(self, instance: object, value: Any) -> None:
        self._local.value = value


def make_safe_for_threads(app: Chalice) -> None:
    """Let threads call the app at the same time."""
    attributes = {"current_request": _PerThread(), "lambda_context": _PerThread()}
    app.__class__ = type(f"Threaded{type(app).__name__}", (type(app),), attributes)
