"""The numbers that alarms and the dashboard look at, as they stand in the template."""

from __future__ import annotations

import json
from typing import Any

from shared import metrics
from tests.fakes.template import Template


def own_metrics(template: Template) -> list[list[Any]]:
    dashboard = template.only("AWS::CloudWatch::Dashboard")
    return [
        metric
        for widget in json.loads(dashboard["DashboardBody"])["widgets"]
        for metric in widget["properties"].get("metrics", [])
        if metric[0] == metrics.NAMESPACE
    ]


def test_our_metrics_have_the_one_dimension_that_containers_give_them(
    production: Template,
) -> None:
    for metric in own_metrics(production):
        assert metric[2:4] == [metrics.ENVIRONMENT, "production"]


def test_counts_of_containers_are_added_up_within_the_minute_they_are_told_in(
    production: Template,
) -> None:
    for metric in own_metrics(production):
        if metric[1] in {metrics.SESSIONS, metrics.ACTIVE_SCREENCASTS}:
            assert metric[4] == {"period": 60, "stat": "Sum"}


def test_every_name_of_ours_is_looked_at(production: Template) -> None:
    assert {metric[1] for metric in own_metrics(production)} == {
        metrics.FREE_SLOTS,
        metrics.SESSIONS,
        metrics.ACTIVE_SCREENCASTS,
        metrics.CREATE_LATENCY,
        metrics.SESSIONS_FAILED,
    }
