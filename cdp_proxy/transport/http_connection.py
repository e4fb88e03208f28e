"""An HTTP connection whose requests may be looked at, and answered, before their body has come.

Twisted shows a request to nobody before the last byte of its body is in. Here:

1. With a request's head there, `hold` stops reading.
2. `go_on` reads its body, and only then tells a client that expects it to continue (RFC 9110
   10.1.1); or
3. `answer_now` has the request answered without. What comes of its body all the same is dropped,
   for some seconds: closing at once would be a reset, which takes the answer along (RFC 9112 9.6).
"""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel

_LINGER_SECONDS = 10.0
_DROPPED_BYTES_MAX = 64 * 1024 * 1024


class HttpConnection(HTTPChannel):
    """One, of the front door."""

    transport: Any
    requests: list[Any]
    _networkProducer: Any  # noqa: N815 - Twisted's name
    _unread = False
    _continue_is_owed = False
    _dropped_bytes = 0
    _end: IDelayedCall | None = None

    @property
    def lingers(self) -> bool:
        """Whether it has been answered, and ends as soon as the client ends it."""
        return self._end is not None

    def hold(self) -> None:
        """Read no body yet. Called when a request's head is there."""
        self.setTimeout(None)
        self.paused = True
        self._networkProducer.pauseProducing()

    def go_on(self) -> None:
        """Read the body of the request that is held."""
        self.setTimeout(self.timeOut)
        if self._continue_is_owed:
            self._continue_is_owed = False
            super()._send100Continue()
        self._read_again()

    def answer_now(self) -> None:
        """Have the request answered whose body is not read; the connection ends with it."""
        self._unread = True
        self.persistent = False
        self.requests[-1].responseHeaders.setRawHeaders(b"Connection", [b"close"])
        self.allContentReceived()
        self._read_again()

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """A body, unless that is dropped."""
        if not self._unread:
            super().rawDataReceived(data)
            return
        self._dropped_bytes += len(data)
        if self._dropped_bytes > _DROPPED_BYTES_MAX:
            self._networkProducer.pauseProducing()

    def loseConnection(self) -> None:  # noqa: N802 - Twisted's name
        """Once the answer is out; with a body on its way only our half of it, at first."""
        if not self._unread:
            super().loseConnection()
        elif self._end is None:
            self._networkProducer.unregisterProducer()
            self.transport.loseWriteConnection()
            self._end = self.callLater(_LINGER_SECONDS, super().loseConnection)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        """The client has closed its half, too, or is gone."""
        if self._end is not None and self._end.active():
            self._end.cancel()
        super().connectionLost(reason)

    def _send100Continue(self) -> None:  # noqa: N802 - Twisted's name
        if self.paused:
            self._continue_is_owed = True
        else:
            super()._send100Continue()

    def _read_again(self) -> None:
        self.paused = False
        self._networkProducer.resumeProducing()
        self.dataReceived(b"")
