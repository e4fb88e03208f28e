"""Metadata: what a page says of itself."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.metadata import (
    JSON_LD_CHARS_MAX,
    json_ld,
    metadata,
    types_of,
)
from cdp_proxy.core.actions.extraction.tree import DOCUMENT, Node
from tests.fakes.readings import tree


def _ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


def test_what_is_not_said_is_null_or_empty() -> None:
    assert metadata(tree("<p>Hello</p>"), " A\n page ", "") == {
        "title": "A page",
        "description": None,
        "canonical": None,
        "language": None,
        "author": None,
        "published": None,
        "openGraph": {},
        "jsonLdTypes": [],
    }


@pytest.mark.parametrize(
    ("html", "key", "value"),
    [
        ('<meta name="Description" content=" A  novel ">', "description", "A novel"),
        ('<meta property="og:description" content="A novel">', "description", "A novel"),
        ('<link rel="canonical" href="/emma">', "canonical", "https://shop.example/emma"),
        ('<meta http-equiv="content-language" content="de">', "language", "de"),
        ('<meta name="author" content="Jane">', "author", "Jane"),
        ('<a rel="author" href="/jane">Jane</a>', "author", "Jane"),
        ('<a rel="author">Jane</a><a rel="author">Mary</a>', "author", None),
        (_ld('{"@type": "Book", "author": [{"name": "Jane"}, "Mary"]}'), "author", "Jane, Mary"),
        ('<meta name="date" content="1815-12-23">', "published", "1815-12-23"),
        (_ld('{"@type": "Book", "datePublished": "1815"}'), "published", "1815"),
        (
            '<meta property="og:type" content="book"><meta property="og:type" content="x">',
            "openGraph",
            {"type": "book"},
        ),
    ],
)
def test_each_thing_is_read_from_where_pages_say_it(html: str, key: str, value: object) -> None:
    assert dict(metadata(tree(html), "Emma", ""))[key] == value


def test_a_page_without_a_title_is_called_as_it_is_shared() -> None:
    root = tree('<meta property="og:title" content="Emma">')

    assert metadata(root, "", "en")["title"] == "Emma"
    assert metadata(root, "Books", "en")["title"] == "Books"


def test_a_graph_is_opened_and_every_type_told_once() -> None:
    text = '{"@graph": [{"@type": ["Book", "http://schema.org/Product"]}, {"@type": "Book"}, 1]}'

    assert metadata(tree(_ld(text)), "", "")["jsonLdTypes"] == ["Book", "Product"]


@pytest.mark.parametrize(
    "text", ["", "{not json", "[" * 100_000, f'{{"@type": "{"x" * JSON_LD_CHARS_MAX}"}}', '"Book"']
)
def test_broken_json_says_nothing(text: str) -> None:
    assert json_ld(tree(_ld(text) + _ld('{"@type": "Book"}'))) == [{"@type": "Book"}]


def test_half_of_a_pair_becomes_the_replacement_character() -> None:
    (thing,) = json_ld(tree(_ld(r'{"@type": "Book", "name": "cut \ud83d"}')))

    assert thing["name"] == "cut \ufffd"


def test_a_type_that_is_no_text_is_none() -> None:
    assert types_of({"@type": [1, None, "Book"]}) == ["Book"]
    assert types_of({}) == []


def test_frames_do_not_speak_for_the_page() -> None:
    root = tree("<iframe></iframe>")
    inner = Node(DOCUMENT)
    inner.add(Node("meta", attributes={"name": "author", "content": "An advertiser"}))
    owner = root.find("iframe")
    assert owner is not None
    owner.add(inner)

    assert metadata(root, "", "")["author"] is None
