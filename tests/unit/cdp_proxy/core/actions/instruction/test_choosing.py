from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction import parse
from cdp_proxy.core.actions.instruction.choosing import ANY_LIST
from cdp_proxy.core.actions.steps import Kind, Method, Relation, Step, Target
from shared.errors import InstructionNotUnderstood

COLOR = Target(text="Color", kind=Kind.LIST)


def single(instruction: str) -> Step:
    (step,) = parse(instruction)
    return step


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("select Blue from Color", ("Blue",)),
        ("choose Blue from the Color dropdown", ("Blue",)),
        ('pick "Blue" in the Color list', ("Blue",)),
        ('select "Blue" and "Red" from Color', ("Blue", "Red")),
        ('select the option "Blue" from Color', ("Blue",)),
    ],
)
def test_options_are_chosen_from_the_list_that_is_named(
    said: str, options: tuple[str, ...]
) -> None:
    step = single(said)

    assert (step.method, step.target, step.arguments) == (Method.SELECT, COLOR, options)


@pytest.mark.parametrize(
    ("said", "options"),
    [("select A, B and C", ("A", "B", "C")), ('choose "Blue"', ("Blue",))],
)
def test_without_a_list_it_is_whatever_has_these_options(
    said: str, options: tuple[str, ...]
) -> None:
    step = single(said)

    assert (step.method, step.target, step.arguments) == (Method.SELECT, ANY_LIST, options)


def test_an_option_by_its_place_is_clicked() -> None:
    step = single("select the second option from Color")

    assert step.method is Method.CLICK
    assert step.target == Target(
        kind=Kind.OPTION, ordinal=2, relation=Relation.WITHIN, anchor=COLOR
    )


def test_nothing_is_selected_by_doing_nothing() -> None:
    assert [step.method for step in parse("select nothing and click OK")] == [Method.CLICK]


@pytest.mark.parametrize(
    ("said", "method", "kind"),
    [
        ("select the Yes radio button", Method.CHECK, Kind.RADIO),
        ("select the Yes checkbox", Method.CHECK, Kind.CHECKBOX),
        ("select the Yes tab", Method.CLICK, Kind.TAB),
        ("select the Yes row", Method.CLICK, Kind.ROW),
    ],
)
def test_what_is_no_option_is_checked_or_clicked(said: str, method: Method, kind: Kind) -> None:
    step = single(said)

    assert (step.method, step.target) == (method, Target(text="Yes", kind=kind))


def test_a_menu_path_is_followed_from_the_outermost() -> None:
    steps = parse("select File > Export > PDF")

    targets = [step.target for step in steps]
    assert targets == [Target(text=name, kind=Kind.MENU_ITEM) for name in ("File", "Export", "PDF")]
    assert steps[-1].method is Method.CLICK


@pytest.mark.parametrize(
    ("said", "kind", "value"),
    [
        ("choose 3 March 2027", Kind.DATE, "2027-03-03"),
        ("choose 12/06/2016 as the date", Kind.DATE, "2016-12-06"),
        ("select 5 with the slider", Kind.SLIDER, "5"),
    ],
)
def test_a_date_or_a_number_is_set(said: str, kind: Kind, value: str) -> None:
    step = single(said)

    assert (step.method, step.target, step.arguments) == (Method.SET, Target(kind=kind), (value,))


@pytest.mark.parametrize(
    ("said", "method", "arguments"),
    [
        ("set the quantity to 3", Method.SET, ("3",)),
        ('change "Country" to "France"', Method.SET, ("France",)),
        ("set the Country dropdown to France", Method.SELECT, ("France",)),
        ("set the Country field to France", Method.FILL, ("France",)),
        ("set the Wi-Fi switch to off", Method.UNCHECK, ()),
    ],
)
def test_a_control_is_given_its_value(
    said: str, method: Method, arguments: tuple[str, ...]
) -> None:
    step = single(said)

    assert (step.method, step.arguments) == (method, arguments)


def test_a_value_must_be_said() -> None:
    with pytest.raises(InstructionNotUnderstood):
        parse("set the quantity")
