from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction.tokens import tokenize
from cdp_proxy.core.actions.instruction.verbs import (
    FILLERS,
    GERUNDS,
    HARD_CONNECTORS,
    POLITE_ENDINGS,
    SOFT_CONNECTORS,
    VERBS,
    WITHOUT_OBJECT,
    Verb,
)


@pytest.mark.parametrize(
    ("said", "length", "verb"),
    [
        ("Click the button", 1, Verb.CLICK),
        ("click on it", 2, Verb.CLICK),
        ("right-click the row", 1, Verb.RIGHT_CLICK),
        ("move the mouse over Menu", 4, Verb.HOVER),
        ("move the card to Done", 1, Verb.DRAG),
        ("go back", 2, Verb.BACK),
        ("go to example.org", 2, Verb.GO),
        ("fill in the form", 2, Verb.FILL),
        ("clear the checkbox A", 3, Verb.UNCHECK),
        ("sign in to it", 3, Verb.LOG_IN),
    ],
)
def test_the_longest_phrase_is_the_verb(said: str, length: int, verb: Verb) -> None:
    assert VERBS.at(tokenize(said), 0) == (length, verb)


@pytest.mark.parametrize("said", ["clicking it", '"click" it', "button", "clicks"])
def test_only_imperatives_are_verbs(said: str) -> None:
    assert VERBS.at(tokenize(said), 0) is None


@pytest.mark.parametrize(
    ("said", "verb"),
    [
        ("clicking OK", Verb.CLICK),
        ("filling in Name", Verb.FILL),
        ("dragging it", Verb.DRAG),
        ("navigating to example.org", Verb.GO),
    ],
)
def test_a_gerund_is_the_means_of_its_verb(said: str, verb: Verb) -> None:
    found = GERUNDS.at(tokenize(said), 0)

    assert found is not None
    assert found[1] is verb


@pytest.mark.parametrize("verb", [Verb.BACK, Verb.RELOAD, Verb.SUBMIT, Verb.LOG_IN])
def test_what_concerns_the_page_needs_no_object(verb: Verb) -> None:
    assert verb in WITHOUT_OBJECT


@pytest.mark.parametrize("verb", [Verb.CLICK, Verb.WRITE, Verb.SELECT, Verb.DRAG, Verb.UPLOAD])
def test_what_is_done_to_something_needs_it_said(verb: Verb) -> None:
    assert verb not in WITHOUT_OBJECT


def test_politeness_and_connectors_are_known_as_phrases() -> None:
    assert tokenize("could you please") in FILLERS
    assert tokenize("Thank you very much") in POLITE_ENDINGS
    assert tokenize("then") in HARD_CONNECTORS
    assert tokenize("and") in SOFT_CONNECTORS
    assert tokenize("and") not in HARD_CONNECTORS
