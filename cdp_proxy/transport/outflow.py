"""A long answer: chunks made in threads, as fast as the client reads and no faster."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.interfaces import IPushProducer, IReactorTime
from twisted.logger import Logger
from twisted.web.server import Request
from zope.interface import implementer

from cdp_proxy.transport.answers import Alive
from cdp_proxy.transport.blocking import Blocking

_log = Logger()

STALLED_SECONDS = 60.0
"""A client that reads nothing for so long has its connection cut."""


@implementer(IPushProducer)
class Outflow:
    """One answer's body; headers have been set."""

    def __init__(
        self, reactor: IReactorTime, blocking: Blocking, request: Request, alive: Alive
    ) -> None:
        self._reactor = reactor
        self._blocking = blocking
        self._request = request
        self._alive = alive
        self._resumed: Deferred[None] | None = None
        self._stopped = False

    async def send(self, chunks: Generator[bytes, None, None]) -> None:
        """Write all chunks and finish; a body that cannot be made whole is cut off, visibly."""
        request = self._request
        request.registerProducer(self, True)
        try:
            while True:
                chunk = await self._blocking.run(next, chunks, b"")
                if self._alive.gone or self._stopped:
                    return
                if not chunk:
                    break
                request.write(chunk)
                if self._resumed is not None:
                    await self._resumed
        except (DeferredTimeout, EOFError) as error:
            _log.info("a download was cut off: {error}", error=str(error) or "nobody reads it")
            self.cut_off()
        except Exception:
            self.cut_off()
            raise
        else:
            request.unregisterProducer()
            request.finish()
        finally:
            await self._blocking.run(chunks.close)

    def pauseProducing(self) -> None:
        """The client does not keep up."""
        self._resumed = Deferred()
        self._resumed.addTimeout(STALLED_SECONDS, self._reactor)

    def resumeProducing(self) -> None:
        """It does again."""
        resumed, self._resumed = self._resumed, None
        if resumed is not None and not resumed.called:
            resumed.callback(None)

    def stopProducing(self) -> None:
        """It has gone; the request hears of it only after this."""
        self._stopped = True
        self.resumeProducing()

    def cut_off(self) -> None:
        """End the connection now, so that nobody takes what has come for the whole."""
        self._alive.hand_over()
        transport: Any = self._request.transport
        transport.abortConnection()
        self.stopProducing()
