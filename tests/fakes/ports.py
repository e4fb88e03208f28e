"""Ports for programs that must be told one."""

from __future__ import annotations

import random
import socket
from contextlib import suppress
from pathlib import Path

_LOWEST = 10_000
_ATTEMPTS = 100
_GIVEN_AWAY = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""What the kernel gives to whoever asks for any port: one of these may be taken meanwhile."""


def free_port() -> int:
    """One on loopback that nobody has, and that nobody gets who does not ask for it by number."""
    first_given_away = int(_GIVEN_AWAY.read_text().split()[0])
    for _ in range(_ATTEMPTS):
        number = random.randrange(_LOWEST, max(first_given_away, 2 * _LOWEST))
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", number))
            return number
    raise AssertionError("no port is free")
