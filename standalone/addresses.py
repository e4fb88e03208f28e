"""Listening sockets, and how others reach them."""

from __future__ import annotations

import socket
from typing import Final

from standalone.errors import ExitCode, StartFailed

STAGE: Final = "ws"
"""Stage of the WebSocket API; the first segment of its path."""
_BACKLOG = 128
_ANYWHERE = {"0.0.0.0": socket.AF_INET, "::": socket.AF_INET6}  # noqa: S104 (compared, not bound)
_ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Addresses for documentation (RFC 5737, RFC 3849): a route to them is looked up, nothing sent."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; who connects waits until somebody accepts.

    Raises:
        StartFailed: the address is taken, or is not one of this machine.
    """
    listener = reserve(host, port)
    try:
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise _cannot_listen(host, port, error) from error
    return listener


def reserve(host: str, port: int) -> socket.socket:
    """A bound socket that does not listen, so that another process can take the port and no other.

    Linux lets two sockets with SO_REUSEADDR bind one port while neither of them listens, and picks
    no port for anybody else that is bound.

    Raises:
        StartFailed: the address is taken, or is not one of this machine.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind)
    except OSError as error:
        raise _cannot_listen(host, port, error) from error
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise _cannot_listen(host, port, error) from error
    return bound


def advertised_host(host: str) -> str:
    """The host to print for what listens on `host`: for "everywhere", this machine's address."""
    family = _ANYWHERE.get(host)
    if family is None:
        return host
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((_ELSEWHERE[family], 9))
        except OSError:  # no route to the outside: only this machine can be meant
            return "127.0.0.1" if family == socket.AF_INET else "::1"
        return str(probe.getsockname()[0])


def authority(host: str, port: int) -> str:
    """`host:port` for a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _cannot_listen(host: str, port: int, error: OSError) -> StartFailed:
    return StartFailed(
        f"Cannot listen on {authority(host, port)}: {error.strerror}; choose another port or host.",
        ExitCode.ADDRESS,
    )
