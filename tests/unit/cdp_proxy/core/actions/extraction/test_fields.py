"""Fields: one fact for each want, or a reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

import pytest

from cdp_proxy.core.actions.extraction.capture import Match
from cdp_proxy.core.actions.extraction.facts import Facts
from cdp_proxy.core.actions.extraction.fields import Finder
from cdp_proxy.core.actions.extraction.finding import Finding
from cdp_proxy.core.actions.extraction.groups import Scope
from cdp_proxy.core.actions.extraction.labels import labels
from cdp_proxy.core.actions.extraction.marks import marks
from cdp_proxy.core.actions.extraction.schema import make_plan
from cdp_proxy.core.actions.extraction.tree import Node
from tests.fakes.readings import tree

TEXT = {"type": "string"}
NUMBER = {"type": "number"}


def _find(root: Node, properties: Mapping[str, Any], *matches: Match) -> Finding:
    plan = make_plan({"type": "object", "properties": properties})
    facts = Facts(chain(labels(root), marks(root)))
    return Finder(plan, matches, facts, (), "en").look(plan.root, Scope(root, page=True))


@pytest.mark.parametrize(
    ("html", "name", "schema", "value"),
    [
        ("<dl><dt>Pages</dt><dd>474</dd></dl>", "pages", {"type": "integer"}, 474),
        ("<p>Publisher: John Murray</p>", "publisher", TEXT, "John Murray"),
        ('<b class="price">€ 9.50</b>', "price", NUMBER, 9.5),
        ('<b itemprop="sku">A-1</b><b class="sku">B-2</b>', "sku", TEXT, "A-1"),
        ("<p>Brand: Penguin</p>", "manufacturer", TEXT, "Penguin"),
    ],
)
def test_a_field_is_what_the_best_fact_says(
    html: str, name: str, schema: dict[str, str], value: object
) -> None:
    assert _find(tree(html), {name: schema}).value == {name: value}


def test_values_that_fit_equally_well_are_none() -> None:
    found = _find(tree("<p>Pages: 474</p><p>Pages: 12</p>"), {"pages": NUMBER})

    assert not found.found
    [(path, why)] = found.missing
    assert path == ("pages",)
    assert "474" in why
    assert "12" in why


def test_the_same_value_said_twice_is_no_tie() -> None:
    found = _find(tree("<p>Pages: 474</p><p>Pages: 474</p>"), {"pages": NUMBER})

    assert found.value == {"pages": 474}


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "number"}, "pages"),
        ({"type": "string", "maxLength": 2}, "the page says"),
    ],
)
def test_a_fact_that_is_not_as_the_schema_wants_it_is_not_taken(
    schema: dict[str, object], why: str
) -> None:
    found = _find(tree("<p>Pages: many</p>"), {"pages": schema})

    assert not found.found
    assert why in found.missing[0][1]


def test_what_nothing_is_labelled_as_is_missing_by_its_name() -> None:
    found = _find(tree("<p>Pages: 474</p>"), {"pages": NUMBER, "colour": TEXT})

    assert found.value == {"pages": 474}
    assert found.missing == [(("colour",), "Nothing on the page is labelled 'colour'.")]


def test_a_selector_has_the_last_word() -> None:
    root = tree('<p>Pages: 474</p><i data-n="9">x</i>')
    picked = root.find("i")
    assert picked is not None
    schema = {"type": "number", "x-selector": "i", "x-attribute": "data-n"}

    assert _find(root, {"pages": schema}, Match(nodes=[picked])).value == {"pages": 9}
    assert _find(root, {"pages": schema}, Match()).missing == [
        (("pages",), "Nothing matches the selector 'i'.")
    ]


def test_an_object_is_looked_for_where_the_page_calls_it_that() -> None:
    html = '<p>City: Bath</p><div class="seller"><p>City: London</p><p>Name: Murray</p></div>'
    seller = {"type": "object", "properties": {"city": TEXT, "name": TEXT}}

    assert _find(tree(html), {"seller": seller}).value == {
        "seller": {"city": "London", "name": "Murray"}
    }
