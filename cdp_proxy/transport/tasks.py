"""The only starter of coroutines that nobody awaits."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from twisted.internet.defer import Deferred, DeferredList
from twisted.logger import Logger
from twisted.python.failure import Failure

_log = Logger()
_running: set[Deferred[Any]] = set()


def spawn(coroutine: Coroutine[Deferred[Any], Any, Any], what: str) -> None:
    """Run `coroutine`; keep hold of it, and log how it failed if it does.

    Args:
        coroutine: to be run to its end.
        what: names it in the log.
    """
    deferred = Deferred.fromCoroutine(coroutine)
    _running.add(deferred)

    def done(result: object) -> None:
        _running.discard(deferred)
        if isinstance(result, Failure):
            _log.failure("{what} failed", failure=result, what=what)

    deferred.addBoth(done)


def all_done() -> Deferred[Any]:
    """Fires when everything spawned so far has ended, in whatever way."""
    return DeferredList([_follow(deferred) for deferred in _running])


def _follow(deferred: Deferred[Any]) -> Deferred[None]:
    follower: Deferred[None] = Deferred()

    def done(result: object) -> object:
        follower.callback(None)
        return result

    deferred.addBoth(done)
    return follower
