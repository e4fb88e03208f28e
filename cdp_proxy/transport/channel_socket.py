"""`/internal/ws`: a channel on a socket of its own, messages in text and pictures in binary frames.

Two lanes share the socket. Messages keep their order; a long one is cut into chunks. Of pictures
there is only the newest. They take turns, and neither is written before the client has read most
of what was: so a picture waits for one chunk at the most, and a message for one picture.
"""

from __future__ import annotations

import itertools
import socket
from collections import deque
from typing import Any, Final

from twisted.logger import Logger

from cdp_proxy.core.close_codes import CloseCode
from cdp_proxy.core.frames import is_text, text_header
from cdp_proxy.core.pictures import Picture
from cdp_proxy.transport.channel import Channel
from cdp_proxy.transport.immediate import write_now
from cdp_proxy.transport.patient_socket import PatientSocket, PatientSocketFactory
from shared import envelope
from shared.envelope.chunks import split
from shared.envelope.outgoing import Outgoing
from shared.limits import (
    CHANNEL_BACKLOG_BYTES_MAX,
    CHANNEL_CHUNK_BYTES,
    CHANNEL_MESSAGE_BYTES_MAX,
)

_log = Logger()

_SEND_BUFFER_BYTES: Final = 256 * 1024
"""What the kernel may hold for one client (Linux doubles it): old pictures, when it is slow."""


class ChannelSocket(PatientSocket):
    """A client's connection, and the carrier of its channel."""

    def __init__(self, message_bytes_max: int) -> None:
        """Take messages of at most `message_bytes_max` bytes; a longer one closes it (1009)."""
        super().__init__()
        self.maxFramePayloadSize = self.maxMessagePayloadSize = message_bytes_max
        self._channel: Channel | None = None
        self._messages: deque[bytes] = deque()
        self._backlog_bytes = 0
        self._picture: bytes | None = None
        self._writing = False
        self._open = False
        self._early_end: tuple[CloseCode, str] | None = None
        """How the session ended before the handshake was done."""
        self._sets = itertools.count(1)

    def join(self, channel: Channel) -> None:
        """Carry a channel; before the handshake goes out."""
        self._channel = channel

    def take_transport(self) -> None:
        """As every socket, and with a small buffer in the kernel."""
        super().take_transport()
        handle = getattr(self.transport, "socket", None)
        if isinstance(handle, socket.socket):
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)

    def send(self, message: Outgoing) -> None:
        """Send a message after those before it."""
        if self._closing or self._early_end is not None:
            return
        text = envelope.encode(message)
        if self._messages and self._backlog_bytes + len(text) > CHANNEL_BACKLOG_BYTES_MAX:
            _log.info("closing a channel that reads too slowly")
            self.close(CloseCode.TOO_SLOW, "The client reads too slowly.")
            return
        if len(text) <= CHANNEL_MESSAGE_BYTES_MAX:
            self._queue(text)
        else:
            for chunk in split(text, f"s{next(self._sets)}", CHANNEL_CHUNK_BYTES):
                self._queue(chunk)
        self._pump()

    def show(self, picture: Picture, *, keep_alive: bool) -> None:
        """Send a picture as soon as the client has read most of what was sent before."""
        if not self._closing:
            self._picture = picture.websocket_frame(keep_alive=keep_alive)
            self._pump()

    def close(self, code: CloseCode, reason: str) -> None:
        """Close after what can be written at once; before the handshake, right after it."""
        if self._open:
            super().close(code, reason)
        elif self._early_end is None:
            self._early_end = (code, reason)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N803
        """One whole message of the client."""
        if self._channel is None or self._closing:
            return
        if isBinary and not is_text(payload):
            self.close(CloseCode.NOT_TEXT, "Messages are JSON text in UTF-8.")
            return
        self._channel.receive(payload)

    def _queue(self, text: bytes) -> None:
        frame = text_header(len(text)) + text
        self._messages.append(frame)
        self._backlog_bytes += len(frame)

    def _pump(self) -> None:
        """Write in turns while the client reads; what that leads to is written here too."""
        if self._writing or not self._open:
            return
        self._writing = True
        try:
            while not self._full and (self._messages or self._picture is not None):
                self._write_message()
                self._write_picture()
        finally:
            self._writing = False

    def _write_message(self) -> None:
        if self._messages:
            frame = self._messages.popleft()
            self._backlog_bytes -= len(frame)
            write_now(self.transport, frame)

    def _write_picture(self) -> None:
        if self._picture is None or self._full:
            return
        picture, self._picture = self._picture, None
        write_now(self.transport, picture)
        if self._channel is not None and not self._full:
            self._channel.ready_for_frame()

    def onOpen(self) -> None:
        """The handshake is done: what was said meanwhile goes out."""
        self._open = True
        self._pump()
        if self._early_end is not None:
            super().close(*self._early_end)

    def _before_close(self) -> None:
        self._pump()
        self._messages.clear()
        self._picture = None

    def _drained(self) -> None:
        if self._channel is not None and not self._closing:
            if self._picture is None:
                self._channel.ready_for_frame()
            self._pump()

    def _gone(self) -> None:
        self._messages.clear()
        self._picture = None
        if self._channel is not None:
            self._channel.left()


class ChannelSocketFactory(PatientSocketFactory):
    """Makes these sockets."""

    protocol: Any = ChannelSocket
