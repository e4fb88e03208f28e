from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction.clauses import divide
from cdp_proxy.core.actions.instruction.context import Context
from cdp_proxy.core.actions.instruction.tokens import tokenize
from cdp_proxy.core.actions.steps import Kind, Method, Relation, Step, Target


def context_of(instruction: str, previous: Target | None = None) -> Context:
    (clause,) = divide(tokenize(instruction))
    return Context(clause, previous)


def test_a_thing_without_a_place_is_in_the_clauses_setting() -> None:
    context = context_of("In the dialog, click OK")

    assert context.target(context.words) == Target(
        text="OK", relation=Relation.WITHIN, anchor=Target(kind=Kind.DIALOG)
    )


def test_a_thing_with_a_place_of_its_own_stays_there() -> None:
    context = context_of('In the dialog, click OK next to "Bob"')

    assert context.target(context.words).relation is Relation.NEAR


def test_it_is_what_was_spoken_of_before() -> None:
    before = Target(text="Save", kind=Kind.BUTTON)
    context = context_of("click it", before)

    assert context.target(context.words) is before


def test_a_kind_said_once_is_of_all_things_in_a_row() -> None:
    context = context_of('click the "A", "B" and "C" buttons')

    found = context.targets(context.words)

    assert [(target.text, target.kind) for target in found] == [
        ("A", Kind.BUTTON),
        ("B", Kind.BUTTON),
        ("C", Kind.BUTTON),
    ]


@pytest.mark.parametrize(
    ("instruction", "kind"),
    [
        ("Using the slider, select 5", Kind.SLIDER),
        ('In the Name field, type "Bob"', Kind.FIELD),
        ("In the dialog, click OK", None),
        ("click OK", None),
    ],
)
def test_only_a_control_that_takes_values_is_an_instrument(
    instruction: str, kind: Kind | None
) -> None:
    instrument = context_of(instruction).instrument()

    assert (instrument.kind if instrument is not None else None) is kind


def test_a_step_keeps_the_words_of_its_clause() -> None:
    target = Target(text="Save")

    step = context_of("Please click Save.").step(Method.FILL, target, ["x"])

    assert step == Step(method=Method.FILL, target=target, arguments=("x",), source="click Save")
