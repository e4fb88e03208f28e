"""The real reactor, for tests that need sockets, threads or processes."""

from __future__ import annotations

from typing import cast

from twisted.internet.defer import Deferred

from cdp_proxy.transport.reactor import Reactor


def installed_reactor() -> Reactor:
    from twisted.internet import reactor  # noqa: PLC0415 - importing it installs it

    return cast("Reactor", reactor)


async def turn() -> None:
    """Let the reactor go round once."""
    deferred: Deferred[None] = Deferred()
    installed_reactor().callLater(0, deferred.callback, None)
    await deferred
