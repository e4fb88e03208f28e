from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from chalice_app import logs
from chalice_app.metrics import ApiMetrics, write_to_stdout
from shared.session_state import EndReason


class Told:
    def __init__(self, environment: str | None = "production") -> None:
        self.lines: list[Mapping[str, Any]] = []
        self.metrics = ApiMetrics(environment, lambda: 100.25, self.lines.append)


def test_a_created_session_tells_what_it_took() -> None:
    told = Told()

    told.metrics.created(100.0)

    (line,) = told.lines
    assert (line["CreateLatency"], line["Environment"]) == (250.0, "production")


def test_failures_are_told_by_reason_and_other_ends_are_not() -> None:
    told = Told()

    told.metrics.failed([EndReason.CAPACITY_LOST, EndReason.RELEASED, None])

    assert [(line["SessionsFailed"], line["Reason"]) for line in told.lines] == [
        (1, "capacity_lost")
    ]


def test_without_an_environment_nothing_is_told() -> None:
    told = Told(environment=None)

    told.metrics.created(100.0)
    told.metrics.failed([EndReason.CAPACITY_LOST])

    assert told.lines == []


def test_a_record_is_one_line_of_stdout_with_the_ids_of_its_request(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with logs.about(requestId="r"):
        write_to_stdout({"FreeSlots": 1})

    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {"requestId": "r", "FreeSlots": 1}
