"""The pipe to one Chromium: NUL-terminated JSON messages on a socketpair (DESIGN 3)."""

from __future__ import annotations

import socket
from collections.abc import Callable

from twisted.internet.abstract import FileDescriptor
from twisted.internet.interfaces import IPushProducer, IReactorFDSet
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from cdp_proxy.transport.immediate import write_now

_NUL = b"\0"
_READ_BYTES = 256 * 1024


@implementer(IPushProducer)
class Pipe(Protocol):
    """Cuts the stream into messages, and says when the browser takes no more for now."""

    def __init__(self) -> None:
        self.on_message: Callable[[bytes], None] = lambda _message: None
        self.on_lost: Callable[[], None] = lambda: None
        self.on_pressure: Callable[[bool], None] = lambda _full: None
        """Called with True when what is written piles up, with False when it has gone out."""
        self.on_batch: Callable[[], None] = lambda: None
        """Called after the last `on_message` of what was read at once."""
        self._unfinished: list[bytes] = []
        self._out: list[bytes] = []

    def connectionMade(self) -> None:
        """The reactor reads the socket from now on."""
        self.transport.registerProducer(self, True)  # type: ignore[union-attr]

    def queue(self, message: bytes) -> None:
        """Have one message written with the next `flush`; it holds no NUL (JSON never does)."""
        self._out.append(message)
        self._out.append(_NUL)

    def flush(self) -> None:
        """Write what is queued."""
        if self._out:
            messages = b"".join(self._out)
            self._out.clear()
            write_now(self.transport, messages)

    def send(self, message: bytes) -> None:
        """Write one message now."""
        self.queue(message)
        self.flush()

    def dataReceived(self, data: bytes) -> None:
        """Deliver the messages that `data` completes."""
        first, *rest = data.split(_NUL)
        self._unfinished.append(first)
        if not rest:
            return
        message = b"".join(self._unfinished) if len(self._unfinished) > 1 else first
        self._unfinished = [rest.pop()]
        self.on_message(message)
        for message in rest:
            self.on_message(message)
        self.on_batch()

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: ARG002
        """The browser has closed its end, or we ours."""
        self._unfinished.clear()
        self.on_lost()

    def pauseProducing(self) -> None:
        """Twisted's buffer towards the browser is full."""
        self.on_pressure(True)

    def resumeProducing(self) -> None:
        """It has drained."""
        self.on_pressure(False)

    def stopProducing(self) -> None:
        """The connection is going; `connectionLost` follows."""


class PipeSocket(FileDescriptor):
    """The proxy's end of the socketpair, as a Twisted transport.

    Twisted's own for UNIX sockets reads with `recvmsg` for descriptors that nobody passes here.
    """

    connected = True

    def __init__(self, reactor: IReactorFDSet, ours: socket.socket, protocol: Pipe) -> None:
        """Takes `ours` over and starts to read."""
        super().__init__(reactor)
        ours.setblocking(False)
        self.socket = ours
        self._protocol = protocol
        protocol.makeConnection(self)
        self.startReading()

    def fileno(self) -> int:
        """For the reactor."""
        return self.socket.fileno()

    def doRead(self) -> BaseException | None:
        """Read what is there; the result tells the reactor of the end."""
        try:
            data = self.socket.recv(_READ_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            return CONNECTION_LOST
        if not data:
            return CONNECTION_DONE
        self._protocol.dataReceived(data)
        return None

    def writeSomeData(self, data: bytes) -> int | BaseException:
        """Send what the kernel takes."""
        try:
            return self.socket.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            return CONNECTION_LOST

    def abort(self) -> None:
        """Close at once, whatever is queued; `connectionLost` of the protocol follows."""
        if self.connected:
            self.connectionLost(Failure(CONNECTION_DONE))

    def connectionLost(self, reason: Failure) -> None:
        """The end, whoever brought it about."""
        super().connectionLost(reason)
        self.socket.close()
        self._protocol.connectionLost(reason)
