"""Pages as `capture` has them, from HTML written down in a test."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from cdp_proxy.core.actions.extraction.capture import Match, Reading
from cdp_proxy.core.actions.extraction.tree import DOCUMENT, SHOWN, Flag, Node, number

BASE: Final = "https://shop.example/books/"
_INLINE: Final = frozenset(
    [
        "a",
        "abbr",
        "b",
        "br",
        "code",
        "data",
        "del",
        "em",
        "i",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
        "mark",
        "meter",
        "output",
        "q",
        "s",
        "samp",
        "select",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "textarea",
        "time",
        "u",
        "var",
    ]
)
_VOID: Final = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)


def tree(html: str) -> Node:
    """The tree of a document. `hidden`, `data-spoken` and `data-apart` set an element's flags;
    `<pre>` keeps its white space.
    """
    grower = _Grower()
    grower.feed(html)
    grower.close()
    number(grower.root)
    return grower.root


def first(html: str, tag: str) -> Node:
    """The first element of a tag in a document."""
    found = tree(html).find(tag)
    assert found is not None, tag
    return found


def reading(html: str, *matches: Match, title: str = "Books", language: str = "en") -> Reading:
    """A page, read."""
    return Reading(tree(html), BASE, title, language, matches)


class _Grower(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node(DOCUMENT, Flag.BLOCK, state={"base": BASE})
        self._here = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        node = Node(tag, _flags(tag, attributes), attributes, _state(tag, attributes))
        self._here.add(node)
        if tag not in _VOID:
            self._here = node

    def handle_endtag(self, tag: str) -> None:
        while self._here.tag != tag:
            assert self._here.parent is not None, f"</{tag}> closes nothing"
            self._here = self._here.parent
        assert self._here.parent is not None
        self._here = self._here.parent

    def handle_data(self, data: str) -> None:
        self._here.add(data)


def _flags(tag: str, attributes: dict[str, str]) -> int:
    flags = SHOWN if tag in _INLINE else Flag.BLOCK
    for name, flag in (
        ("hidden", Flag.HIDDEN),
        ("data-spoken", Flag.SPOKEN),
        ("data-apart", Flag.APART),
    ):
        if name in attributes:
            flags |= flag
    return flags | Flag.PREFORMATTED if tag == "pre" else flags


def _state(tag: str, attributes: dict[str, str]) -> dict[str, object]:
    if tag not in {"input", "meter", "output", "progress"}:
        return {}
    return {"value": attributes.get("value", ""), "checked": "checked" in attributes}
