"""The frames of a capture, as they come: which were overtaken, and whether the newest may be lost.

Chromium compresses frames side by side, so that one may overtake the one before it. While three are
being compressed or not acknowledged yet, it drops what a page paints (`OnFrameFromVideoConsumer` in
content/browser/devtools/protocol/page_handler.cc). Of a page that stands still then, the last look
may be among that, and nothing tells: only a capture that begins anew shows it.
"""

from __future__ import annotations

from collections import deque
from typing import Final

IN_FLIGHT_MAX: Final = 3
"""Chromium's, of frames that are captured and not acknowledged."""
_CLOSE_SECONDS: Final = 0.15
"""A frame that was captured so soon after an older one came, or sooner, may have met it in flight:
the clocks are the same, but Chromium's time is when a picture is to be seen."""
_OVERTAKEN_SECONDS: Final = 1.0
"""A frame older than the one before by more was not overtaken: a clock was set back."""


class FrameOrder:
    """Of one tab's captures, one after the other."""

    def __init__(self) -> None:
        self.may_have_lost = False
        """Whether Chromium may have dropped what was painted after the newest frame."""
        self._newest_at: float | None = None
        """Chromium's time of the newest frame."""
        self._arrivals: deque[float] = deque(maxlen=IN_FLIGHT_MAX)

    def begin(self, *, same_tab: bool) -> None:
        """A capture begins; frames of the one before may still be on their way if `same_tab`."""
        self.may_have_lost = False
        self._arrivals.clear()
        if not same_tab:
            self._newest_at = None

    def take(self, captured_at: float | None, unacknowledged: int, now: float) -> bool:
        """Take a frame that has come.

        Args:
            captured_at: Chromium's time of it.
            unacknowledged: how many frames are, this one included.
            now: epoch seconds.

        Returns:
            False if it was overtaken.
        """
        self._arrivals.append(now)
        oldest, captured = self._arrivals[0], now if captured_at is None else captured_at
        several = len(self._arrivals) == IN_FLIGHT_MAX
        self.may_have_lost = unacknowledged >= IN_FLIGHT_MAX or (
            several and captured - oldest < _CLOSE_SECONDS
        )
        if self._newest_at is not None and captured_at is not None:
            age = self._newest_at - captured_at
            if 0 < age < _OVERTAKEN_SECONDS:
                return False
        self._newest_at = captured_at
        return True
