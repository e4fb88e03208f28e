"""The API's figures, as lines of Lambda's log that CloudWatch reads (`shared.metrics`)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping

import msgspec

from chalice_app import logs
from shared import metrics
from shared.clock import Clock
from shared.session_state import EndReason, SessionStatus

Write = Callable[[Mapping[str, object]], None]


def write_to_stdout(record: Mapping[str, object]) -> None:
    """One line, with the ids of every other; stdout and stderr end up in the same log."""
    sys.stdout.write(msgspec.json.encode({**logs.current_fields(), **record}).decode() + "\n")
    sys.stdout.flush()


class ApiMetrics:
    """Says nothing where there is no environment to say it for."""

    def __init__(
        self, environment: str | None, clock: Clock, write: Write = write_to_stdout
    ) -> None:
        self._environment = environment
        self._clock = clock
        self._write = write

    def created(self, began_at: float) -> None:
        """A session was created for a request that began then (epoch seconds)."""
        latency_ms = round((self._clock() - began_at) * 1000, 1)
        self._tell({metrics.CREATE_LATENCY: latency_ms}, None)

    def failed(self, reasons: Iterable[EndReason | None]) -> None:
        """Sessions have failed, as this program was the first to notice."""
        for reason in reasons:
            if reason is not None and reason.status is SessionStatus.FAILED:
                self._tell({metrics.SESSIONS_FAILED: 1}, reason.value)

    def _tell(self, values: Mapping[str, float], reason: str | None) -> None:
        if self._environment is not None:
            record = metrics.make_record(self._environment, self._clock(), values, reason)
            self._write(record)
