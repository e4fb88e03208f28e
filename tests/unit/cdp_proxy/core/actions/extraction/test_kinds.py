"""Kinds: things that are known by what they are."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.groups import Scope
from cdp_proxy.core.actions.extraction.kinds import kinds
from cdp_proxy.core.actions.extraction.links import address, source
from cdp_proxy.core.actions.extraction.schema import Want, make_plan
from cdp_proxy.core.actions.extraction.text import line
from cdp_proxy.core.actions.extraction.tree import Node
from tests.fakes.readings import first

TEXT = {"type": "string"}
DATE = {"type": "string", "format": "date"}
PROSE = "<i>A novel of more words than a price has.</i>"
ADDRESS = {"type": "string", "format": "uri"}


def _want(name: str, schema: dict[str, str]) -> Want:
    return make_plan({"type": "object", "properties": {name: schema}}).root.properties[name]


def _held(name: str, schema: dict[str, str], card: str, *, page: bool = False) -> list[object]:
    scope = Scope(first(f"<article>{card}</article>", "article"), page=page)
    return [known.held for known in kinds(_want(name, schema), scope)]


def _said(held: list[object]) -> list[object]:
    return list(dict.fromkeys(line(h) if isinstance(h, Node) else h for h in held))


@pytest.mark.parametrize(
    ("name", "schema", "card", "said"),
    [
        ("price", {"type": "number"}, "<b>9 €</b>", ["9 €"]),
        ("price", {"type": "number"}, f"{PROSE}<del>12 €</del><b>9 €</b>", ["9 €"]),
        ("price", {"type": "number"}, f'{PROSE}<b class="was">12 €</b>', []),
        ("price", {"type": "number"}, "<b>9 kg</b>", []),
        ("rating", {"type": "number"}, '<b title="4.5 out of 5">*</b>', ["4.5 out of 5"]),
        ("title", TEXT, '<h3>Emma</h3><a href="/x">More</a>', ["Emma"]),
        ("title", TEXT, '<a href="/x">Emma</a>', ["Emma"]),
        ("email", TEXT, '<a href="mailto:a@b.example?subject=x">Write</a>', ["a@b.example"]),
        ("phone", TEXT, '<a href="tel:+4930">Call</a>', ["+4930"]),
        ("description", TEXT, "<p>A novel.</p>", ["A novel."]),
        ("publishedDate", DATE, "<time>yesterday</time>", ["yesterday"]),
        ("publishedDate", DATE, "<b>· 1815-12-23 ·</b>", ["1815-12-23"]),
        ("publishedDate", DATE, "<b>Emma</b>", []),
    ],
)
def test_a_thing_is_known_by_its_kind(
    name: str, schema: dict[str, str], card: str, said: list[object]
) -> None:
    assert _said(_held(name, schema, card)) == said


def test_the_address_of_a_card_is_where_its_heading_leads() -> None:
    held = _held("url", ADDRESS, '<a href="/other">x</a><h3><a href="/emma">Emma</a></h3>')

    assert [address(node) for node in held if isinstance(node, Node)] == [
        "https://shop.example/emma"
    ]


def test_the_picture_of_a_card_is_the_one_it_shows() -> None:
    held = _held("imageUrl", ADDRESS, '<a href="/x">x</a><img src="/e.png">')

    assert [source(node) for node in held if isinstance(node, Node)] == [
        "https://shop.example/e.png"
    ]


@pytest.mark.parametrize(
    ("name", "schema"),
    [("title", TEXT), ("url", ADDRESS), ("imageUrl", ADDRESS), ("description", TEXT)],
)
def test_a_whole_page_has_no_one_thing_of_such_a_kind(name: str, schema: dict[str, str]) -> None:
    card = '<h3><a href="/x">Emma</a></h3><img src="/e.png"><p>A novel.</p>'

    assert _held(name, schema, card, page=True) == []
