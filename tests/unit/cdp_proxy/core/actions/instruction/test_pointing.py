from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction import parse
from cdp_proxy.core.actions.instruction.pointing import MAX_REPEATS, SUBMIT_BUTTON
from cdp_proxy.core.actions.steps import Kind, Method, Relation, Target
from shared.errors import InstructionNotUnderstood


@pytest.mark.parametrize(
    ("said", "method"),
    [
        ("click Save", Method.CLICK),
        ("click Save with the right mouse button", Method.RIGHT_CLICK),
        ("right-click Save", Method.RIGHT_CLICK),
        ("double-click Save", Method.DOUBLE_CLICK),
        ("hover over Save", Method.HOVER),
        ("focus on Save", Method.FOCUS),
        ("tick Save", Method.CHECK),
        ("uncheck Save", Method.UNCHECK),
        ("toggle Save", Method.CLICK),
        ("expand Save", Method.EXPAND),
        ("turn on Save", Method.CHECK),
        ("turn Save off", Method.UNCHECK),
        ("disable Save", Method.UNCHECK),
    ],
)
def test_the_verb_says_what_is_done_to_the_thing(said: str, method: Method) -> None:
    (step,) = parse(said)

    assert (step.method, step.target) == (method, Target(text="Save"))


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("click Save twice", ["Save", "Save"]),
        ("click Save 3 times", ["Save"] * 3),
        ('click "A" and "B"', ["A", "B"]),
    ],
)
def test_a_click_may_be_several(said: str, names: list[str]) -> None:
    steps = parse(said)

    assert {step.method for step in steps} == {Method.CLICK}
    assert [step.target.text for step in steps if step.target is not None] == names


def test_nobody_clicks_so_often() -> None:
    assert len(parse(f"click Save {MAX_REPEATS} times")) == MAX_REPEATS
    with pytest.raises(InstructionNotUnderstood):
        parse(f"click Save {MAX_REPEATS + 1} times")


@pytest.mark.parametrize(
    ("said", "chords"),
    [
        ("press Enter", ["Enter"]),
        ("press Ctrl+S", ["Control+S"]),
        ("press Tab, Tab and Enter", ["Tab", "Tab", "Enter"]),
        ("press the Down arrow key twice", ["ArrowDown", "ArrowDown"]),
        ('press "Enter"', ["Enter"]),
        ("press the Delete key", ["Delete"]),
    ],
)
def test_keys_are_pressed_where_the_focus_is(said: str, chords: list[str]) -> None:
    steps = parse(said)

    assert [step.arguments for step in steps] == [(chord,) for chord in chords]
    assert {(step.method, step.target) for step in steps} == {(Method.PRESS, None)}


def test_a_key_is_pressed_in_the_field_that_is_named() -> None:
    (step,) = parse("press Enter in the Name field")

    assert (step.method, step.arguments) == (Method.PRESS, ("Enter",))
    assert step.target == Target(text="Name", kind=Kind.FIELD)


@pytest.mark.parametrize("said", ['press "Save"', "press Save", 'press "Delete"'])
def test_a_button_is_pressed_by_a_click(said: str) -> None:
    (step,) = parse(said)

    assert step.method is Method.CLICK


@pytest.mark.parametrize(
    ("said", "destination"),
    [
        ('drag "A" to "B"', Target(text="B", quoted=True)),
        ('drag "A" and drop it onto "B"', Target(text="B", quoted=True)),
        (
            'drag "A" above "B"',
            Target(relation=Relation.ABOVE, anchor=Target(text="B", quoted=True)),
        ),
        (
            'drag "A" to the left of "B"',
            Target(relation=Relation.LEFT_OF, anchor=Target(text="B", quoted=True)),
        ),
    ],
)
def test_a_thing_is_dragged_onto_another_or_beside_it(said: str, destination: Target) -> None:
    (step,) = parse(said)

    assert (step.method, step.target) == (Method.DRAG, Target(text="A", quoted=True))
    assert step.destination == destination


def test_a_form_is_sent_by_its_submit_button() -> None:
    (anywhere,) = parse("submit the form")
    (named,) = parse("submit the order form")

    assert anywhere.target == SUBMIT_BUTTON
    assert named.target is not None
    assert named.target.relation is Relation.WITHIN
    assert named.target.anchor == Target(text="order", kind=Kind.FORM)


@pytest.mark.parametrize("said", ["turn the page", "drag A", "press the Frob key"])
def test_what_lacks_its_end_is_refused(said: str) -> None:
    with pytest.raises(InstructionNotUnderstood):
        parse(said)
