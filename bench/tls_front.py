"""TLS in front of a plain server, as ElastiCache has it: not every redis-server speaks TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_CHUNK_BYTES = 65_536

Target = str | tuple[str, int]
"""The path of a unix socket, or host and port."""


@contextmanager
def tls_front(certificate: Path, target: Target, host: str = "127.0.0.1") -> Iterator[int]:
    """A TLS port on a loopback address that leads to a plain one; the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server((host, 0))
    threads: list[threading.Thread] = []
    accepting = threading.Thread(target=_accept, args=(listener, context, target, threads))
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for thread in threads:
            thread.join()


def _accept(
    listener: socket.socket,
    context: ssl.SSLContext,
    target: Target,
    threads: list[threading.Thread],
) -> None:
    with suppress(OSError):  # the listener is closed
        while True:
            plain, _address = listener.accept()
            thread = threading.Thread(target=_serve, args=(plain, context, target))
            thread.start()
            threads.append(thread)


def _serve(plain: socket.socket, context: ssl.SSLContext, target: Target) -> None:
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        client = context.wrap_socket(plain, server_side=True)
    except OSError:  # a client that does not trust us
        plain.close()
        return
    family = socket.AF_UNIX if isinstance(target, str) else socket.AF_INET
    with client, socket.socket(family) as server:
        server.connect(target)
        back = threading.Thread(target=_copy, args=(server, client))
        back.start()
        _copy(client, server)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # either side is gone
        while chunk := source.recv(_CHUNK_BYTES):
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
