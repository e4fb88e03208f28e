from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.actions.instruction.tokens import is_variable, tokenize


@pytest.mark.parametrize(
    ("instruction", "texts"),
    [
        ("click OK, then Save.", ["click", "OK", ",", "then", "Save", "."]),
        ("Name=Bob", ["Name", "=", "Bob"]),
        ("A > B", ["A", ">", "B"]),
        ("pay 1,000.50 now", ["pay", "1,000.50", "now"]),
        ("red,green", ["red", ",", "green"]),
        ("open https://example.org/a,b?c=d.", ["open", "https://example.org/a,b?c=d", "."]),
        ("one\ntwo", ["one", "\n", "two"]),
        ("at 10:30", ["at", "10:30"]),
        ("", []),
    ],
)
def test_words_and_punctuation_are_cut_apart(instruction: str, texts: list[str]) -> None:
    assert [token.text for token in tokenize(instruction)] == texts


@pytest.mark.parametrize(
    "quoted",
    ['"a, b > c"', "“a, b > c”", "'a, b > c'", "‘a, b > c’", "`a, b > c`", "«a, b > c»"],  # noqa: RUF001
)
def test_quoted_text_is_one_token_byte_for_byte(quoted: str) -> None:
    (verb, text) = tokenize(f"click {quoted}")

    assert text.text == "a, b > c"
    assert text.quoted
    assert text.literal
    assert not text.punctuation
    assert text.key == ""
    assert not verb.quoted


@pytest.mark.parametrize("instruction", ["Bob's row", "don't", "Bob’s row", 'a 5" screen'])  # noqa: RUF001
def test_an_apostrophe_or_a_lone_quote_opens_nothing(instruction: str) -> None:
    assert not any(token.quoted for token in tokenize(instruction))


def test_an_apostrophe_within_single_quotes_does_not_close_them() -> None:
    (_, text) = tokenize("click 'Bob's row'")

    assert text.text == "Bob's row"
    assert text.quoted


@pytest.mark.parametrize(
    ("text", "variable"),
    [("%name%", True), ("%a_1%", True), ("%%", False), ("50%", False), ("%two words%", False)],
)
def test_a_variable_is_a_name_between_percent_signs(text: str, variable: bool) -> None:
    assert is_variable(text) is variable


def test_a_run_of_words_knows_what_it_was_cut_from() -> None:
    words = tokenize('  click   the "Save  as" , ')

    assert words.source == 'click   the "Save  as" ,'
    assert words[1:3].source == 'the "Save  as"'
    assert words[2:3].value == "Save  as"
    assert words[2:3].quoted
    assert words.stripped().source == 'click   the "Save  as"'
    assert [token.text for token in words.without(1, 2)] == ["click", "Save  as", ","]
    assert words[:0].source == ""


def test_a_place_past_either_end_has_no_key() -> None:
    words = tokenize("Click OK")

    assert (words.key(0), words.key(-1), words.key(2), words.key(-3)) == ("click", "ok", "", "")


@given(st.text(alphabet="ab 1'\"“”‘’«»`>=.,;%\n", max_size=60))  # noqa: RUF001
def test_tokens_follow_each_other_and_leave_out_only_white_space(instruction: str) -> None:
    end = 0
    for token in tokenize(instruction):
        assert not instruction[end : token.start].strip()
        assert token.end > token.start
        if not token.quoted:
            assert instruction[token.start : token.end] == token.text
        end = token.end
    assert not instruction[end:].strip()
