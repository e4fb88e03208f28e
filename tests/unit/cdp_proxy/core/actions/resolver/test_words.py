"""How alike two texts are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.actions.resolver import words
from cdp_proxy.core.actions.resolver.words import Needle, fold, identifier_words, squash


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Sign   in ", "sign in"),
        ("E-mail:*", "e mail"),
        ("Größe", "große".replace("ß", "ss")),
        ("Café…", "cafe"),
        ("\uff25\uff4d\uff41\uff49\uff4c", "email"),
        ("+", "+"),
        ("\u00d7", "\u00d7"),
    ],
)
def test_folding_takes_away_what_people_leave_out(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more_in_words(text: str) -> None:
    once = fold(text)

    assert fold(once) == once or not any(char.isalnum() for char in once)


@given(st.text(min_size=1))
def test_a_text_is_found_in_itself(text: str) -> None:
    assert Needle(text).found_in(fold(text)) == words.SAME


@given(st.text(min_size=1, max_size=20), st.text(max_size=40))
def test_no_text_that_lacks_the_key_has_the_needle(sought: str, text: str) -> None:
    needle = Needle(sought)

    assert needle.key in fold(text) or not needle.found_in(fold(text))


def test_a_plural_an_article_and_word_breaks_make_no_other_word() -> None:
    assert squash("the log in") == squash("logins".removesuffix("s"))
    assert squash("terms and conditions") == squash("term condition")


@pytest.mark.parametrize("identifier", ["userName", "user_name", "user-name", "UserName"])
def test_identifiers_are_read_as_words(identifier: str) -> None:
    assert identifier_words(identifier) == "user name"


def test_the_more_a_name_is_the_words_alone_the_better_it_fits() -> None:
    needle = Needle("Save")

    fits = [needle.found_in(text) for text in ("save", "save as", "save it for later", "resaved")]

    assert fits == sorted(fits, reverse=True)
    assert fits[0] == words.SAME
    assert words.PHRASE < fits[2] < fits[1] < words.PHRASE + words.COVERAGE
    assert words.PART < fits[3] < words.PHRASE


def test_all_words_in_another_order_are_still_found() -> None:
    assert words.SCATTERED < Needle("address billing").found_in("billing address") < words.LITERAL
    assert Needle("address shipping").found_in("billing address") == 0


@pytest.mark.parametrize(
    ("sought", "text"),
    [("Passwrod", "password"), ("Subscirbe", "subscribe"), ("sign up now today", "sign up now")],
)
def test_a_mistyped_word_resembles_the_right_one(sought: str, text: str) -> None:
    assert 0 < Needle(sought).resembles(text) <= words.MISSPELT


@pytest.mark.parametrize(
    ("sought", "text"),
    [("Item 12", "item 13"), ("cat", "cut"), ("Sign in", "sign up"), ("Delete", "complete")],
)
def test_another_word_does_not_resemble(sought: str, text: str) -> None:
    assert Needle(sought).resembles(text) == 0


def test_the_same_words_written_apart_are_alike() -> None:
    assert Needle("login").resembles("log in") == words.ALIKE
    assert Needle("settings").resembles("setting") == words.ALIKE
