"""Facts that the markup tells: microdata, ARIA, attributes, words in class names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cdp_proxy.core.actions.extraction.facts import Fact, Source, fact
from cdp_proxy.core.actions.extraction.labels import CONTROLS, HEADINGS
from cdp_proxy.core.actions.extraction.text import SILENT, line
from cdp_proxy.core.actions.extraction.tree import DOCUMENT, Node

CLASS_CHARS_MAX: Final = 60
DATA_CHARS_MAX: Final = 500
_TEST_ATTRIBUTES: Final = (
    "data-testid",
    "data-test",
    "data-test-id",
    "data-qa",
    "data-cy",
    "data-field",
    "data-name",
    "data-hook",
    "data-automation-id",
)
_LABEL_ATTRIBUTES: Final = ("data-label", "data-th", "data-title", "data-column")
"""What responsive tables repeat the header in."""
_NOT_VALUES: Final = frozenset(
    (*_TEST_ATTRIBUTES, *_LABEL_ATTRIBUTES, "data-toggle", "data-target", "data-src", "data-srcset")
)
_VAGUE: Final = frozenset({"name", "url", "image", "description", "identifier", "id", "value"})
"""Properties that say nothing without what they are a property of."""
_LABELLED: Final = re.compile(r"^([^:]{2,60}):\s*(\S.*)$", re.DOTALL)
_RATING: Final = re.compile(
    r"(?:^|\s)\d(?:[.,]\d+)?\s*(?:/|out of|of|von|sur)\s*(?:5|10)(?!\d)", re.IGNORECASE
)
_LARGE: Final = frozenset({"html", "body", "main", DOCUMENT})


def marks(root: Node) -> Iterator[Fact]:
    """Every element that its own attributes give a meaning."""
    for node in root.within():
        if node.tag == "meta" and "itemprop" not in node.attributes:
            continue
        yield from _microdata(node)
        if node.hidden or (node.tag in SILENT and node.tag not in CONTROLS) or node.tag in _LARGE:
            continue
        yield from _aria(node)
        yield from _control(node)
        yield from _names(node)
        yield from _data(node)
        if node.tag == "address":
            yield fact("address", node, Source.ARIA, node)
        if node.tag in HEADINGS[:1]:
            yield fact("title", node, Source.TITLE, node)
        for word in node.get("rel").split():
            yield fact(word, node, Source.CLASS, node)


def _microdata(node: Node) -> Iterator[Fact]:
    for name in node.get("itemprop").split():
        holder = next((n for n in node.ancestors() if "itemscope" in n.attributes), None)
        outer = holder.get("itemprop") if holder is not None else ""
        if outer and name in _VAGUE:
            yield fact(f"{outer} {name}", node, Source.MICRODATA, node)
            continue
        yield fact(name, node, Source.MICRODATA, node)
        if "itemscope" in node.attributes:
            named = (n for n in node.walk() if n.get("itemprop") == "name")
            yield from (fact(name, n, Source.MICRODATA, n) for n in list(named)[:1])


def _aria(node: Node) -> Iterator[Fact]:
    said = node.get("aria-label") or (node.get("title") if node.tag != "a" else "")
    if not said:
        return
    if pair := _LABELLED.match(said):
        yield fact(pair[1], pair[2], Source.ARIA, node)
    elif _RATING.search(said):
        yield fact("rating", said, Source.ARIA, node)
    elif node.tag in CONTROLS:
        yield fact(said, node, Source.ROW, node)
    elif (text := line(node)) and text != said:
        yield fact(said, node, Source.ARIA, node)


def _control(node: Node) -> Iterator[Fact]:
    if node.tag in CONTROLS and node.get("type") not in {"submit", "button", "hidden", "reset"}:
        yield fact(node.get("name"), node, Source.CLASS, node)
        yield fact(node.get("placeholder"), node, Source.CLASS, node)


def _names(node: Node) -> Iterator[Fact]:
    names = [*node.classes, node.get("id"), *(node.get(name) for name in _TEST_ATTRIBUTES)]
    labels = {label for name in names if name for label in labels_of(name)}
    yield from (fact(label, node, Source.CLASS, node) for label in sorted(labels))
    for name in _LABEL_ATTRIBUTES:
        if (label := node.get(name)) and line(node):
            yield fact(label, node, Source.ROW, node)


def labels_of(name: str) -> list[str]:
    """What a class name calls its element: `card__price--old` is *price old*, and no *card*."""
    if len(name) > CLASS_CHARS_MAX:
        return []
    body, _, modifier = name.partition("--")
    block, _, element = body.partition("__")
    if not element:
        return [f"{block} {modifier}".strip()]
    if re.search(r"\d", element) or len(element) <= 1:  # a build's hash: the block is the name
        return [block]
    return [f"{element} {modifier}".strip()]


def _data(node: Node) -> Iterator[Fact]:
    for name, value in node.attributes.items():
        if (
            name.startswith("data-")
            and name not in _NOT_VALUES
            and 0 < len(value) <= DATA_CHARS_MAX
        ):
            yield fact(name[5:], value, Source.DATA, node)
