from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction.clauses import MAX_CLAUSES, divide
from cdp_proxy.core.actions.instruction.tokens import tokenize
from cdp_proxy.core.actions.instruction.verbs import Verb
from shared.errors import InstructionNotUnderstood


@pytest.mark.parametrize(
    ("said", "clauses"),
    [
        ("click A and press B", [(Verb.CLICK, "A"), (Verb.PRESS, "B")]),
        ("click A, then hover over B", [(Verb.CLICK, "A"), (Verb.HOVER, "B")]),
        ("Click A. Go back.", [(Verb.CLICK, "A"), (Verb.BACK, "")]),
        ("click A; click B\nclick C", [(Verb.CLICK, "A"), (Verb.CLICK, "B"), (Verb.CLICK, "C")]),
        (
            'type "x" into "Name" click Save',
            [(Verb.WRITE, '"x" into "Name"'), (Verb.CLICK, "Save")],
        ),
        ("CLICK SAVE AND PRESS OK", [(Verb.CLICK, "SAVE"), (Verb.PRESS, "OK")]),
        ("click A, then B", [(Verb.CLICK, "A"), (Verb.CLICK, "B")]),
    ],
)
def test_each_verb_has_a_clause(said: str, clauses: list[tuple[Verb, str]]) -> None:
    assert [(found.verb, found.words.source) for found in divide(tokenize(said))] == clauses


@pytest.mark.parametrize(
    "name",
    [
        "Terms and conditions",
        "Save and close",
        "Cut and Paste",
        '"A, then click B"',
        "A, B and C",
        "example.org",
    ],
)
def test_a_name_is_not_divided(name: str) -> None:
    (clause,) = divide(tokenize(f"click {name}"))

    assert clause.words.source == name


def test_politeness_is_no_part_of_what_is_acted_on() -> None:
    (clause,) = divide(tokenize("Could you please click on Save for me, thank you!"))

    assert (clause.verb, clause.spoken, clause.words.source) == (Verb.CLICK, "click on", "Save")


def test_what_stands_before_the_verb_is_the_setting() -> None:
    (clause,) = divide(tokenize("In the dialog, click OK"))

    assert clause.setting is not None
    assert clause.setting.source == "In the dialog"
    assert clause.words.source == "OK"


def test_a_gerund_after_by_is_the_means() -> None:
    (clause,) = divide(tokenize('close the dialog by clicking "x"'))

    assert clause.means is not None
    assert clause.means.source == 'clicking "x"'
    assert clause.words.source == "the dialog"


def test_a_clause_may_only_lead_to_the_next() -> None:
    way, goal = divide(tokenize("Expand the sections to find and click Imprint"))

    assert not way.searching
    assert goal.searching
    assert (goal.verb, goal.words.source) == (Verb.CLICK, "Imprint")
    assert goal.source == "Expand the sections to find and click Imprint"


@pytest.mark.parametrize(
    "said", ["", "...", "the button", "click", "click A after clicking B", "click A, then Frob. It"]
)
def test_what_has_no_verb_or_no_order_is_refused(said: str) -> None:
    with pytest.raises(InstructionNotUnderstood):
        divide(tokenize(said))


def test_there_are_only_so_many_clauses() -> None:
    assert len(divide(tokenize("click A\n" * MAX_CLAUSES))) == MAX_CLAUSES
    with pytest.raises(InstructionNotUnderstood):
        divide(tokenize("click A\n" * (MAX_CLAUSES + 1)))
