"""One client's WebSocket on `/cdp`: messages as bytes; Autobahn for all that is not a message.

The front door has authorised the client before Autobahn sees the upgrade. Autobahn does the
handshake, pings, closes, fragments and whatever breaks the rules; whole messages, which is nearly
all there is, never enter its machinery (`core.frames`). What a batch of input leads to is written
at its end in one go. Messages wait in a queue of this client alone while it does not read; over
the bound it is closed, so that nobody else ever waits for it. Whoever begins a close, the
connection is gone soon after: with the client's consent, or without.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet.interfaces import IDelayedCall, IPushProducer, IReactorTime
from twisted.logger import Logger
from zope.interface import implementer

from cdp_proxy.core.close_codes import CloseCode
from cdp_proxy.core.frames import FrameReader, is_text, text_header
from cdp_proxy.core.multiplexer import Member
from cdp_proxy.transport.immediate import write_now
from cdp_proxy.transport.log_context import current_ids
from cdp_proxy.transport.session import LiveSession
from shared.limits import CDP_MESSAGE_BYTES_MAX

_log = Logger()

BACKLOG_BYTES_MAX = 64 * 1024 * 1024
"""What may wait for one client; a single message may be larger when nothing else waits."""
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
class CdpSocket(WebSocketServerProtocol):
    """A client's connection; after `join` its messages go to the session."""

    transport: Any
    factory: Any

    def __init__(self) -> None:
        super().__init__()
        self._session: LiveSession | None = None
        self._member: Member | None = None
        self._frames = FrameReader(CDP_MESSAGE_BYTES_MAX)
        self._out: list[bytes] = []
        self._backlog: deque[bytes] = deque()
        self._backlog_bytes = 0
        self._full = False
        self._closing = False
        self._hang_up: IDelayedCall | None = None
        self._receiving = False
        self._complaint_unsent = False
        self._log_ids: Mapping[str, str] = {}

    def join(self, session: LiveSession, member: Member) -> None:
        """Belong to a session; before the handshake goes out."""
        self._session = session
        self._member = member
        self._log_ids = {**current_ids(), "session_id": session.spec.session_id}
        _log.info("a client has come", **self._log_ids)

    def take_transport(self) -> None:
        """Hear of its fullness instead of the HTTP channel, once that has let go of it."""
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)

    def dataReceived(self, data: bytes) -> None:
        """Bytes of the client: messages to the session, the rest to Autobahn."""
        self._receiving, self._complaint_unsent = True, False
        if self.state != self.STATE_OPEN or not self._between_frames():
            super().dataReceived(data)
        else:
            messages, rest = self._frames.feed(data)
            for message in messages:
                self.onMessage(message, False)
            if rest and self.state == self.STATE_OPEN:
                super().dataReceived(rest)
        self._receiving = self._complaint_unsent = False
        if self._session is not None:
            self._session.flush()

    def deliver(self, message: bytes) -> None:
        """Have one CDP message sent with the next `flush`."""
        if not self._closing:
            self._out.append(text_header(len(message)))
            self._out.append(message)

    def flush(self) -> None:
        """Send what has been delivered, or queue it while the client does not read."""
        if not self._out:
            return
        frames = b"".join(self._out)
        self._out.clear()
        if not self._full:
            write_now(self.transport, frames)
            return
        if self._backlog and self._backlog_bytes + len(frames) > BACKLOG_BYTES_MAX:
            self._refuse_slow()
            return
        self._backlog.append(frames)
        self._backlog_bytes += len(frames)

    def _refuse_slow(self) -> None:
        if self._session is not None:
            session_id = self._session.spec.session_id
            _log.info("closing a client that reads too slowly", session_id=session_id)
        self.close(CloseCode.TOO_SLOW, "The client reads too slowly.")

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
        self.flush()
        self._closing = True
        if self._hang_up is None:
            self._hang_up = self.factory.reactor.callLater(
                self.factory.patience.close_seconds, self.transport.abortConnection
            )
        self._backlog.clear()
        self._backlog_bytes = 0
        self._complaint_unsent = self._receiving
        super().sendCloseFrame(code, reasonUtf8, isReply)

    def dropConnection(self, abort: bool = False) -> None:  # noqa: N802
        """Let go, but not before the client has been told.

        Autobahn takes a close frame that breaks the rules for the reply to its own complaint
        about it, and aborts in the same turn, with the complaint still to be written.
        """
        super().dropConnection(abort and not self._complaint_unsent)

    def pause(self, paused: bool) -> None:
        """Stop reading from the client while the browser takes no more, or go on."""
        if self.transport is None or self._closing:
            return
        if paused:
            self.transport.pauseProducing()
        else:
            self.transport.resumeProducing()

    def pauseProducing(self) -> None:
        """The client does not keep up: queue from here on."""
        self._full = True

    def resumeProducing(self) -> None:
        """It has read what was written: write what has queued up, until it is full again."""
        self._full = False
        while self._backlog and not self._full:
            frames = self._backlog.popleft()
            self._backlog_bytes -= len(frames)
            self.transport.write(frames)

    def _between_frames(self) -> bool:
        """Whether Autobahn has nothing half-read, so that frames may be cut here."""
        return not self.data and self.current_frame is None and not self.inside_message

    def stopProducing(self) -> None:
        """The connection is going; `onClose` follows."""

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N803
        """One whole message, in whatever frames it came."""
        if self._session is None or self._member is None or self._closing:
            return
        if isBinary and not is_text(payload):
            self.close(CloseCode.NOT_TEXT, "CDP messages are JSON text in UTF-8.")
            return
        self._session.from_client(self._member, payload)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:  # noqa: ARG002, N803
        """The client has gone, whoever closed, and however."""
        self._closing = True
        self._out.clear()
        self._backlog.clear()
        if self._hang_up is not None and self._hang_up.active():
            self._hang_up.cancel()
        if self._session is not None and self._member is not None:
            _log.info("a client has gone ({code})", code=code, **self._log_ids)
            self._session.depart(self._member)


class CdpSocketFactory(WebSocketServerFactory):
    """Makes sockets with this endpoint's limits; compression offers are declined."""

    protocol = CdpSocket
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
            closeHandshakeTimeout=0,  # `CdpSocket.sendCloseFrame` has a stricter one
            autoPingInterval=patience.ping_seconds,
            autoPingTimeout=patience.pong_seconds,
            failByDrop=False,
            echoCloseCodeReason=True,
            tcpNoDelay=True,
        )


class Handoff:
    """What Autobahn's `WebSocketResource` takes for a factory: yields one prepared socket."""

    def __init__(self, socket: CdpSocket, prepare: Callable[[CdpSocket], None]) -> None:
        self._socket = socket
        self._prepare = prepare

    def buildProtocol(self, _peer: object) -> CdpSocket:
        """The socket, with its session set."""
        self._prepare(self._socket)
        return self._socket
