from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction import parse
from cdp_proxy.core.actions.instruction.relations import segments
from cdp_proxy.core.actions.instruction.tokens import tokenize
from cdp_proxy.core.actions.steps import Kind, Relation, Target


@pytest.mark.parametrize(
    ("said", "relation"),
    [
        ("Edit next to Alice", Relation.NEAR),
        ("Edit above Alice", Relation.ABOVE),
        ("Edit directly below Alice", Relation.BELOW),
        ("Edit under Alice", Relation.BELOW),
        ("Edit to the left of Alice", Relation.LEFT_OF),
        ("Edit on the right side of Alice", Relation.RIGHT_OF),
        ("Edit after Alice", Relation.AFTER),
        ("Edit before Alice", Relation.BEFORE),
        ("Edit inside Alice", Relation.WITHIN),
        ('Edit in "Alice"', Relation.WITHIN),
        ("Edit in the Alice", Relation.WITHIN),
        ("Edit button for Alice", Relation.NEAR),
    ],
)
def test_a_marker_divides_a_thing_from_its_place(said: str, relation: Relation) -> None:
    thing, place = segments(tokenize(said))

    assert thing.marker is None
    assert thing.words.source.startswith("Edit")
    assert place.marker is not None
    assert place.marker.relation is relation
    assert place.words.source.strip('"').endswith("Alice")


@pytest.mark.parametrize(
    "said",
    [
        "Sign in",
        "Terms of service",
        "Search for flights",
        "Log in with Google",
        "Link in bio",
        '"next to Bob"',
    ],
)
def test_a_weak_marker_within_a_name_does_not_divide(said: str) -> None:
    (whole,) = segments(tokenize(said))

    assert whole.words.source == said


@pytest.mark.parametrize(
    "said", ["the field labelled Email", "the field called Email", "the field with the label Email"]
)
def test_a_name_may_follow_what_it_is_of(said: str) -> None:
    thing, name = segments(tokenize(said))

    assert thing.words.source == "the field"
    assert name.marker is not None
    assert name.marker.relation is None
    assert name.words.source == "Email"


def test_places_may_be_placed_in_turn() -> None:
    parts = segments(tokenize('the "Edit" button in the row of "Bob" below "Team"'))

    assert [part.words.source for part in parts] == [
        'the "Edit" button',
        "the row",
        '"Bob"',
        '"Team"',
    ]


def test_under_is_remembered_since_headings_hold_what_is_under_them() -> None:
    under, below = (segments(tokenize(f"the link {word} News"))[1] for word in ("under", "below"))

    assert under.marker is not None
    assert below.marker is not None
    assert under.marker.heading
    assert not below.marker.heading


def test_a_marker_at_the_end_is_a_word() -> None:
    (whole,) = segments(tokenize("the one next to"))

    assert whole.words.source == "the one next to"


@pytest.mark.parametrize("name", ["Bob", "Dan Hill"])
def test_what_is_in_somebodys_row_is_within_that_row(name: str) -> None:
    (step,) = parse(f"check Active in {name}'s row")

    assert step.target is not None
    assert step.target.text == "Active"
    assert step.target.anchor == Target(text=name, kind=Kind.ROW)
