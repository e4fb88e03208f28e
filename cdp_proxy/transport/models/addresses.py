"""Opens connections to model services; callers' own ones never to where clouds keep credentials."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from shared.errors import ModelFailed

_FORBIDDEN = (
    ip_network("169.254.0.0/16"),  # link-local: metadata of EC2 and ECS, Azure, GCP
    ip_network("fe80::/10"),
    ip_network("fd00:ec2::/32"),  # EC2's metadata over IPv6
    ip_network("100.100.100.200/32"),  # Alibaba's
    ip_network("0.0.0.0/8"),
    ip_network("::/128"),
    ip_network("224.0.0.0/4"),
    ip_network("240.0.0.0/4"),
    ip_network("ff00::/8"),
)
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
"""NAT64: the last 32 bits are an IPv4 address."""


def connect(host: str, port: int, timeout_seconds: float, guarded: bool) -> socket.socket:
    """Open a TCP connection.

    Names are resolved here, once, and what was checked is what is connected to: a name cannot mean
    another address a moment later.

    Args:
        host: a name or literal address.
        port: of TCP.
        timeout_seconds: for each address, and afterwards of the socket.
        guarded: whether forbidden addresses are refused.

    Raises:
        ModelFailed: `reason: "notAllowed"`; nothing was sent anywhere but to the resolver.
        OSError: no address could be connected to.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if guarded and any(is_forbidden(str(address[0])) for *_, address in found):
        raise ModelFailed(
            "The model's base URL is at an address that is not allowed.", reason="notAllowed"
        )
    failure: OSError | None = None
    for family, kind, protocol, _, address in found:
        opened = socket.socket(family, kind, protocol)
        try:
            opened.settimeout(timeout_seconds)
            opened.connect(address)
        except OSError as error:
            opened.close()
            failure = error
        else:
            return opened
    raise failure or OSError("the name has no address")


def is_forbidden(text: str) -> bool:
    """Whether a literal address is one of a link, of a cloud's metadata, or of no host at all."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        address = _embedded(address) or address
    return any(address in network for network in _FORBIDDEN)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for."""
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour
