from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction.nouns import noun_phrase
from cdp_proxy.core.actions.instruction.tokens import tokenize
from cdp_proxy.core.actions.steps import Kind, Target
from shared.errors import InstructionNotUnderstood


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("the Save button", Target(text="Save", kind=Kind.BUTTON)),
        ("Save", Target(text="Save")),
        ('"Save"', Target(text="Save", quoted=True)),
        ('the link "More"', Target(text="More", quoted=True, kind=Kind.LINK)),
        ("button ONE", Target(text="ONE", kind=Kind.BUTTON)),
        ("the text box", Target(kind=Kind.FIELD)),
        ("%name%", Target(text="%name%", quoted=True)),
        ("Contact Form", Target(text="Contact Form")),
    ],
)
def test_a_thing_has_a_name_and_a_kind(said: str, target: Target) -> None:
    assert noun_phrase(tokenize(said)) == target


@pytest.mark.parametrize(
    ("said", "ordinal"),
    [
        ("the second link", 2),
        ("the 3rd link", 3),
        ("the last link", -1),
        ("the second to last link", -2),
        ("link #4", 4),
        ("the link", None),
    ],
)
def test_an_ordinal_says_which_of_several(said: str, ordinal: int | None) -> None:
    target = noun_phrase(tokenize(said))

    assert (target.kind, target.ordinal, target.text) == (Kind.LINK, ordinal, "")


@pytest.mark.parametrize(
    "said", ["all the checkboxes", "both checkboxes", "every checkbox", "the checkboxes"]
)
def test_several_are_meant_by_all_or_by_a_plural(said: str) -> None:
    target = noun_phrase(tokenize(said))

    assert target.kind is Kind.CHECKBOX
    assert target.every


@pytest.mark.parametrize(
    ("said", "qualities", "text"),
    [
        ("the large red button", ("large", "red"), ""),
        ("the red Delete button", ("red",), "Delete"),
        ("the Red button", (), "Red"),
        ("the blue colored button", ("blue",), ""),
        ("the password field", ("password",), "password"),
    ],
)
def test_adjectives_describe_and_capitals_name(
    said: str, qualities: tuple[str, ...], text: str
) -> None:
    target = noun_phrase(tokenize(said))

    assert (target.qualities, target.text) == (qualities, text)


def test_the_verb_may_expect_a_kind_that_words_overrule() -> None:
    assert noun_phrase(tokenize("Email"), Kind.FIELD).kind is Kind.FIELD
    assert noun_phrase(tokenize("the Email link"), Kind.FIELD).kind is Kind.LINK


@pytest.mark.parametrize("said", ["the Save that fits best", "the second two links"])
def test_what_only_describes_a_thing_is_refused(said: str) -> None:
    with pytest.raises(InstructionNotUnderstood):
        noun_phrase(tokenize(said))
