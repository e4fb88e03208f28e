"""The life of a session, as one table.

1. `POST /sessions` reserves a slot and writes the session as INITIALIZING. Where tasks can be
   started, one without a slot is INITIALIZING too: it stands in line until a container takes it.
2. The container gives it a browser and makes it ACTIVE, or it becomes FAILED.
3. It ends once: ENDED when somebody asked for it (release, `Browser.close`, last client left
   without `keepAlive`, drain), TIMED_OUT when a deadline passed, FAILED when its browser or its
   container was lost.

Ended states are final: ending a session again, by whatever way, changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum


class SessionStatus(Enum):
    """The words the API uses."""

    INITIALIZING = "initializing"
    ACTIVE = "active"
    ENDED = "ended"
    TIMED_OUT = "timed_out"
    FAILED = "failed"


TRANSITIONS: Mapping[SessionStatus, frozenset[SessionStatus]] = {
    SessionStatus.INITIALIZING: frozenset(
        {
            SessionStatus.ACTIVE,
            SessionStatus.ENDED,
            SessionStatus.TIMED_OUT,
            SessionStatus.FAILED,
        }
    ),
    SessionStatus.ACTIVE: frozenset(
        {SessionStatus.ENDED, SessionStatus.TIMED_OUT, SessionStatus.FAILED}
    ),
    SessionStatus.ENDED: frozenset(),
    SessionStatus.TIMED_OUT: frozenset(),
    SessionStatus.FAILED: frozenset(),
}

LIVE: frozenset[SessionStatus] = frozenset(s for s, targets in TRANSITIONS.items() if targets)
"""Statuses of sessions that hold a slot."""
LIVE_WORDS: Sequence[str] = [status.value for status in LIVE]
"""As Redis has them."""


def sources_of(target: SessionStatus) -> frozenset[SessionStatus]:
    """Statuses from which `target` may be reached in one step."""
    return frozenset(s for s, targets in TRANSITIONS.items() if target in targets)


class EndReason(Enum):
    """Why a session ended: the value is shown as `endReason`, the text to its clients."""

    RELEASED = "released"
    BROWSER_CLOSED = "browser_closed"
    LAST_CLIENT_LEFT = "last_client_left"
    HARD_TIMEOUT = "hard_timeout"
    IDLE_TIMEOUT = "idle_timeout"
    NEVER_CONNECTED = "never_connected"
    START_FAILED = "start_failed"
    BROWSER_CRASHED = "browser_crashed"
    BROWSER_HUNG = "browser_hung"
    CONTAINER_STOPPED = "container_stopped"
    CONTAINER_LOST = "container_lost"
    CAPACITY_UNAVAILABLE = "capacity_unavailable"
    CAPACITY_REFUSED = "capacity_refused"
    CAPACITY_LOST = "capacity_lost"
    CAPACITY_TIMEOUT = "capacity_timeout"

    @property
    def status(self) -> SessionStatus:
        """The final status this reason leads to."""
        return _STATUS_OF_REASON[self]

    @property
    def text(self) -> str:
        """One sentence for people, at most 123 bytes (a WebSocket close reason, RFC 6455 5.5)."""
        return _TEXT_OF_REASON[self]


_STATUS_OF_REASON: Mapping[EndReason, SessionStatus] = {
    EndReason.RELEASED: SessionStatus.ENDED,
    EndReason.BROWSER_CLOSED: SessionStatus.ENDED,
    EndReason.LAST_CLIENT_LEFT: SessionStatus.ENDED,
    EndReason.CONTAINER_STOPPED: SessionStatus.ENDED,
    EndReason.HARD_TIMEOUT: SessionStatus.TIMED_OUT,
    EndReason.IDLE_TIMEOUT: SessionStatus.TIMED_OUT,
    EndReason.NEVER_CONNECTED: SessionStatus.TIMED_OUT,
    EndReason.START_FAILED: SessionStatus.FAILED,
    EndReason.BROWSER_CRASHED: SessionStatus.FAILED,
    EndReason.BROWSER_HUNG: SessionStatus.FAILED,
    EndReason.CONTAINER_LOST: SessionStatus.FAILED,
    EndReason.CAPACITY_UNAVAILABLE: SessionStatus.FAILED,
    EndReason.CAPACITY_REFUSED: SessionStatus.FAILED,
    EndReason.CAPACITY_LOST: SessionStatus.FAILED,
    EndReason.CAPACITY_TIMEOUT: SessionStatus.FAILED,
}

_TEXT_OF_REASON: Mapping[EndReason, str] = {
    EndReason.RELEASED: "The session was released.",
    EndReason.BROWSER_CLOSED: "A client closed the browser.",
    EndReason.LAST_CLIENT_LEFT: "The last client left a session without keepAlive.",
    EndReason.HARD_TIMEOUT: "The session reached its timeout.",
    EndReason.IDLE_TIMEOUT: "The session was idle for too long.",
    EndReason.NEVER_CONNECTED: "No client connected in time.",
    EndReason.START_FAILED: "The browser could not be started.",
    EndReason.BROWSER_CRASHED: "The browser crashed.",
    EndReason.BROWSER_HUNG: "The browser stopped answering.",
    EndReason.CONTAINER_STOPPED: "The container is shutting down.",
    EndReason.CONTAINER_LOST: "The container of this session was lost.",
    EndReason.CAPACITY_UNAVAILABLE: "ECS had no capacity for another container just then.",
    EndReason.CAPACITY_REFUSED: "ECS refused to start another container.",
    EndReason.CAPACITY_LOST: "The container that was started for it stopped before it served.",
    EndReason.CAPACITY_TIMEOUT: "No container had a slot for it in time.",
}
