"""A WebSocket client that decides about every bit, so that it can break every rule.

What it receives it holds to the rules of RFC 6455 for servers: unmasked, nothing reserved, lengths
in the fewest bytes.
"""

from __future__ import annotations

import base64
import json
import secrets
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from urllib.parse import urlsplit

from websockets.utils import apply_mask

from tests.integration.inbox import ClosedAfterUse
from tests.integration.waiting import PATIENCE_SECONDS

_MASK = bytes((0x37, 0xFA, 0x21, 0x3D))
_READ_BYTES = 1024 * 1024
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""`SO_LINGER` of no seconds: what closes the socket sends a TCP RST."""


class Opcode(IntEnum):
    """RFC 6455 5.2."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


def frame(
    payload: bytes = b"",
    opcode: int = Opcode.TEXT,
    *,
    final: bool = True,
    reserved: int = 0,
    masked: bool = True,
    announced_bytes: int | None = None,
    length_bytes: int | None = None,
) -> bytes:
    """One frame of a client.

    Args:
        payload: before masking.
        opcode: 0 to 15.
        final: the FIN bit.
        reserved: RSV1, RSV2 and RSV3 as a number of three bits.
        masked: whether it is, as a client's frame must be.
        announced_bytes: the length it claims; None = the payload's.
        length_bytes: width of the extended length (0, 2 or 8); None = the least that will do.
    """
    size = len(payload) if announced_bytes is None else announced_bytes
    wide = _least_length_bytes(size) if length_bytes is None else length_bytes
    short = {0: size, 2: 126, 8: 127}[wide]
    head = bytes((final << 7 | reserved << 4 | opcode, masked << 7 | short))
    extended = size.to_bytes(wide) if wide else b""
    return head + extended + (_MASK + apply_mask(payload, _MASK) if masked else payload)


def close_frame(code: int, reason: bytes = b"") -> bytes:
    """A close frame with a body."""
    return frame(code.to_bytes(2) + reason, Opcode.CLOSE)


def fragments(message: bytes, *sizes: int) -> list[bytes]:
    """A text message in fragments of these sizes and one more with the rest."""
    parts = []
    at = 0
    for size in sizes:
        parts.append(message[at : at + size])
        at += size
    parts.append(message[at:])
    last = len(parts) - 1
    return [
        frame(part, Opcode.CONTINUATION if number else Opcode.TEXT, final=number == last)
        for number, part in enumerate(parts)
    ]


def _least_length_bytes(size: int) -> int:
    if size < 126:
        return 0
    return 2 if size < 65536 else 8


@dataclass(frozen=True, slots=True)
class Received:
    """A frame of the server."""

    opcode: Opcode
    payload: bytes


class ConnectionEnded(Exception):
    """The server has closed the TCP connection, in order or by a reset."""


class RawWebSocket(ClosedAfterUse):
    """A connection to `/cdp`."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        receive_buffer_bytes: int | None = None,
    ) -> None:
        """Connect.

        Args:
            url: a session's connect URL.
            headers: of the upgrade, beside those it needs.
            receive_buffer_bytes: what the kernel may hold for it; None = as usual.
        """
        self.read_bytes = _READ_BYTES
        """The most it takes from the kernel at a time."""
        parts = urlsplit(url)
        self._socket = socket.socket()
        if receive_buffer_bytes is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        self._socket.settimeout(PATIENCE_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.connect((parts.hostname, parts.port))
        self._unread = bytearray()
        try:
            answer = self._upgrade(f"{parts.path}?{parts.query}", parts.netloc, headers or {})
        except BaseException:
            self._socket.close()
            raise
        self.headers = answer
        """Of the server's answer; names in lower case."""

    def close(self) -> None:
        """Let go, without a close frame."""
        self._socket.close()

    def send(self, *frames: bytes, chop_bytes: int | None = None) -> None:
        """Send frames, all in one go or chopped into writes of a size.

        A server that has refused what came first may let go before the rest is sent.
        """
        data = b"".join(frames)
        step = chop_bytes or len(data) or 1
        with suppress(BrokenPipeError, ConnectionResetError):
            for at in range(0, len(data), step):
                self._socket.sendall(data[at : at + step])

    def receive(self) -> Received:
        """The next frame.

        Raises:
            ConnectionEnded: there is none any more.
        """
        first, second = self._take(2)
        assert first & 0x80, "the server never fragments"
        assert not first & 0x70, "reserved bits"
        assert not second & 0x80, "a server's frame must not be masked"
        wide = {126: 2, 127: 8}.get(second, 0)
        size = int.from_bytes(self._take(wide)) if wide else second
        assert _least_length_bytes(size) == wide, "a length in more bytes than it needs"
        return Received(Opcode(first & 0x0F), self._take(size))

    def receive_text(self) -> bytes:
        """The payload of the next frame, which must be a text."""
        received = self.receive()
        assert received.opcode is Opcode.TEXT, received
        return received.payload

    def receive_answer(self) -> Any:
        """The next text that is no event."""
        while "method" in (message := json.loads(self.receive_text())):
            pass
        return message

    def receive_close(self) -> tuple[int, str]:
        """Code and reason of the next frame, which must be a close."""
        received = self.receive()
        assert received.opcode is Opcode.CLOSE, received
        return int.from_bytes(received.payload[:2]), received.payload[2:].decode()

    def receive_end(self) -> None:
        """Nothing more must come but the end of the connection."""
        try:
            received = self.receive()
        except ConnectionEnded:
            return
        raise AssertionError(f"more after the last frame: {received}")

    def attach(self, target_id: str) -> str:
        """A flat session on a target."""
        params = {"targetId": target_id, "flatten": True}
        command = {"id": 1, "method": "Target.attachToTarget", "params": params}
        self.send(frame(json.dumps(command).encode()))
        return str(self.receive_answer()["result"]["sessionId"])

    def settle(self) -> None:
        """Wait until the server has read all that was sent; to be called between frames."""
        self.send(frame(b"settle", Opcode.PING))
        while self.receive() != Received(Opcode.PONG, b"settle"):
            pass

    def wait_readable(self) -> None:
        """Wait until there is something to read, and leave it."""
        assert self._socket.recv(1, socket.MSG_PEEK), "the server has let go"

    def reset(self) -> None:
        """Die: the server gets a TCP RST, and no close frame before it."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._socket.close()

    def _upgrade(self, path: str, host: str, headers: Mapping[str, str]) -> dict[str, str]:
        every = {
            "Host": host,
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
            **headers,
        }
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in every.items())]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        while (end := self._unread.find(b"\r\n\r\n")) < 0:
            self._read()
        status, *fields = bytes(self._unread[:end]).decode().split("\r\n")
        del self._unread[: end + 4]
        assert status.split()[1] == "101", status
        pairs = (line.split(":", 1) for line in fields)
        return {name.strip().lower(): value.strip() for name, value in pairs}

    def _take(self, size: int) -> bytes:
        while len(self._unread) < size:
            self._read()
        taken = bytes(self._unread[:size])
        del self._unread[:size]
        return taken

    def _read(self) -> None:
        try:
            data = self._socket.recv(self.read_bytes)
        except ConnectionResetError as error:
            raise ConnectionEnded from error
        if not data:
            raise ConnectionEnded
        self._unread += data
