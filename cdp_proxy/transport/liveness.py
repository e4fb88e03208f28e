"""Whether a session's browser still answers: it is asked now and then, until it stays silent."""

from __future__ import annotations

from collections.abc import Callable

import cdp.browser
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall

from cdp_proxy.transport.caller import CallFailed, CdpCaller
from cdp_proxy.transport.tasks import spawn

_PROBE_SECONDS = 10.0
_PROBE_TIMEOUT_SECONDS = 8.0
_PROBE_MISSES_MAX = 3
"""A browser that answers none of so many probes in a row hangs."""


class Liveness:
    """Of one browser."""

    def __init__(self, reactor: IReactorTime, caller: CdpCaller, hung: Callable[[], None]) -> None:
        """`hung` is called when the browser hangs, and may `stop` this."""
        self._caller = caller
        self._hung = hung
        self._misses = 0
        self._probes = LoopingCall(self._start_probe)
        self._probes.clock = reactor

    def start(self) -> None:
        """Ask, for the first time after one interval."""
        self._probes.start(_PROBE_SECONDS, now=False)

    def stop(self) -> None:
        """Ask no more; harmless when it does not."""
        if self._probes.running:
            self._probes.stop()

    def _start_probe(self) -> None:
        spawn(self._probe(), "probing a browser")

    async def _probe(self) -> None:
        try:
            await self._caller.call(
                cdp.browser.get_version(), timeout_seconds=_PROBE_TIMEOUT_SECONDS
            )
            self._misses = 0
        except CallFailed:
            self._misses += 1
            if self._misses >= _PROBE_MISSES_MAX:
                self._hung()
