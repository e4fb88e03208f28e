from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.actions import pointer
from cdp_proxy.core.actions.ports import BlockedByDialog, CommandFailed
from tests.fakes.tab import ScriptedTab, run


def events(tab: ScriptedTab) -> list[tuple[Any, ...]]:
    names = ("type", "x", "y", "button", "buttons", "clickCount")
    return [tuple(sent.params.get(name) for name in names) for sent in tab.sent]


def test_moving_presses_nothing() -> None:
    tab = ScriptedTab()

    run(pointer.move(tab, (3, 4)))

    assert events(tab) == [("mouseMoved", 3, 4, "none", 0, 0)]


def test_a_click_moves_there_presses_and_releases() -> None:
    tab = ScriptedTab()

    run(pointer.click(tab, (3, 4)))

    assert events(tab) == [
        ("mouseMoved", 3, 4, "none", 0, 0),
        ("mousePressed", 3, 4, "left", 1, 1),
        ("mouseReleased", 3, 4, "left", 0, 1),
    ]


def test_a_double_click_counts_its_clicks() -> None:
    tab = ScriptedTab()

    run(pointer.click(tab, (3, 4), times=2))

    assert [event[5] for event in events(tab)] == [0, 1, 1, 2, 2]


def test_the_right_button_is_another_one() -> None:
    tab = ScriptedTab()

    run(pointer.click(tab, (3, 4), button="right"))

    assert events(tab)[1] == ("mousePressed", 3, 4, "right", 2, 1)


def test_a_drag_holds_the_button_all_the_way_and_ends_at_its_goal() -> None:
    tab = ScriptedTab()

    run(pointer.drag(tab, (0, 0), (80, 160)))

    moves = events(tab)[2:-1]
    assert events(tab)[1][:3] == ("mousePressed", 0, 0)
    assert {event[0] for event in moves} == {"mouseMoved"}
    assert {event[4] for event in moves} == {1}
    assert [event[1] for event in moves] == [10, 20, 30, 40, 50, 60, 70, 80]
    assert events(tab)[-1][:5] == ("mouseReleased", 80, 160, "left", 0)


def test_the_wheel_turns_over_a_point() -> None:
    tab = ScriptedTab()

    run(pointer.wheel(tab, (3, 4), -120))

    (sent,) = tab.sent
    assert (sent.params["type"], sent.params["deltaX"], sent.params["deltaY"]) == (
        "mouseWheel",
        0,
        -120,
    )


def test_a_dialog_that_a_click_opens_is_no_failure_of_the_click() -> None:
    tab = ScriptedTab(failures={"Input.dispatchMouseEvent": BlockedByDialog("a dialog opened")})

    run(pointer.click(tab, (3, 4)))

    assert len(tab.sent) == 3


def test_a_tab_that_has_gone_is_an_error() -> None:
    tab = ScriptedTab(failures={"Input.dispatchMouseEvent": CommandFailed("closed")})

    with pytest.raises(CommandFailed):
        run(pointer.click(tab, (3, 4)))
