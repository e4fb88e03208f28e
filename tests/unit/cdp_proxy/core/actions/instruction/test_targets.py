from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction.targets import MAX_RELATIONS, is_page, read_target
from cdp_proxy.core.actions.instruction.tokens import tokenize
from cdp_proxy.core.actions.steps import Kind, Relation, Target
from shared.errors import InstructionNotUnderstood


@pytest.mark.parametrize(
    ("said", "kind", "relation", "anchor"),
    [
        (
            'the Edit button next to "Alice"',
            Kind.BUTTON,
            Relation.NEAR,
            Target(text="Alice", quoted=True),
        ),
        (
            'the Edit button in the row of "Bob"',
            Kind.BUTTON,
            Relation.WITHIN,
            Target(text="Bob", quoted=True, kind=Kind.ROW),
        ),
        (
            "the Edit link under the heading News",
            Kind.LINK,
            Relation.WITHIN,
            Target(text="News", kind=Kind.HEADING),
        ),
        ("Bob's Edit button", Kind.BUTTON, Relation.NEAR, Target(text="Bob")),
    ],
)
def test_a_thing_is_placed_by_another(
    said: str, kind: Kind, relation: Relation, anchor: Target
) -> None:
    assert read_target(tokenize(said)) == Target(
        text="Edit", kind=kind, relation=relation, anchor=anchor
    )


@pytest.mark.parametrize(
    "said",
    [
        "the field labelled Email",
        "the field for Email",
        "the Email field",
        "the Email field on the page",
        "the center of the Email field",
        "the Email field to log in",
    ],
)
def test_the_name_of_a_field_may_stand_anywhere(said: str) -> None:
    assert read_target(tokenize(said)) == Target(text="Email", kind=Kind.FIELD)


def test_a_place_of_the_page_or_a_colour_is_a_quality() -> None:
    placed = read_target(tokenize("the link at the bottom"))
    coloured = read_target(tokenize("the link in red"))

    assert (placed.qualities, placed.relation) == (("bottom",), None)
    assert (coloured.qualities, coloured.relation) == (("red",), None)


def test_a_pronoun_is_what_was_spoken_of() -> None:
    before = Target(text="Save", kind=Kind.BUTTON)

    assert read_target(tokenize("it"), previous=before) is before


@pytest.mark.parametrize(
    "said",
    [
        "it",
        "",
        ",",
        '"a"' + ' next to "b"' * MAX_RELATIONS,
    ],
)
def test_what_says_no_thing_is_refused(said: str) -> None:
    with pytest.raises(InstructionNotUnderstood):
        read_target(tokenize(said))


@pytest.mark.parametrize(
    ("said", "page"),
    [("the page", True), ("this website", True), ("", True), ("the list", False), ("it", False)],
)
def test_the_page_itself_is_no_thing_of_it(said: str, page: bool) -> None:
    assert is_page(tokenize(said)) is page
