from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.actions.performing import choices
from cdp_proxy.core.actions.steps import Kind, Target
from shared.errors import ActionFailed, TargetNotFound
from tests.fakes.tab import ScriptedTab, run, working

SELECT = "<body><label for=s>Color</label><select id=s><option>Red</option></select></body>"


def entries(*labels: str, disabled: str = "") -> list[dict[str, Any]]:
    return [
        {"label": label, "value": f"v{number}", "disabled": label == disabled}
        for number, label in enumerate(labels)
    ]


def chosen(option: str, *labels: str, disabled: str = "") -> list[int]:
    """The indexes that are chosen of a native list."""
    told: list[list[int]] = []
    tab = ScriptedTab(
        SELECT,
        scripts={
            "OPTIONS": entries(*labels, disabled=disabled),
            "CHOOSE_OPTIONS": lambda _name, indexes: told.append(indexes),
        },
    )
    run(choices.select_in(working(tab), tab.found("s"), [option]))
    return told[0]


@pytest.mark.parametrize(
    ("option", "labels", "index"),
    [
        ("Red", ["red", "Red"], 1),
        ("red", ["Dark red", "RED"], 1),
        ("v1", ["Red", "Blue"], 1),
        ("Red ", ["Blue", "Red"], 1),
        ("Germany", ["Austria", "Germany (DE)"], 1),
        ("Germny", ["Austria", "Germany"], 1),
        ("1", ["10", "1", "11"], 1),
    ],
)
def test_an_option_is_meant_exactly_before_in_other_case_before_nearly(
    option: str, labels: list[str], index: int
) -> None:
    assert chosen(option, *labels) == [index]


def test_several_that_are_near_are_none() -> None:
    with pytest.raises(TargetNotFound, match="several options like") as tied:
        chosen("Size", "Size S", "Size M", "Other")

    candidates = tied.value.details["candidates"]
    assert isinstance(candidates, list)
    assert [candidate["text"] for candidate in candidates] == ["Size S", "Size M"]


def test_what_a_list_does_not_have_is_told_with_what_it_has() -> None:
    with pytest.raises(TargetNotFound, match="no option 'Purple'") as missing:
        chosen("Purple", "Red", "Blue")

    candidates = missing.value.details["candidates"]
    assert isinstance(candidates, list)
    assert [candidate["text"] for candidate in candidates] == ["Red", "Blue"]


def test_an_error_lists_only_so_many_options() -> None:
    with pytest.raises(TargetNotFound) as missing:
        chosen("Purple", *(f"Number {number}" for number in range(100)))

    candidates = missing.value.details["candidates"]
    assert isinstance(candidates, list)
    assert len(candidates) == 20


def test_a_disabled_option_is_not_chosen() -> None:
    with pytest.raises(ActionFailed, match="'Red' is disabled"):
        chosen("Red", "Red", "Blue", disabled="Red")


def test_nothing_is_chosen_when_one_of_several_is_missing() -> None:
    tab = ScriptedTab(SELECT, scripts={"OPTIONS": entries("Red", "Blue")})

    with pytest.raises(TargetNotFound):
        run(choices.select_in(working(tab), tab.found("s"), ["Red", "Purple"]))

    assert ("CHOOSE_OPTIONS", "s") not in tab.called


def test_a_list_that_is_named_is_chosen_from() -> None:
    tab = ScriptedTab(SELECT, scripts={"OPTIONS": entries("Red")})

    found = run(choices.select(working(tab), Target(text="Color", kind=Kind.LIST), ["Red"]))

    assert [one.element.tag for one in found] == ["select"]
    assert tab.called[-1] == ("CHOOSE_OPTIONS", "s")


def test_a_list_that_is_not_named_is_found_by_its_option() -> None:
    tab = ScriptedTab(SELECT, scripts={"OPTIONS": entries("Red")})

    found = run(choices.select(working(tab), None, ["Red"]))

    assert [one.element.attributes["id"] for one in found] == ["s"]


CLOSED = '<body><div id=box role=combobox tabindex=0 aria-label="Color">Any</div></body>'
OPENED = CLOSED.replace(
    "</body>",
    "<ul role=listbox><li role=option id=red>Red</li><li role=option id=blue>Blue</li></ul></body>",
)


def test_a_list_made_by_hand_is_opened_and_its_option_clicked() -> None:
    tab = ScriptedTab(CLOSED)
    tab.on_click = lambda name: setattr(tab, "html", OPENED if name == "box" else CLOSED)

    run(choices.select(working(tab), Target(text="Color", kind=Kind.LIST), ["Blue"]))

    assert tab.clicked == ["box", "blue"]


def test_a_list_made_by_hand_without_the_option_says_so() -> None:
    tab = ScriptedTab(CLOSED)
    tab.on_click = lambda _name: setattr(tab, "html", OPENED)

    with pytest.raises(TargetNotFound) as missing:
        run(choices.select(working(tab), Target(text="Color", kind=Kind.LIST), ["Purple"]))

    assert missing.value.details["option"] == "Purple"
    assert tab.clicked == ["box"]


def checking(before: bool | None, after: bool | None, *, on: bool) -> ScriptedTab:
    states = iter([before, after])
    tab = ScriptedTab(
        '<body><input id=c type=checkbox aria-label="Terms"></body>',
        scripts={"CHECKED": lambda _name: next(states)},
    )
    run(choices.check(working(tab), tab.found("c"), on=on))
    return tab


@pytest.mark.parametrize("on", [True, False])
def test_what_is_so_already_is_not_clicked(on: bool) -> None:
    assert checking(on, None, on=on).clicked == []


@pytest.mark.parametrize("on", [True, False])
def test_a_box_is_clicked_and_looked_at(on: bool) -> None:
    assert checking(not on, on, on=on).clicked == ["c"]


def test_a_box_that_does_not_take_it_is_an_error() -> None:
    with pytest.raises(ActionFailed, match="not checked now"):
        checking(False, False, on=True)


def test_a_hidden_box_is_clicked_by_its_label() -> None:
    def prepare(name: str, _wants: object) -> dict[str, Any]:
        return {"state": "ready", "x": 1, "y": 45} if name == "l" else {"state": "hidden"}

    states = iter([False, True])
    tab = ScriptedTab(
        "<body><label id=l for=c>Terms</label><input id=c type=checkbox></body>",
        scripts={
            "CHECKED": lambda _name: next(states),
            "FIRST_LABEL": lambda _name: "l",
            "PREPARE": prepare,
        },
    )
    found = tab.found("c")

    run(choices.check(working(tab), found, on=True))

    assert ("PREPARE", "l") in tab.called
    assert len(tab.clicked) == 1
