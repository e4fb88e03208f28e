"""The container's figures in its log, once a minute, for CloudWatch (`shared.metrics`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from shared import metrics
from shared.session_state import EndReason, SessionStatus

Write = Callable[[Mapping[str, object]], None]
"""Puts one object on a line of its own on stdout."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Where the figures are."""

    free_slots: Callable[[], int | None]
    """None: they are not offered, and nobody is to count on them."""
    sessions: Callable[[], int]
    screencasts: Callable[[], int]
    ended: Callable[[], Mapping[EndReason, int]]
    """All ends since the start, by reason."""


class MetricsLog:
    """Writes at each full minute: once in each of CloudWatch's, so that tasks can be summed up."""

    def __init__(
        self, reactor: IReactorTime, environment: str | None, readings: Readings, write: Write
    ) -> None:
        """`environment` is None where nobody reads metrics: then there are none."""
        self._reactor = reactor
        self._environment = environment
        self._readings = readings
        self._write = write
        self._told: Counter[EndReason] = Counter()
        self._timer: IDelayedCall | None = None

    def start(self) -> None:
        """Begin; the first figures come now."""
        if self._environment is not None:
            self._tell(self._environment)

    def stop(self) -> None:
        """Write what has failed since the last time, and no more."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
            self._tell_failures(self._environment or "")

    def _tell(self, environment: str) -> None:
        now = self._reactor.seconds()
        readings = self._readings
        values: dict[str, float] = {
            metrics.SESSIONS: readings.sessions(),
            metrics.ACTIVE_SCREENCASTS: readings.screencasts(),
        }
        free_slots = readings.free_slots()
        if free_slots is not None:
            values[metrics.FREE_SLOTS] = free_slots
        self._write(metrics.make_record(environment, now, values))
        self._tell_failures(environment)
        until_next = metrics.INTERVAL_SECONDS - now % metrics.INTERVAL_SECONDS
        self._timer = self._reactor.callLater(until_next, self._tell, environment)

    def _tell_failures(self, environment: str) -> None:
        for reason, count in self._readings.ended().items():
            more = count - self._told[reason]
            if more > 0 and reason.status is SessionStatus.FAILED:
                values = {metrics.SESSIONS_FAILED: more}
                now = self._reactor.seconds()
                self._write(metrics.make_record(environment, now, values, reason.value))
            self._told[reason] = count
