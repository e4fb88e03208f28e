"""The real reactor, for tests that need sockets, threads or processes."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.defer import Deferred

from cdp_proxy.transport.http_connection import HttpConnection
from cdp_proxy.transport.reactor import Reactor


def installed_reactor() -> Reactor:
    from twisted.internet import reactor  # noqa: PLC0415 - importing it installs it

    return cast("Reactor", reactor)


async def turn() -> None:
    """Let the reactor go round once."""
    deferred: Deferred[None] = Deferred()
    installed_reactor().callLater(0, deferred.callback, None)
    await deferred


async def goodbyes_said() -> None:
    """Wait until no connection reads on, for politeness, what comes after its answer."""
    reactor: Any = installed_reactor()
    while any(
        isinstance(protocol := getattr(reader, "protocol", None), HttpConnection)
        and protocol.lingers
        for reader in reactor.getReaders()
    ):
        await turn()
