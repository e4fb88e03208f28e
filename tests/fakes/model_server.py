"""A model service on loopback: says what it is told to, byte for byte, and keeps what it got."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Behaviour = bytes | Callable[[socket.socket], None]


def answer(body: object, status: str = "200 OK", headers: Mapping[str, str] | None = None) -> bytes:
    """An HTTP response; a body that is no string is sent as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    lines = [f"{name}: {value}" for name, value in (headers or {}).items()]
    head = [f"HTTP/1.1 {status}", "Content-Type: application/json", "Connection: close", *lines]
    encoded = text.encode()
    head.append(f"Content-Length: {len(encoded)}")
    return "\r\n".join((*head, "", "")).encode() + encoded


def hang(connection: socket.socket) -> None:
    """Never answer; until the client goes."""
    connection.recv(1)


def trickle(connection: socket.socket) -> None:
    """Keep a client busy with headers, a byte now and then, for as long as it listens."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    connection.settimeout(0.02)
    while True:
        try:
            if connection.recv(1) == b"":
                return
        except TimeoutError:
            connection.sendall(b"x")


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: Any = field(repr=False)


class ModelServer:
    """Serves one scripted behaviour a connection, in turn; the last one again and again."""

    def __init__(self, script: Sequence[Behaviour], certificate: Path | None) -> None:
        self._script = list(script)
        self._tls = _tls(certificate) if certificate else None
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, name="model server")
        self.received: list[Received] = []
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listening.getsockname()[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listening.close()
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            self.received.append(_read(connection))
            behaviour = self._script.pop(0) if len(self._script) > 1 else self._script[0]
            if isinstance(behaviour, bytes):
                connection.sendall(behaviour)
            else:
                behaviour(connection)
            if self._tls is not None:
                connection.close()
        except (OSError, IndexError):
            return  # the client has gone, perhaps before it asked


@contextmanager
def serving(*script: Behaviour, certificate: Path | None = None) -> Iterator[ModelServer]:
    """Serve, with TLS if there is a PEM file of key and certificate."""
    server = ModelServer(script, certificate)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _read(connection: socket.socket) -> Received:
    stream = connection.makefile("rb")
    path = stream.readline().split()[1].decode()
    headers: dict[str, str] = {}
    while line := stream.readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    body = json.loads(stream.read(int(headers.get("content-length", "0"))) or b"null")
    return Received(path, headers, body)
