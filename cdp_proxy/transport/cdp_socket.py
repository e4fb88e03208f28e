"""One client's WebSocket on `/cdp`: messages as bytes; Autobahn for all that is not a message.

Autobahn does the handshake, pings, closes, fragments and whatever breaks the rules; whole messages,
which is nearly all there is, never enter its machinery (`core.frames`). What a batch of input leads
to is written at its end in one go. Messages wait in a queue of this client alone while it does not
read; over the bound it is closed, so that nobody else ever waits for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from twisted.logger import Logger

from cdp_proxy.core.close_codes import CloseCode
from cdp_proxy.core.frames import FrameReader, is_text, text_header
from cdp_proxy.core.multiplexer import Member
from cdp_proxy.transport.immediate import write_now
from cdp_proxy.transport.log_context import current_ids
from cdp_proxy.transport.patient_socket import PatientSocket, PatientSocketFactory
from cdp_proxy.transport.session import LiveSession
from shared.limits import CDP_MESSAGE_BYTES_MAX

_log = Logger()

BACKLOG_BYTES_MAX = 64 * 1024 * 1024
"""What may wait for one client; a single message may be larger when nothing else waits."""


class CdpSocket(PatientSocket):
    """A client's connection; after `join` its messages go to the session."""

    def __init__(self) -> None:
        super().__init__()
        self._session: LiveSession | None = None
        self._member: Member | None = None
        self._frames = FrameReader(CDP_MESSAGE_BYTES_MAX)
        self._out: list[bytes] = []
        self._backlog: deque[bytes] = deque()
        self._backlog_bytes = 0
        self._log_ids: Mapping[str, str] = {}

    def join(self, session: LiveSession, member: Member) -> None:
        """Belong to a session; before the handshake goes out."""
        self._session = session
        self._member = member
        self._log_ids = {**current_ids(), "session_id": session.spec.session_id}
        _log.info("a client has come", **self._log_ids)

    def dataReceived(self, data: bytes) -> None:
        """Bytes of the client; what they lead to is written at their end."""
        super().dataReceived(data)
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

    def pause(self, paused: bool) -> None:
        """Stop reading from the client while the browser takes no more, or go on."""
        if self.transport is None or self._closing:
            return
        if paused:
            self.transport.pauseProducing()
        else:
            self.transport.resumeProducing()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N803
        """One whole message, in whatever frames it came."""
        if self._session is None or self._member is None or self._closing:
            return
        if isBinary and not is_text(payload):
            self.close(CloseCode.NOT_TEXT, "CDP messages are JSON text in UTF-8.")
            return
        self._session.from_client(self._member, payload)

    def _take(self, data: bytes) -> None:
        """Messages to the session, the rest to Autobahn."""
        if self.state != self.STATE_OPEN or not self._between_frames():
            super()._take(data)
            return
        messages, rest = self._frames.feed(data)
        for message in messages:
            self.onMessage(message, False)
        if rest and self.state == self.STATE_OPEN:
            super()._take(rest)

    def _between_frames(self) -> bool:
        """Whether Autobahn has nothing half-read, so that frames may be cut here."""
        return not self.data and self.current_frame is None and not self.inside_message

    def _refuse_slow(self) -> None:
        if self._session is not None:
            session_id = self._session.spec.session_id
            _log.info("closing a client that reads too slowly", session_id=session_id)
        self.close(CloseCode.TOO_SLOW, "The client reads too slowly.")

    def _before_close(self) -> None:
        self.flush()
        self._backlog.clear()
        self._backlog_bytes = 0

    def _drained(self) -> None:
        while self._backlog and not self._full:
            frames = self._backlog.popleft()
            self._backlog_bytes -= len(frames)
            self.transport.write(frames)

    def _gone(self) -> None:
        self._out.clear()
        self._backlog.clear()
        if self._session is not None and self._member is not None:
            _log.info("a client has gone", **self._log_ids)
            self._session.depart(self._member)


class CdpSocketFactory(PatientSocketFactory):
    """Makes these sockets."""

    protocol: Any = CdpSocket
