from __future__ import annotations

import pytest

from cdp_proxy.core.actions.performing.scrolling import scroll, scroll_to, wait_for, wait_gone
from cdp_proxy.core.actions.steps import Kind, Target
from shared.errors import ActionTimeout, TargetNotFound
from tests.fakes.tab import ScriptedTab, run, working

SAVE = "<body><button id=save>Save</button></body>"
TARGET = Target(text="Save", kind=Kind.BUTTON)


def test_the_page_is_scrolled_or_what_is_around_an_element() -> None:
    tab = ScriptedTab(SAVE)

    run(scroll(working(tab), None, "down"))
    run(scroll(working(tab), tab.found("save"), "up"))

    assert tab.called == [("SCROLL_PAGE", "body"), ("SCROLL_BY", "save")]


def test_one_scrolls_on_until_it_is_there() -> None:
    tab = ScriptedTab()
    turns: list[str] = []

    def turn(_name: str, direction: str) -> bool:
        turns.append(direction)
        tab.html = SAVE if len(turns) == 3 else tab.html
        return True

    tab.scripts["SCROLL_PAGE"] = turn

    found = run(scroll_to(working(tab), TARGET))

    assert found.element.name == "Save"
    assert turns == ["down"] * 3


def test_at_the_end_of_the_page_it_is_not_found() -> None:
    with pytest.raises(TargetNotFound):
        run(scroll_to(working(ScriptedTab(scripts={"SCROLL_PAGE": False})), TARGET))


def test_what_appears_is_waited_for_as_long_as_the_act_lasts() -> None:
    tab = ScriptedTab()
    tab.at(20.0, lambda: setattr(tab, "html", SAVE))

    assert run(wait_for(working(tab), TARGET)).element.name == "Save"


def test_what_does_not_appear_is_a_timeout() -> None:
    with pytest.raises(ActionTimeout) as late:
        run(wait_for(working(ScriptedTab(), seconds=5.0), TARGET))

    assert late.value.details["waitedFor"] == "Save"


def test_what_goes_is_waited_for() -> None:
    tab = ScriptedTab(SAVE)
    tab.at(3.0, lambda: setattr(tab, "html", "<body></body>"))

    run(wait_gone(working(tab), TARGET))

    assert tab.now() == pytest.approx(103.0, abs=0.3)


def test_what_stays_is_a_timeout() -> None:
    with pytest.raises(ActionTimeout, match="still there"):
        run(wait_gone(working(ScriptedTab(SAVE), seconds=5.0), TARGET))
