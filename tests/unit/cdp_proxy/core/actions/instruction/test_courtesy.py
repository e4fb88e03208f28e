from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction.courtesy import (
    MAX_FILLERS,
    skip_fillers,
    verb_at,
    without_courtesy,
)
from cdp_proxy.core.actions.instruction.tokens import tokenize
from cdp_proxy.core.actions.instruction.verbs import Verb


@pytest.mark.parametrize(
    "said",
    [
        "please click Save",
        "First, you should click Save",
        "1. click Save",
        "2) click Save",
        "Step 3: click Save",
        "- click Save",
        "could you please click Save",
        "and then click Save",
        "click Save",
    ],
)
def test_what_stands_before_the_verb_is_skipped(said: str) -> None:
    words = tokenize(said)

    assert words[skip_fillers(words, 0) :].source == "click Save"


def test_only_so_much_courtesy_is_skipped() -> None:
    words = tokenize("please " * (MAX_FILLERS + 5))

    assert skip_fillers(words, 0) == MAX_FILLERS


@pytest.mark.parametrize("said", ['"please" click', "3 items"])
def test_a_quoted_word_or_a_count_is_no_courtesy(said: str) -> None:
    assert skip_fillers(tokenize(said), 0) == 0


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("click Save", (1, Verb.CLICK)),
        ("submit", (1, Verb.SUBMIT)),
        ('click "and"', (1, Verb.CLICK)),
        ("click", None),
        ("click and", None),
        ("click, then wait", None),
        ("click please", None),
        ("Save", None),
    ],
)
def test_a_verb_counts_only_with_what_it_needs(said: str, found: tuple[int, Verb] | None) -> None:
    assert verb_at(tokenize(said), 0) == found


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("click Save, please.", "click Save"),
        ("click Save for me, thank you!", "click Save"),
        ("click Save", "click Save"),
        ('click "please"', 'click "please"'),
        ("click Thanks", "click Thanks"),
        ("please", "please"),
    ],
)
def test_politeness_at_the_end_is_left_out_unless_it_is_a_name(said: str, kept: str) -> None:
    assert without_courtesy(tokenize(said)).source == kept
