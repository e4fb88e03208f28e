"""The resolver as a whole: its answers, its errors, and what holds for any page."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.actions.resolver import (
    MOST_NEAREST,
    MOST_TIED,
    View,
    candidates_json,
    closing_control,
    describe,
    describe_all,
    resolve,
)
from cdp_proxy.core.actions.steps import Kind, Method, Relation, Target
from shared.errors import AmbiguousTarget, TargetNotFound
from tests.fakes.pages import page, the

NAMES = st.lists(
    st.sampled_from(["Save", "Cancel", "Delete", "Edit", "Next", "Open"]), min_size=1, max_size=6
)


def candidates(error: TargetNotFound | AmbiguousTarget) -> list[dict[str, str]]:
    return cast("list[dict[str, str]]", error.details["candidates"])


def test_a_tie_is_an_error_that_lists_the_tied() -> None:
    snapshot = page("\n".join(f'button "Edit" #edit{number}' for number in range(12)))

    with pytest.raises(AmbiguousTarget) as error:
        resolve(Target(text="edit"), Method.CLICK, snapshot)

    assert len(candidates(error.value)) == MOST_TIED
    assert candidates(error.value)[1] == {
        "description": 'the 2nd "Edit" button',
        "role": "button",
        "name": "Edit",
        "text": "Edit",
        "selector": 'button[id="edit1"]',
        "backendNodeId": 1001,
    }


def test_nothing_found_is_an_error_that_lists_the_nearest() -> None:
    snapshot = page('button "Checkout"\nbutton "Cart"\ntextbox "Check"')

    with pytest.raises(TargetNotFound) as error:
        resolve(Target(text="Check in", quoted=True), Method.CLICK, snapshot)

    assert 0 < len(candidates(error.value)) <= MOST_NEAREST
    assert error.value.details["target"] == '"Check in"'


def test_an_anchor_that_is_not_there_is_what_was_not_found() -> None:
    anchor = Target(text="Bob", quoted=True)
    target = Target(text="Edit", relation=Relation.NEAR, anchor=anchor)

    with pytest.raises(TargetNotFound) as error:
        resolve(target, Method.CLICK, page('button "Edit"'))

    assert error.value.details["target"] == '"Bob"'


def test_what_is_waited_for_may_show_twice() -> None:
    snapshot = page('"Done" #one\n"Done" #two')

    assert resolve(Target(text="Done"), Method.WAIT_FOR, snapshot) == (the(snapshot, "one"),)


def test_every_gives_several() -> None:
    snapshot = page('checkbox "A"\ncheckbox "B"')

    target = Target(kind=Kind.CHECKBOX, every=True)

    assert resolve(target, Method.CHECK, snapshot) == tuple(snapshot.elements)


@given(NAMES, st.sampled_from(["save", "edit", "opne", "delete"]))
def test_one_question_has_one_answer(names: list[str], asked: str) -> None:
    tree = "\n".join(f'button "{name}"' for name in names)

    def answer() -> object:
        try:
            return resolve(Target(text=asked), Method.CLICK, page(tree))
        except (AmbiguousTarget, TargetNotFound) as error:
            return error.details

    assert answer() == answer()


@given(st.lists(st.sampled_from(["Save", "Cancel", "Edit"]), min_size=1, max_size=3, unique=True))
def test_something_unrelated_far_away_changes_nothing(names: list[str]) -> None:
    tree = "\n".join(f'button "{name}"' for name in names)
    more = f'{tree}\ndiv\n  "Unrelated words" @0,5000,100,20'

    for snapshot in (page(tree), page(more)):
        (element,) = resolve(Target(text=names[0]), Method.CLICK, snapshot)
        assert element.ref == 0


@given(NAMES)
def test_every_button_has_a_description_of_its_own(names: list[str]) -> None:
    snapshot = page("\n".join(f'button "{name}"' for name in names))

    descriptions = describe_all(snapshot.elements, View(snapshot))

    assert len(set(descriptions)) == len(names)
    assert descriptions[0] == describe(snapshot.elements[0], View(snapshot))


def test_candidates_are_listed_for_others_too() -> None:
    snapshot = page('button "Go"')

    assert candidates_json(snapshot.elements, snapshot) == [
        {
            "description": 'the "Go" button',
            "role": "button",
            "name": "Go",
            "text": "Go",
            "backendNodeId": 1000,
        }
    ]


def test_what_closes_a_thing_is_found() -> None:
    snapshot = page('dialog #dialog\n  button "Close" #close\n"Words" #words')

    assert closing_control(the(snapshot, "dialog"), snapshot) == the(snapshot, "close")
    assert closing_control(page('"Words"').elements[0], page('"Words"')) is None
