"""Where the time goes: in the browser, by method and by session, and in the proxy, by session.

A command's time in the browser runs from the batch of input it came in with to the batch its
answer came in with; the proxy's own time is how long it works on a batch. The shell reads the clock
once for each batch and leaves it in `now`.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

BUCKETS_SECONDS: Final = (
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0, 30.0,
)  # fmt: skip
"""Upper bounds; a last bucket takes what is beyond."""
METHODS_MAX: Final = 200
"""Methods with a histogram of their own; clients may name any number of them."""
OTHER: Final = "other"
_PENDING_MAX: Final = 4096
"""Commands waited for; beyond, the oldest is given up (its answer may never come)."""
_ID_AT: Final = len(b'{"id":')


class Histogram:
    """Durations, counted into buckets."""

    __slots__ = ("counts", "total_seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS_SECONDS) + 1)
        """One count for each of `BUCKETS_SECONDS`, not cumulated, and one for what is beyond."""
        self.total_seconds = 0.0

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        self.counts[bisect_left(BUCKETS_SECONDS, seconds)] += 1
        self.total_seconds += seconds


class MethodLatencies:
    """Time in the browser by method, over all sessions of the container."""

    def __init__(self) -> None:
        self.by_method: dict[str, Histogram] = {}

    def of(self, method: str) -> Histogram:
        """The method's histogram; those that come late share one."""
        found = self.by_method.get(method)
        if found is None:
            if len(self.by_method) >= METHODS_MAX:
                method = OTHER
            found = self.by_method.setdefault(method, Histogram())
        return found


class SessionLatencies:
    """One session's commands and what they waited for."""

    def __init__(self, methods: MethodLatencies) -> None:
        self.now = 0.0
        """When the batch at hand came in, in seconds of the shell's clock."""
        self.browser = Histogram()
        self.proxy = Histogram()
        self._methods = methods
        self._pending: dict[tuple[bytes, int], tuple[str, float]] = {}

    def sent(self, cdp_session_id: bytes, command_id: int, method: str) -> None:
        """A command goes to the browser on this flat session."""
        if len(self._pending) >= _PENDING_MAX:
            del self._pending[next(iter(self._pending))]
        self._pending[cdp_session_id, command_id] = (method, self.now)

    def answered(self, cdp_session_id: bytes, answer: bytes) -> None:
        """An answer, which begins with `{"id":`, has come from this flat session."""
        digits = answer[_ID_AT : answer.find(b",", _ID_AT)]
        sent = self._pending.pop((cdp_session_id, int(digits)), None)
        if sent is not None:
            seconds = self.now - sent[1]
            self.browser.observe(seconds)
            self._methods.of(sent[0]).observe(seconds)

    def worked(self, now: float) -> None:
        """The batch at hand is done with."""
        self.proxy.observe(now - self.now)
