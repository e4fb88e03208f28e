from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from twisted.internet.task import Clock

from cdp_proxy.transport.metrics_log import MetricsLog, Readings
from shared.session_state import EndReason


class Told:
    """A container's metrics, and what it has written of them."""

    def __init__(self, environment: str | None = "production") -> None:
        self.clock = Clock()
        self.clock.advance(90)
        self.lines: list[Mapping[str, Any]] = []
        self.ended: Counter[EndReason] = Counter()
        self.free_slots: int | None = 17
        readings = Readings(lambda: self.free_slots, lambda: 3, lambda: 1, lambda: self.ended)
        self.log = MetricsLog(self.clock, environment, readings, self.lines.append)

    def figures(self, name: str) -> list[Any]:
        return [line[name] for line in self.lines if name in line]


@pytest.fixture
def told() -> Told:
    told = Told()
    told.log.start()
    return told


def test_the_figures_are_of_this_moment_and_environment(told: Told) -> None:
    (line,) = told.lines

    assert (line["FreeSlots"], line["Sessions"], line["ActiveScreencasts"]) == (17, 3, 1)
    assert line["Environment"] == "production"
    assert line["_aws"]["Timestamp"] == 90_000


def test_slots_that_are_not_offered_are_not_told(told: Told) -> None:
    told.free_slots = None
    told.clock.advance(30)

    assert len(told.figures("FreeSlots")) == 1
    assert told.figures("Sessions") == [3, 3]


def test_they_are_told_at_each_full_minute(told: Told) -> None:
    told.clock.pump([10] * 15)

    times = [line["_aws"]["Timestamp"] / 1000 for line in told.lines]
    assert times == [90, 120, 180, 240]


def test_failures_are_told_once_by_reason(told: Told) -> None:
    told.ended.update([EndReason.BROWSER_CRASHED] * 2 + [EndReason.RELEASED])
    told.clock.advance(30)
    told.ended[EndReason.BROWSER_CRASHED] += 1
    told.clock.advance(60)
    told.clock.advance(60)

    assert told.figures("SessionsFailed") == [2, 1]
    assert told.figures("Reason") == ["browser_crashed"] * 2


def test_the_last_failures_are_told_at_the_end(told: Told) -> None:
    told.ended[EndReason.START_FAILED] += 1

    told.log.stop()

    assert told.figures("SessionsFailed") == [1]
    assert told.clock.getDelayedCalls() == []


def test_without_an_environment_nothing_is_told() -> None:
    told = Told(environment=None)

    told.log.start()
    told.log.stop()

    assert told.lines == []
    assert told.clock.getDelayedCalls() == []
