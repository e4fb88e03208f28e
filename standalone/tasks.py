"""The only starter of coroutines in this room."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

_log = Logger()


def spawn(work: Coroutine[Deferred[Any], Any, None], what: str) -> Deferred[None]:
    """Run `work`; a failure is logged with `what`, a cancellation is its end and no failure.

    Returns:
        Fires when it is over; cancel it to stop the work.
    """
    running: Deferred[None] = Deferred.fromCoroutine(work)
    running.addErrback(_report, what)
    return running


def _report(failure: Failure, what: str) -> None:
    if failure.check(CancelledError) is None:
        _log.failure("{what} failed", failure=failure, what=what)
