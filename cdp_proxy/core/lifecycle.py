"""When a session ends by itself: pure arithmetic over what has happened to it.

Two clocks run side by side and no client or page can hold them: the hard deadline is fixed at
creation, the idle deadline moves with each command. Beside them: a session nobody ever connected
to, and one without `keepAlive` whose last client has left. Times are epoch seconds, passed in.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.session_state import EndReason


@dataclass(frozen=True, slots=True)
class Limits:
    """The session's own limits, and the container's."""

    hard_deadline: float
    idle_timeout_seconds: float
    keep_alive: bool
    never_connected_timeout_seconds: float
    last_client_grace_seconds: float


class Lifecycle:
    """What has happened to one session, as far as its end depends on it."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._started = now
        self._last_activity = now
        self._clients = 0
        self._used = False
        self._last_left: float | None = None

    def client_joined(self, now: float) -> None:
        """A CDP client has connected."""
        self._clients += 1
        self._last_left = None
        self.activity(now)

    def client_left(self, now: float) -> None:
        """A CDP client has gone, in whatever way."""
        self._clients -= 1
        self._last_activity = now
        if self._clients == 0:
            self._last_left = now

    def activity(self, now: float) -> None:
        """Somebody used the session: a CDP command, or an action over REST."""
        self._used = True
        self._last_activity = now

    def due(self) -> tuple[float, EndReason]:
        """The next end, unless something happens before: when, and why."""
        limits = self._limits
        ends = [
            (limits.hard_deadline, EndReason.HARD_TIMEOUT),
            (self._last_activity + limits.idle_timeout_seconds, EndReason.IDLE_TIMEOUT),
        ]
        if not self._used:
            never = self._started + limits.never_connected_timeout_seconds
            ends.append((never, EndReason.NEVER_CONNECTED))
        if self._last_left is not None and not limits.keep_alive:
            left = self._last_left + limits.last_client_grace_seconds
            ends.append((left, EndReason.LAST_CLIENT_LEFT))
        return min(ends, key=lambda end: end[0])
