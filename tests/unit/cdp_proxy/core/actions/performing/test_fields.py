from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.actions.performing import fields
from cdp_proxy.core.actions.ports import BlockedByDialog
from shared.errors import ActionFailed, TargetNotFound
from tests.fakes.tab import ScriptedTab, run, working

HTML = "<body><label for=m>Mail</label><input id=m></body>"


def holding(*values: str, html: str = HTML) -> ScriptedTab:
    """A tab whose field holds one value after the other, whenever it is read."""
    held = iter(values)
    return ScriptedTab(html, scripts={"READ_VALUE": lambda _name: next(held)})


def test_filling_clicks_selects_all_and_types() -> None:
    tab = holding("Jo")

    run(fields.fill(working(tab), tab.found("m"), "Jo"))

    assert tab.clicked == ["m"]
    assert ("SELECT_CONTENT", "m") in tab.called
    assert tab.keys == ["J", "o"]


def test_filling_with_nothing_deletes() -> None:
    tab = holding("")

    run(fields.fill(working(tab), tab.found("m"), ""))

    assert tab.keys == ["Delete"]


def test_typing_goes_behind_what_is_there() -> None:
    tab = ScriptedTab(HTML)

    run(fields.append(working(tab), tab.found("m"), "x"))

    assert ("CARET_TO_END", "m") in tab.called
    assert ("SELECT_CONTENT", "m") not in tab.called
    assert tab.keys == ["x"]


def test_a_long_text_is_inserted_but_for_its_last_key() -> None:
    text = "a" * 500
    tab = holding(text)

    run(fields.fill(working(tab), tab.found("m"), text))

    assert tab.keys == ["a" * 499, "a"]


def test_a_field_that_the_page_replaced_gets_the_text_at_once() -> None:
    tab = holding("J", "J", "Jo")

    run(fields.fill(working(tab), tab.found("m"), "Jo"))

    assert tab.keys == ["J", "o", "Jo"]


def test_a_field_that_takes_neither_keys_nor_text_is_not_called_filled() -> None:
    tab = holding("", "", "")

    with pytest.raises(ActionFailed, match="does not take"):
        run(fields.fill(working(tab), tab.found("m"), "Jo"))


@pytest.mark.parametrize("held", ["JO", "(J) o", "Jo", "Jo "])
def test_a_page_may_write_a_text_its_own_way(held: str) -> None:
    tab = holding(held, held)

    run(fields.fill(working(tab), tab.found("m"), "Jo"))

    assert tab.keys == ["J", "o"]


def test_what_only_keys_reach_is_focused() -> None:
    tab = holding("Jo")
    tab.scripts["PREPARE"] = {"state": "hidden"}

    run(fields.fill(working(tab), tab.found("m"), "Jo"))

    assert tab.clicked == []
    assert tab.keys == ["J", "o"]


def test_what_neither_pointer_nor_keys_reach_is_not_found() -> None:
    tab = ScriptedTab(HTML, scripts={"PREPARE": {"state": "hidden"}, "FOCUS": False})

    with pytest.raises(TargetNotFound):
        run(fields.fill(working(tab), tab.found("m"), "Jo"))

    assert tab.keys == []


def test_what_takes_no_focus_is_clicked() -> None:
    tab = ScriptedTab(HTML, scripts={"FOCUS": False})

    run(fields.focus(working(tab), tab.found("m")))

    assert tab.clicked == ["m"]


def test_focusing_does_not_click() -> None:
    tab = ScriptedTab(HTML)

    run(fields.focus(working(tab), tab.found("m")))

    assert tab.clicked == []


@pytest.mark.parametrize("kind", ["date", "time", "color", "range"])
def test_what_nobody_types_into_is_set(kind: str) -> None:
    told: list[Any] = []
    tab = ScriptedTab(
        HTML.replace("id=m", f"id=m type={kind}"),
        scripts={"SET_VALUE": lambda _name, value: told.append(value) or value},
    )

    run(fields.fill(working(tab), tab.found("m"), "7"))

    assert told == ["7"]
    assert tab.keys == []


def test_a_value_that_a_field_does_not_take_is_told_without_the_variables_value() -> None:
    tab = ScriptedTab(HTML, scripts={"SET_VALUE": ""})
    work = working(tab, variables={"day": "31 February"})

    with pytest.raises(ActionFailed) as refused:
        run(fields.set_value(work, tab.found("m"), "31 February"))

    assert "31 February" not in refused.value.message
    assert "%day%" in refused.value.message


def test_a_chord_is_struck() -> None:
    tab = ScriptedTab()

    run(fields.press(working(tab), "Control+A"))

    assert tab.keys == ["Control", "a"]


def test_a_key_that_there_is_not_is_an_error_and_nothing_is_struck() -> None:
    tab = ScriptedTab()

    with pytest.raises(ActionFailed) as refused:
        run(fields.press(working(tab), "Control+Nonsense"))

    assert refused.value.details == {"key": "Control+Nonsense"}
    assert tab.keys == []


def test_a_dialog_that_a_key_opens_is_no_failure() -> None:
    tab = ScriptedTab(failures={"Input.dispatchKeyEvent": BlockedByDialog("a dialog opened")})

    run(fields.press(working(tab), "Enter"))

    assert tab.methods() == ["Input.dispatchKeyEvent"] * 2
