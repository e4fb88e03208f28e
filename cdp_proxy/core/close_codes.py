"""WebSocket close codes of `/cdp` (RFC 6455 7.4, and the private range 4000-4999)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from shared.session_state import EndReason


class CloseCode(IntEnum):
    """Why the proxy closes a client's socket."""

    NORMAL = 1000
    GOING_AWAY = 1001
    NOT_TEXT = 1007
    EXPIRED = 4008
    BROWSER_GONE = 4009
    TOO_SLOW = 4013


_CODE_OF_REASON: Mapping[EndReason, CloseCode] = {
    EndReason.RELEASED: CloseCode.NORMAL,
    EndReason.BROWSER_CLOSED: CloseCode.NORMAL,
    EndReason.LAST_CLIENT_LEFT: CloseCode.NORMAL,
    EndReason.CONTAINER_STOPPED: CloseCode.GOING_AWAY,
    EndReason.CONTAINER_LOST: CloseCode.GOING_AWAY,
    EndReason.HARD_TIMEOUT: CloseCode.EXPIRED,
    EndReason.IDLE_TIMEOUT: CloseCode.EXPIRED,
    EndReason.NEVER_CONNECTED: CloseCode.EXPIRED,
    EndReason.START_FAILED: CloseCode.BROWSER_GONE,
    EndReason.BROWSER_CRASHED: CloseCode.BROWSER_GONE,
    EndReason.BROWSER_HUNG: CloseCode.BROWSER_GONE,
    EndReason.CAPACITY_UNAVAILABLE: CloseCode.BROWSER_GONE,
    EndReason.CAPACITY_REFUSED: CloseCode.BROWSER_GONE,
    EndReason.CAPACITY_LOST: CloseCode.BROWSER_GONE,
    EndReason.CAPACITY_TIMEOUT: CloseCode.BROWSER_GONE,
}


def close_code_of(reason: EndReason) -> CloseCode:
    """The code that clients of a session ended for `reason` are closed with."""
    return _CODE_OF_REASON[reason]
