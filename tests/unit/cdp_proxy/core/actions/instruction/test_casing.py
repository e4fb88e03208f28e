from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction.casing import unchanged, without_casing
from cdp_proxy.core.actions.instruction.tokens import tokenize


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("in all upper case letters", "BOB SMITH"),
        ("in uppercase", "BOB SMITH"),
        ("in capital letters", "BOB SMITH"),
        ("all caps", "BOB SMITH"),
        ("in lower-case", "bob smith"),
        ("in all lowercase characters", "bob smith"),
        ("in title case", "Bob Smith"),
    ],
)
def test_a_phrase_says_the_case_and_is_left_out(said: str, changed: str) -> None:
    words, change = without_casing(tokenize(f'"bOb smith" {said}'))

    assert words.value == "bOb smith"
    assert change("bOb smith") == changed


def test_what_follows_the_phrase_is_kept() -> None:
    words, change = without_casing(tokenize('"bob" in upper case into Name'))

    assert [token.text for token in words] == ["bob", "into", "Name"]
    assert change("bob") == "BOB"


@pytest.mark.parametrize("said", ['"bob" into Name', '"in upper case"', "in upper case"])
def test_without_a_phrase_after_the_text_nothing_changes(said: str) -> None:
    words, change = without_casing(tokenize(said))

    assert words.source == said
    assert change is unchanged
    assert change("bOb") == "bOb"


def test_names_of_variables_keep_their_case() -> None:
    _, upper = without_casing(tokenize("%name% in upper case"))

    assert upper("dear %name%, 50%") == "DEAR %name%, 50%"
