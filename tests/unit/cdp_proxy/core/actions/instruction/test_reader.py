"""What instructions are read as, and that nothing but one error ever comes of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.actions.instruction import parse
from cdp_proxy.core.actions.steps import Kind, Method, Step, Target
from shared.errors import InstructionNotUnderstood
from tests.unit.cdp_proxy.core.actions.instruction.phrasings import (
    chains,
    fields,
    pages,
    pointing,
)

READ = [*pointing.READ, *fields.READ, *pages.READ, *chains.READ]
REFUSED = [
    "Click the first two checkboxes",
    "If the box is checked, uncheck it",
    "do something nice",
    "click Save if it appears",
    'Click "Save" when it is shown',
    "Click everything else",
    "Click as many red boxes as possible",
    "Select the following color",
    'Click "Add user" and frobnicate the whatsit',
    "If a banner appears, close it",
    '""',
    "click",
    'Make sure to check "I agree" before clicking Submit',
    "Drag Drucy up by one.",
]
PARTS = st.sampled_from(
    [
        "click",
        "press",
        "type",
        '"x"',
        "and",
        "then",
        ",",
        ";",
        "the",
        "second",
        "button",
        "to",
        "find",
        "in",
        "of",
        "row",
        "2",
        "%a%",
        ">",
        "=",
        "select",
        "5",
        "every",
        "it",
        "not",
        "scroll",
        "until",
        "visible",
        "by",
        "clicking",
        "drag",
        "log",
        "in",
        "as",
        "with",
    ]
)


def written(target: Target) -> str:
    text = f'"{target.text}"' if target.quoted else f"<{target.text}>"
    parts = (
        "el" if target.kind is Kind.ELEMENT else target.kind.value,
        text if target.text else "",
        f"#{target.ordinal}" if target.ordinal is not None else "",
        "every" if target.every else "",
        "{" + ",".join(target.qualities) + "}" if target.qualities else "",
        f"[{target.relation.value} {written(target.anchor)}]"
        if target.relation is not None and target.anchor is not None
        else "",
    )
    return " ".join(filter(None, parts))


def compact(step: Step) -> str:
    parts = (
        step.method.value,
        written(step.target) if step.target is not None else "",
        repr(list(step.arguments)) if step.arguments else "",
        f"-> {written(step.destination)}" if step.destination is not None else "",
    )
    return " ".join(filter(None, parts))


@pytest.mark.parametrize(("instruction", "steps"), READ)
def test_an_instruction_is_read_as_its_steps(instruction: str, steps: list[str]) -> None:
    assert [compact(step) for step in parse(instruction)] == steps


@pytest.mark.parametrize("instruction", REFUSED)
def test_what_is_not_understood_is_refused_with_its_words(instruction: str) -> None:
    with pytest.raises(InstructionNotUnderstood) as refusal:
        parse(instruction)

    assert "words" in refusal.value.details


@given(st.one_of(st.text(max_size=300), st.lists(PARTS, max_size=40).map(" ".join)))
def test_nothing_is_raised_but_that_it_is_not_understood(instruction: str) -> None:
    try:
        steps = parse(instruction)
    except InstructionNotUnderstood:
        return

    assert steps


@given(st.text(st.characters(exclude_characters='"”', exclude_categories=["Cs"]), min_size=1))
def test_quoted_text_is_typed_as_it_is(text: str) -> None:
    (step,) = parse(f'type "{text}" into the "Note" field')

    assert (step.method, step.arguments) == (Method.FILL, (text,))


@pytest.mark.parametrize("instruction", ['click "A"', 'type "x" into Name and press Enter'])
@pytest.mark.parametrize("frame", ["  {}\n", "please {}", "Can you {}, thanks", "{} please."])
def test_politeness_changes_nothing(instruction: str, frame: str) -> None:
    polite = parse(frame.format(instruction))

    assert [compact(step) for step in polite] == [compact(step) for step in parse(instruction)]
