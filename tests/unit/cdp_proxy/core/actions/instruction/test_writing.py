from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction import parse
from cdp_proxy.core.actions.steps import Kind, Method, Target
from shared.errors import InstructionNotUnderstood

NAME = Target(text="Name", kind=Kind.FIELD)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ('type "Bob" into Name', "Bob"),
        ("type Bob Smith into the Name field", "Bob Smith"),
        ('enter "Bob" in the Name field', "Bob"),
        ("enter Bob as the Name", "Bob"),
        ("fill in Name with Bob", "Bob"),
        ("fill the Name field with %who%", "%who%"),
        ('write the text "a, b and click c" into the Name field', "a, b and click c"),
        ('In the Name field, type "Bob"', "Bob"),
        ("type bob in upper case into Name", "BOB"),
    ],
)
def test_a_text_is_written_into_its_field(said: str, text: str) -> None:
    (step,) = parse(said)

    assert (step.method, step.target, step.arguments) == (Method.FILL, NAME, (text,))


@pytest.mark.parametrize(
    "said",
    [
        'enter "Bob" in the Name field and "7" in the Age field',
        "fill the form: Name = Bob, Age = 7",
        "fill out the form with Name = Bob and Age = 7",
        "enter Name: Bob, Age: 7",
        "fill in the following:\nName: Bob\nAge: 7",
    ],
)
def test_several_fields_are_filled_in_their_order(said: str) -> None:
    steps = parse(said)

    assert [(step.method, step.target, step.arguments) for step in steps] == [
        (Method.FILL, NAME, ("Bob",)),
        (Method.FILL, Target(text="Age", kind=Kind.FIELD), ("7",)),
    ]


def test_a_text_without_a_field_goes_where_the_focus_is() -> None:
    (step,) = parse('type "hello world"')

    assert (step.method, step.target, step.arguments) == (Method.TYPE, None, ("hello world",))


def test_what_a_text_is_names_its_field() -> None:
    (step,) = parse('enter the password "hunter2"')

    assert (step.method, step.arguments) == (Method.FILL, ("hunter2",))
    assert step.target == Target(text="password", kind=Kind.FIELD, qualities=("password",))


@pytest.mark.parametrize("said", ['add " more" to the Name field', 'append " more" to Name'])
def test_a_text_is_added_to_what_is_there(said: str) -> None:
    (step,) = parse(said)

    assert (step.method, step.target, step.arguments) == (Method.TYPE, NAME, (" more",))


def test_fields_are_cleared_one_by_one() -> None:
    steps = parse('clear "A" and "B"')

    assert [(step.method, step.target) for step in steps] == [
        (Method.CLEAR, Target(text=name, quoted=True, kind=Kind.FIELD)) for name in "AB"
    ]


@pytest.mark.parametrize(
    "said",
    ["fill in the form", "fill in Name", "type the total number of blocks", "type it into Name"],
)
def test_a_text_that_is_not_said_is_refused(said: str) -> None:
    with pytest.raises(InstructionNotUnderstood):
        parse(said)
