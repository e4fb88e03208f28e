from __future__ import annotations

from shared import metrics


def test_a_record_is_what_cloudwatch_specifies() -> None:
    record = metrics.make_record("production", 1_700_000_000.5, {metrics.FREE_SLOTS: 7})

    assert record == {
        "_aws": {
            "Timestamp": 1_700_000_000_500,
            "CloudWatchMetrics": [
                {
                    "Namespace": "WallCrawler",
                    "Dimensions": [["Environment"]],
                    "Metrics": [{"Name": "FreeSlots", "Unit": "Count"}],
                }
            ],
        },
        "Environment": "production",
        "FreeSlots": 7,
    }


def test_a_reason_is_a_dimension_beside_all_together() -> None:
    record = metrics.make_record("dev", 1.0, {metrics.SESSIONS_FAILED: 2}, "browser_crashed")

    directive = record["_aws"]["CloudWatchMetrics"][0]  # type: ignore[index]
    assert directive["Dimensions"] == [["Environment"], ["Environment", "Reason"]]
    assert record["Reason"] == "browser_crashed"


def test_a_latency_is_in_milliseconds() -> None:
    record = metrics.make_record("dev", 1.0, {metrics.CREATE_LATENCY: 27.5})

    directive = record["_aws"]["CloudWatchMetrics"][0]  # type: ignore[index]
    assert directive["Metrics"] == [{"Name": "CreateLatency", "Unit": "Milliseconds"}]
