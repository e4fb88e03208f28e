from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any, cast

import pytest

from cdp_proxy.core.actions.capture import Capture, capture_page
from cdp_proxy.core.actions.ports import CommandFailed, Page
from tests.fakes.captured import FRAME, SESSION, Tag, captured

METRICS = {"cssLayoutViewport": {"clientWidth": 800, "clientHeight": 600}}


class AnsweringPage:
    """Answers each method with what a test has for it; what it has nothing for, fails."""

    session = SESSION

    def __init__(self, answers: Mapping[str, Any], frames: Mapping[str, str] | None = None) -> None:
        self.frame_sessions = frames or {}
        self._answers = answers

    async def call(self, command: Any, session: str | None = None) -> Any:
        method = next(command)["method"]
        if session not in {None, SESSION} or method not in self._answers:
            raise CommandFailed(method)
        try:
            command.send(self._answers[method])
        except StopIteration as finished:
            return finished.value


def run(page: AnsweringPage) -> Capture:
    coroutine: Coroutine[Any, Any, Capture] = capture_page(cast("Page", page))
    with pytest.raises(StopIteration) as finished:
        coroutine.send(None)
    result: Capture = finished.value.value
    return result


def answers(**evaluated: str) -> dict[str, Any]:
    return {
        "Page.getLayoutMetrics": METRICS,
        "DOMSnapshot.captureSnapshot": captured(Tag("input")),
        "Page.createIsolatedWorld": {"executionContextId": 7},
        "Runtime.evaluate": {"result": evaluated},
        "Runtime.getProperties": {
            "result": [
                {"name": "0", "value": {"value": "focused invalid"}},
                {"name": "1", "value": {"objectId": "a"}},
                {"name": "2", "value": {"objectId": "a"}},
                {"name": "length", "value": {"value": 3}},
            ]
        },
        "DOM.describeNode": {"node": {"backendNodeId": 2}},
        "Runtime.releaseObjectGroup": {},
    }


def test_live_states_are_gathered_by_node() -> None:
    (process,) = run(AnsweringPage(answers(objectId="array"))).processes

    assert process.live == {2: ("focused", "invalid")}
    assert process.has_frame(FRAME)


def test_nothing_live_is_no_round_trips() -> None:
    without = answers()
    del without["Runtime.getProperties"]

    (process,) = run(AnsweringPage(without)).processes

    assert process.live == {}


def test_a_frame_that_went_away_is_left_out() -> None:
    page = AnsweringPage(answers(), frames={"gone": "gone session"})

    assert len(run(page).processes) == 1


def test_a_page_that_cannot_be_captured_fails() -> None:
    coroutine = capture_page(cast("Page", AnsweringPage({})))

    with pytest.raises(CommandFailed):
        coroutine.send(None)
