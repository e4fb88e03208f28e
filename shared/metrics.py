"""CloudWatch's embedded metric format: metrics as log lines (its specification, version 1).

CloudWatch Logs makes metrics of such lines by itself, so nobody calls an API for them. The names
are those that scaling and alarms in `cdk/` refer to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NAMESPACE: Final = "WallCrawler"
ENVIRONMENT: Final = "Environment"
"""The dimension that all metrics have."""
REASON: Final = "Reason"
"""A second one, of `SESSIONS_FAILED`: an `EndReason`."""

FREE_SLOTS: Final = "FreeSlots"
"""Slots that a new session could take; each task tells its own once a minute, so sum them up."""
SESSIONS: Final = "Sessions"
"""Slots in use, likewise."""
ACTIVE_SCREENCASTS: Final = "ActiveScreencasts"
"""Sessions that are being watched, likewise."""
CREATE_LATENCY: Final = "CreateLatency"
"""What `POST /sessions` took to be answered with a session."""
SESSIONS_FAILED: Final = "SessionsFailed"
"""Sessions that failed, whoever noticed."""

_UNITS: Mapping[str, str] = {CREATE_LATENCY: "Milliseconds"}
_COUNT: Final = "Count"
INTERVAL_SECONDS: Final = 60.0
"""How often a task tells what is now: CloudWatch's own granularity."""


def make_record(
    environment: str, now: float, values: Mapping[str, float], reason: str | None = None
) -> dict[str, object]:
    """One line's object.

    Args:
        environment: the value of `ENVIRONMENT`.
        now: epoch seconds.
        values: by metric name.
        reason: counts them for this reason too, beside all reasons together.
    """
    dimensions = [[ENVIRONMENT], [ENVIRONMENT, REASON]] if reason else [[ENVIRONMENT]]
    named = {ENVIRONMENT: environment} | ({REASON: reason} if reason else {})
    metrics = [{"Name": name, "Unit": _UNITS.get(name, _COUNT)} for name in values]
    directive = {"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": metrics}
    return {
        "_aws": {"Timestamp": round(now * 1000), "CloudWatchMetrics": [directive]},
        **named,
        **values,
    }
