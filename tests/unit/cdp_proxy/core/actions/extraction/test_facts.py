"""Facts: labels and what they label, found by name and place."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.facts import Fact, Facts, Source, fact, piece
from cdp_proxy.core.actions.extraction.text import line
from cdp_proxy.core.actions.extraction.tree import Node
from cdp_proxy.core.actions.extraction.words import Query
from tests.fakes.readings import first, tree

PRICE = Query("price")


def _two_cards() -> tuple[Node, Node, Node]:
    root = tree("<div><b>1</b></div><p><b>2</b></p>")
    one, other = root.elements
    return root, one, other


def _held(facts: Facts, scope: Node, *, page: bool = False) -> set[object]:
    return {known.held for _, known in facts.about(PRICE, scope, page=page)}


def test_a_fact_stands_where_the_elements_do_that_take_part() -> None:
    root, one, other = _two_cards()

    known = fact(" Price:\n", "9", Source.ROW, one, other)
    assert known == Fact("Price", "9", Source.ROW, one.index, other.index)
    assert fact("Price", "9", Source.META) == Fact("Price", "9", Source.META, -1, -1)
    assert root.index < known.first < known.last


def test_only_facts_wholly_within_the_scope_are_about_it() -> None:
    root, one, other = _two_cards()
    facts = Facts(
        [
            fact("Price", "1", Source.ROW, one),
            fact("Price", "2", Source.ROW, other),
            fact("Price", "both", Source.ROW, one, other),
        ]
    )

    assert _held(facts, one) == {"1"}
    assert _held(facts, other) == {"2"}
    assert _held(facts, root) == {"1", "2", "both"}


def test_what_is_said_of_the_page_counts_for_the_whole_page_only() -> None:
    root, one, _ = _two_cards()
    facts = Facts([fact("Price", "9", Source.META)])

    assert _held(facts, root, page=True) == {"9"}
    assert _held(facts, one) == set()


def test_labels_of_something_else_and_no_labels_are_not_about_it() -> None:
    root, one, _ = _two_cards()
    facts = Facts([fact("Weight", "1", Source.ROW, one), fact("", "2", Source.ROW, one)])

    assert _held(facts, root) == set()


@pytest.mark.parametrize(
    ("surer", "less_sure"),
    [(Source.ROW, Source.CLASS), (Source.JSON_LD, Source.META), (Source.CLASS, Source.KIND)],
)
def test_a_fact_is_as_sure_as_it_is_known(surer: Source, less_sure: Source) -> None:
    root, one, _ = _two_cards()
    facts = Facts([fact("Price", "a", less_sure, one), fact("Price", "b", surer, one)])
    scores = {known.source: score for score, known in facts.about(PRICE, root, page=False)}

    assert 0 < scores[less_sure] < scores[surer] <= 1


def test_a_piece_reads_like_its_children_and_leaves_the_tree_as_it_is() -> None:
    paragraph = first("<p>Price: <b>9</b> <i>euros</i></p>", "p")
    made = piece(paragraph, paragraph.children[1:])

    assert line(made) == "9 euros"
    assert (made.index, made.last) == (paragraph.index + 1, paragraph.last)
    assert all(child.parent is paragraph for child in paragraph.elements)
