"""Structured data: what the page says of itself as a whole."""

from __future__ import annotations

import json

import pytest

from cdp_proxy.core.actions.extraction.facts import Source
from cdp_proxy.core.actions.extraction.structured import main_things, structured, thing_facts
from cdp_proxy.core.actions.extraction.tree import Node
from tests.fakes.readings import tree

BOOK = {"@type": "Book", "name": "Emma", "isbn": "978-0"}


def _page(*things: object, head: str = "") -> Node:
    scripts = (f'<script type="application/ld+json">{json.dumps(t)}</script>' for t in things)
    return tree(head + "".join(scripts))


def _said(thing: dict[str, object]) -> dict[str, object]:
    return {known.label: known.held for known in thing_facts(thing)}


@pytest.mark.parametrize("beside", ["WebSite", "BreadcrumbList", "Organization"])
def test_what_a_page_describes_besides_is_not_what_it_is_about(beside: str) -> None:
    assert main_things(_page(BOOK, {"@type": beside, "name": "Shop"})) == [BOOK]


def test_the_one_thing_of_a_page_gives_facts_of_the_whole_page() -> None:
    known = list(structured(_page(BOOK)))

    assert [(f.label, f.held, f.source) for f in known] == [
        ("name", "Emma", Source.JSON_LD),
        ("isbn", "978-0", Source.JSON_LD),
    ]
    assert {(f.first, f.last) for f in known} == {(-1, -1)}


def test_of_several_things_none_speaks_for_the_page() -> None:
    assert list(structured(_page(BOOK, {**BOOK, "name": "Persuasion"}))) == []


def test_things_within_a_thing_are_named_by_their_property() -> None:
    offer = {"@type": "Offer", "price": 12, "url": "/buy"}
    author = {"@type": "Person", "name": "Jane Austen"}

    assert _said({"author": author, "offers": offer}) == {
        "author": "Jane Austen",
        "author name": "Jane Austen",
        "offers": "/buy",
        "offers url": "/buy",
        "price": 12,
    }


def test_a_thing_within_itself_over_and_over_is_followed_only_so_far() -> None:
    thing: dict[str, object] = {"depth": 0}
    for depth in range(1, 100):
        thing = {"depth": depth, "part": thing}

    assert 1 < len(list(thing_facts(thing))) < 50


@pytest.mark.parametrize(
    ("meta", "label", "held"),
    [
        ('property="og:title" content="Emma"', "title", "Emma"),
        ('property="og:image" content="/e.png"', "image", "https://shop.example/e.png"),
        ('property="product:price:amount" content="9"', "price amount", "9"),
        ('name="reading_time" content="5 min"', "reading time", "5 min"),
    ],
)
def test_meta_tags_are_facts_without_their_prefix(meta: str, label: str, held: str) -> None:
    known = [(f.label, f.held, f.source) for f in structured(tree(f"<meta {meta}>"))]

    assert known == [(label, held, Source.META)]
