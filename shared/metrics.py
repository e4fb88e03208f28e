"""CloudWatch's embedded metric format: metrics as log lines (its specification, version 1).

CloudWatch Logs makes metrics of such lines by itself, so nobody calls an API for them. Their names
are in `shared.aws_names`, where scaling and alarms have them from too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.aws_names import CREATE_LATENCY_METRIC, METRIC_DIMENSION, METRIC_NAMESPACE

REASON: Final = "Reason"
"""A second dimension of failures: an `EndReason`."""

_UNITS: Mapping[str, str] = {CREATE_LATENCY_METRIC: "Milliseconds"}
_COUNT: Final = "Count"
INTERVAL_SECONDS: Final = 60.0
"""How often a task tells what is now: CloudWatch's own granularity."""


def make_record(
    environment: str, now: float, values: Mapping[str, float], reason: str | None = None
) -> dict[str, object]:
    """One line's object.

    Args:
        environment: the value of the dimension that all have.
        now: epoch seconds.
        values: by metric name.
        reason: counts them for this reason too, beside all reasons together.
    """
    dimensions = (
        [[METRIC_DIMENSION], [METRIC_DIMENSION, REASON]] if reason else [[METRIC_DIMENSION]]
    )
    named = {METRIC_DIMENSION: environment} | ({REASON: reason} if reason else {})
    metrics = [{"Name": name, "Unit": _UNITS.get(name, _COUNT)} for name in values]
    directive = {"Namespace": METRIC_NAMESPACE, "Dimensions": dimensions, "Metrics": metrics}
    return {
        "_aws": {"Timestamp": round(now * 1000), "CloudWatchMetrics": [directive]},
        **named,
        **values,
    }
