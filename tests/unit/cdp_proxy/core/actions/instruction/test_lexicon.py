from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction.lexicon import (
    EVERY,
    KINDS,
    PRONOUNS,
    QUALITIES,
    number_of,
    ordinal_of,
)
from cdp_proxy.core.actions.instruction.tokens import tokenize
from cdp_proxy.core.actions.steps import Kind


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("button", Kind.BUTTON),
        ("text box", Kind.FIELD),
        ("drop-down menu", Kind.LIST),
        ("context menu", Kind.MENU),
        ("radio button", Kind.RADIO),
        ("toggle switch", Kind.SWITCH),
        ("menu item", Kind.MENU_ITEM),
        ("pop-up window", Kind.DIALOG),
        ("search result", Kind.ITEM),
        ("date picker", Kind.DATE),
        ("iframe", Kind.FRAME),
    ],
)
def test_a_noun_says_a_kind_of_one(said: str, kind: Kind) -> None:
    words = tokenize(said)

    assert KINDS.before(words, len(words)) == (len(words), (kind, (), False))


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("links", Kind.LINK),
        ("checkboxes", Kind.CHECKBOX),
        ("entries", Kind.ITEM),
        ("overlays", Kind.DIALOG),
        ("list boxes", Kind.LIST),
    ],
)
def test_a_plural_says_several(said: str, kind: Kind) -> None:
    found = KINDS.at(tokenize(said), 0)

    assert found is not None
    assert found[1] == (kind, (), True)


@pytest.mark.parametrize(
    ("said", "kind", "quality"),
    [
        ("circle", Kind.SHAPE, "circle"),
        ("sidebar", Kind.SECTION, "sidebar"),
        ("folder", Kind.ELEMENT, "folder"),
        ("color picker", Kind.FIELD, "color"),
        ("time field", Kind.FIELD, "time"),
    ],
)
def test_some_nouns_say_more_than_a_kind(said: str, kind: Kind, quality: str) -> None:
    found = KINDS.at(tokenize(said), 0)

    assert found is not None
    assert found[1] == (kind, (quality,), False)


@pytest.mark.parametrize(
    ("word", "number"), [("zero", 0), ("twelve", 12), ("twice", 2), ("999", 999), ("07", 7)]
)
def test_a_number_is_read_in_digits_or_words(word: str, number: int) -> None:
    assert number_of(word) == number


@pytest.mark.parametrize("word", ["", "1000", "-1", "1.5", "²", "many"])
def test_other_words_are_no_number(word: str) -> None:
    assert number_of(word) is None


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("first", 1),
        ("twelfth", 12),
        ("last", -1),
        ("3rd", 3),
        ("21st", 21),
        ("#2", 2),
        ("7000th", 7000),
    ],
)
def test_an_ordinal_is_read_in_digits_or_words(word: str, place: int) -> None:
    assert ordinal_of(word) == place


@pytest.mark.parametrize("word", ["", "#", "0th", "#0", "th", "best", "#x", "3", "100000th"])
def test_other_words_are_no_ordinal(word: str) -> None:
    assert ordinal_of(word) is None


def test_words_are_told_apart_by_what_they_say_of_a_thing() -> None:
    assert {"red", "large", "disabled", "leftmost", "password"} <= QUALITIES
    assert "it" in PRONOUNS
    assert tokenize("all of the") in EVERY
    assert "it" not in QUALITIES
