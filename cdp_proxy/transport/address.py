"""Where this container is reached by its neighbours, and who is one."""

from __future__ import annotations

import ipaddress
import socket

_LOOPBACK = "127.0.0.1"


def private_host(listens_on: str, told: str | None) -> str:
    """The host under which other containers reach this one; may block while a name is looked up.

    Args:
        listens_on: the address that the front door is open on.
        told: what ECS or the operator says; it goes before everything else.
    """
    if told:
        return told
    if not _is_everywhere(listens_on):
        return listens_on
    try:
        return socket.gethostbyname(socket.gethostname())
    except OSError:
        return _LOOPBACK


def host_port(host: str, port: int) -> str:
    """`host:port`, with brackets around an IPv6 address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_private(text: str) -> bool:
    """Whether it is an address of this machine or of a private network; False for what is none."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return False
    return address.is_private or address.is_loopback


def _is_everywhere(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return not host
