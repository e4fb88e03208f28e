from __future__ import annotations

from cdp_proxy.core.actions.instruction.phrases import Phrases, phrase_set, word_set
from cdp_proxy.core.actions.instruction.tokens import tokenize

TABLE = Phrases({"drop|drop down": "short", "drop down list": "long", "list": "last"})


def test_the_longest_phrase_at_a_place_is_found() -> None:
    words = tokenize("the Drop Down LIST now")

    assert TABLE.at(words, 1) == (3, "long")
    assert TABLE.at(words[:3], 1) == (2, "short")
    assert TABLE.at(words, 2) is None


def test_the_longest_phrase_before_a_place_is_found() -> None:
    words = tokenize("a drop down list")

    assert TABLE.before(words, 4) == (3, "long")
    assert TABLE.before(words, 3) == (2, "short")
    assert TABLE.before(words, 1) is None


def test_nothing_is_found_past_either_end() -> None:
    words = tokenize("drop")

    assert TABLE.at(words, 1) is None
    assert TABLE.before(words, 0) is None


def test_quoted_words_are_no_phrase() -> None:
    assert TABLE.at(tokenize('"drop" down'), 0) is None
    assert TABLE.at(tokenize('drop "down"'), 0) == (1, "short")


def test_a_phrase_is_in_a_table_only_as_a_whole() -> None:
    assert tokenize("drop down") in TABLE
    assert tokenize("drop down now") not in TABLE
    assert tokenize("") not in TABLE
    assert "drop down" not in TABLE


def test_a_set_is_divided_by_bars_or_given_one_by_one() -> None:
    for phrases in (phrase_set("if you can|now"), phrase_set(["if you can", "now"])):
        assert tokenize("if you can") in phrases
        assert tokenize("now") in phrases
        assert tokenize("if you") not in phrases


def test_a_word_set_is_divided_by_blanks() -> None:
    assert word_set("red  green\nblue") == {"red", "green", "blue"}
