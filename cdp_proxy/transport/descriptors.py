"""File descriptors: strangers may not use up those that sessions, and what looks after us, need.

Whoever reaches the port may open connections, with a token or without; one is the process's until
it has been idle for a minute. Without descriptors no browser starts, Redis is not reached, and the
container counts as unhealthy and is replaced, with all of its sessions. So connections beyond a
share of what there may be are closed at once: first those of strangers, later those of neighbours
(health checks, other containers) too. What is open stays.
"""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Callable
from typing import Final

from twisted.logger import Logger

from cdp_proxy.transport.address import is_private

_log = Logger()

STRANGERS_SHARE: Final = 0.75
NEIGHBOURS_SHARE: Final = 0.85
"""The rest is for browsers (five at their start, three later), Redis, S3 and models."""


def raise_limit() -> None:
    """Have as many as the system lets this process have; many systems begin with 1 024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def limit() -> int:
    """How many this process may have."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def in_use() -> int:
    """How many it has, or somewhat fewer: the kernel gives the lowest number that is free."""
    try:
        lowest_free = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        if error.errno != errno.EMFILE:
            raise
        return limit()
    os.close(lowest_free)
    return lowest_free


class Admission:
    """Says who may connect."""

    def __init__(
        self, limit: Callable[[], int] = limit, in_use: Callable[[], int] = in_use
    ) -> None:
        self._limit = limit
        self._in_use = in_use
        self._crowded = False

    def admits(self, host: str) -> bool:
        """Whether one more connection of this address may be kept."""
        share = NEIGHBOURS_SHARE if is_private(host) else STRANGERS_SHARE
        used, most = self._in_use(), self._limit()
        self._note(used > most * STRANGERS_SHARE, used, most)
        return used <= most * share

    def _note(self, crowded: bool, used: int, most: int) -> None:
        if crowded != self._crowded:
            self._crowded = crowded
            text = "closing new connections" if crowded else "taking connections again"
            _log.warn(
                "{text}: {used} of {most} descriptors are open", text=text, used=used, most=most
            )
