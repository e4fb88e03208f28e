from __future__ import annotations

import json
import re
from typing import Any

from tests.fakes.template import Template


def widgets_of(template: Template) -> list[dict[str, Any]]:
    dashboard = template.only("AWS::CloudWatch::Dashboard")
    return list(json.loads(dashboard["DashboardBody"])["widgets"])


def metrics_of(template: Template) -> set[tuple[str, str]]:
    return {
        (metric[0], metric[1])
        for widget in widgets_of(template)
        for metric in widget["properties"].get("metrics", [])
    }


def test_it_is_found_under_the_stacks_name(production: Template) -> None:
    assert production.only("AWS::CloudWatch::Dashboard")["DashboardName"] == (
        "wallcrawler-production"
    )


def test_alarms_come_first_and_all_are_there(production: Template) -> None:
    first = widgets_of(production)[0]

    shown = {re.sub(r"[0-9A-F]{8}\.Arn>?$", "", alarm) for alarm in first["properties"]["alarms"]}

    assert first["type"] == "alarm"
    assert len(shown) == len(
        [name for name in production.of_type("AWS::CloudWatch::Alarm") if name.startswith("Alarms")]
    )


def test_it_shows_every_metric_of_the_specification(production: Template) -> None:
    assert metrics_of(production) >= {
        ("AWS/ECS", "CPUUtilization"),
        ("AWS/ECS", "MemoryUtilization"),
        ("ECS/ContainerInsights", "RunningTaskCount"),
        ("AWS/Lambda", "Duration"),
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "ConcurrentExecutions"),
        ("AWS/ElastiCache", "CurrConnections"),
        ("AWS/ElastiCache", "EvalBasedCmdsLatency"),
        ("WallCrawler", "Sessions"),
        ("WallCrawler", "ActiveScreencasts"),
        ("WallCrawler", "FreeSlots"),
        ("WallCrawler", "CreateLatency"),
    }
