"""A client's WebSocket that has an end: whoever begins a close, and whether or not it reads on.

Autobahn does the handshake, pings and closes; what it leaves open is shut here. The front door
authorises a client before Autobahn sees its upgrade (`Handoff`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet.interfaces import IDelayedCall, IPushProducer, IReactorTime
from zope.interface import implementer

from cdp_proxy.core.close_codes import CloseCode
from shared.limits import CDP_MESSAGE_BYTES_MAX

_HANDSHAKE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client may take to show that it is there."""

    ping_seconds: float
    """After so much of a connection, or since the last answered ping, it is pinged."""
    pong_seconds: float
    """It has so long to answer; then it counts as gone."""
    close_seconds: float = 5.0
    """It has so long, from the first close frame on, to take what is on its way and hang up."""


@implementer(IPushProducer)
class PatientSocket(WebSocketServerProtocol):
    """A connection that is told when its client stops reading, and that ends when it is closed."""

    transport: Any
    factory: Any

    def __init__(self) -> None:
        super().__init__()
        self.upgraded = False
        """Whether the connection is its own; `onClose` will be called then."""
        self.void_at: float | None = None
        """When the token is void that has opened it, in epoch seconds: it is closed then."""
        self._void: IDelayedCall | None = None
        self._full = False
        """Whether the client has not read what was written yet."""
        self._closing = False
        self._hang_up: IDelayedCall | None = None
        self._receiving = False
        self._complaint_unsent = False

    def take_transport(self) -> None:
        """Hear of its fullness instead of the HTTP channel, once that has let go of it."""
        self.upgraded = True
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)
        if self.void_at is not None:
            reactor = self.factory.reactor
            delay = max(0.0, self.void_at - reactor.seconds())
            self._void = reactor.callLater(
                delay, self.close, CloseCode.EXPIRED, "The token has expired."
            )

    def dataReceived(self, data: bytes) -> None:
        """Bytes of the client."""
        self._receiving, self._complaint_unsent = True, False
        self._take(data)
        self._receiving = self._complaint_unsent = False

    def close(self, code: CloseCode, reason: str) -> None:
        """Close with a code and a sentence; what is queued and not yet sent is dropped."""
        if self._closing:
            return
        # Autobahn's `sendClose` takes no code but 1000 and private ones; 1001 is a server's too.
        self.sendCloseFrame(code=int(code), reasonUtf8=reason.encode())

    def sendCloseFrame(  # noqa: N802
        self,
        code: int | None = None,
        reasonUtf8: bytes | None = None,  # noqa: N803
        isReply: bool = False,  # noqa: N803
    ) -> None:
        """Whoever closes, and why: no message may follow the close frame (RFC 6455 5.5.1).

        A client that does not read gets neither that frame nor the end of the connection, which
        both wait for what was written before; so there is an end to the waiting.
        """
        self._before_close()
        self._closing = True
        if self._hang_up is None:
            self._hang_up = self.factory.reactor.callLater(
                self.factory.patience.close_seconds, self.transport.abortConnection
            )
        self._complaint_unsent = self._receiving
        super().sendCloseFrame(code, reasonUtf8, isReply)

    def dropConnection(self, abort: bool = False) -> None:  # noqa: N802
        """Let go, but not before the client has been told.

        Autobahn takes a close frame that breaks the rules for the reply to its own complaint
        about it, and aborts in the same turn, with the complaint still to be written.
        """
        super().dropConnection(abort and not self._complaint_unsent)

    def pauseProducing(self) -> None:
        """The client does not keep up: queue from here on."""
        self._full = True

    def resumeProducing(self) -> None:
        """It has read what was written."""
        self._full = False
        self._drained()

    def stopProducing(self) -> None:
        """The connection is going; `onClose` follows."""

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:  # noqa: ARG002, N803
        """The client has gone, whoever closed, and however."""
        self._closing = True
        for timer in (self._hang_up, self._void):
            if timer is not None and timer.active():
                timer.cancel()
        self._gone()

    def _take(self, data: bytes) -> None:
        super().dataReceived(data)

    def _before_close(self) -> None:
        """The last moment to write; what is queued is not sent any more."""
        raise NotImplementedError

    def _drained(self) -> None:
        """Write what has queued up, until it is full again."""
        raise NotImplementedError

    def _gone(self) -> None:
        """The connection is no more."""
        raise NotImplementedError


SocketT = TypeVar("SocketT", bound=PatientSocket)


class PatientSocketFactory(WebSocketServerFactory):
    """Limits of sockets; compression offers are declined."""

    noisy = False

    def __init__(self, reactor: IReactorTime, patience: Patience) -> None:
        """Those of one container share the reactor and the patience."""
        super().__init__(reactor=reactor)
        self.reactor = reactor
        self.patience = patience
        self.setProtocolOptions(
            maxFramePayloadSize=CDP_MESSAGE_BYTES_MAX,
            maxMessagePayloadSize=CDP_MESSAGE_BYTES_MAX,
            openHandshakeTimeout=_HANDSHAKE_SECONDS,
            closeHandshakeTimeout=0,  # `PatientSocket.sendCloseFrame` has a stricter one
            autoPingInterval=patience.ping_seconds,
            autoPingTimeout=patience.pong_seconds,
            failByDrop=False,
            echoCloseCodeReason=True,
            tcpNoDelay=True,
        )


class Handoff(Generic[SocketT]):
    """What Autobahn's `WebSocketResource` takes for a factory: yields one prepared socket."""

    def __init__(self, socket: SocketT, prepare: Callable[[SocketT], None]) -> None:
        self._socket = socket
        self._prepare = prepare

    def buildProtocol(self, _peer: object) -> SocketT:
        """The socket, prepared."""
        self._prepare(self._socket)
        return self._socket
