"""A forward proxy (RFC 9110 7.6) that writes down what it was asked for."""

from __future__ import annotations

import selectors
import socket
import socketserver
import threading
from typing import Self
from urllib.parse import urlsplit

_HEAD_BYTES_MAX = 65_536
_CONNECT_SECONDS = 10.0
_READ_BYTES = 65_536


class ForwardProxy:
    """Runs until it is left; `asked` holds each request line's method and target."""

    def __init__(self) -> None:
        asked: list[tuple[str, str]] = []
        self.asked = asked

        class Handler(_Tunnel):
            notes = asked

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A peer that was killed is no news here."""


class _Tunnel(socketserver.BaseRequestHandler):
    """One connection: the first request decides where its bytes go, `Connection: close` after."""

    notes: list[tuple[str, str]]

    def handle(self) -> None:
        head, rest = self._read_head()
        if not head:
            return
        method, target, version = head.partition(b"\r\n")[0].decode().split(" ")
        self.notes.append((method, target))
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            with socket.create_connection((host, int(port)), _CONNECT_SECONDS) as upstream:
                self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                _splice(self.request, upstream)
            return
        parts = urlsplit(target)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        fields = [line for line in head.split(b"\r\n")[1:] if not _is_hop(line)]
        lines = [f"{method} {path} {version}".encode(), *fields, b"Connection: close"]
        address = (str(parts.hostname), parts.port or 80)
        with socket.create_connection(address, _CONNECT_SECONDS) as upstream:
            upstream.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + rest)
            _splice(self.request, upstream)

    def _read_head(self) -> tuple[bytes, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            block = self.request.recv(_READ_BYTES)
            if not block or len(data) > _HEAD_BYTES_MAX:
                return b"", b""
            data += block
        head, _, rest = data.partition(b"\r\n\r\n")
        return head, rest


def _is_hop(line: bytes) -> bool:
    return line.lower().startswith((b"connection:", b"proxy-connection:", b"keep-alive:"))


def _splice(one: socket.socket, other: socket.socket) -> None:
    """Copy both ways until either side ends."""
    with selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ, other)
        selector.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in selector.select():
                source: socket.socket = key.fileobj  # type: ignore[assignment]
                data = source.recv(_READ_BYTES)
                if not data:
                    return
                key.data.sendall(data)
