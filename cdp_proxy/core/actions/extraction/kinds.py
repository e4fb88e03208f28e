"""Things that are known by what they are: the one price, time, picture or link of a card."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from cdp_proxy.core.actions.extraction.dates import NotADate, parse_date
from cdp_proxy.core.actions.extraction.facts import Fact, Source, fact
from cdp_proxy.core.actions.extraction.groups import Scope
from cdp_proxy.core.actions.extraction.labels import HEADINGS
from cdp_proxy.core.actions.extraction.links import address, source
from cdp_proxy.core.actions.extraction.schema import Want
from cdp_proxy.core.actions.extraction.text import is_silent, line, own_line
from cdp_proxy.core.actions.extraction.tree import Node
from cdp_proxy.core.actions.extraction.values import is_address
from cdp_proxy.core.actions.extraction.words import means, stems

SEARCHED_MAX: Final = 20_000
"""Elements of one place that are looked through."""
_MONEY: Final = re.compile(
    r"[$€£¥₹]\s?\d|\d\s?[$€£¥₹]|\b(?:USD|EUR|GBP|CHF|JPY|CAD|AUD|INR|SEK|PLN)\b"
)
_PRICE_CHARS: Final = 40
_PAST_PRICE: Final = re.compile(
    r"old|was|strike|list|regular|original|msrp|save|ship", re.IGNORECASE
)
_RATED: Final = re.compile(
    r"(?:^|\s)\d(?:[.,]\d+)?\s*(?:/|out of|of|von|sur)\s*(?:5|10)(?!\d)", re.IGNORECASE
)
_AROUND: Final = " ·•|,-\u2013\u2014"
_DATE_CHARS: Final = 30
_STRUCK: Final = frozenset({"del", "s", "strike"})


def kinds(want: Want, scope: Scope) -> Iterator[Fact]:
    """What a field may be by its kind alone; several facts are several different things."""
    query = want.query
    if is_address(want):
        picture = means(query, "image", "logo", "avatar", "icon")
        yield from _pictures(scope) if picture else _links(want, scope)
    elif "string" in want.types:
        yield from _texts(want, scope)
    if means(query, "price"):
        yield from _each(scope, _money)
    if means(query, "rating"):
        yield from _each(scope, _rating)
    if want.format in {"date", "date-time"} and means(query, "date", "published", "time", "day"):
        yield from _each(scope, _time)


def _texts(want: Want, scope: Scope) -> Iterator[Fact]:
    query = want.query
    if means(query, "title") and not want.format:
        yield from _titles(scope)
    if means(query, "email"):
        yield from _each(scope, _reached("mailto:"))
    if means(query, "phone"):
        yield from _each(scope, _reached("tel:"))
    if means(query, "description", "text", "body") and not scope.page:
        yield from _each(scope, _paragraph)


def _each(scope: Scope, read: Callable[[Node], object]) -> Iterator[Fact]:
    for node, _ in zip(scope.node.within(), range(SEARCHED_MAX), strict=False):
        if not node.hidden and not is_silent(node) and (held := read(node)):
            yield fact("", held, Source.KIND, node)


def _titles(scope: Scope) -> Iterator[Fact]:
    """What a card is headed with: its first heading, else its one link that says something."""
    if scope.page:
        return
    if scope.node.tag in HEADINGS:
        yield fact("", scope.node, Source.TITLE, scope.node)
        return
    heading = scope.node.find(*HEADINGS)
    if heading is not None and line(heading):
        yield fact("", heading, Source.TITLE, heading)
        return
    yield from _each(scope, lambda node: node if node.tag == "a" and line(node) else None)


def _links(want: Want, scope: Scope) -> Iterator[Fact]:
    if not set(stems(want.query.name)) & _LINK_STEMS or scope.page:
        return
    heading = scope.node.find(*HEADINGS)
    for node in heading.within() if heading is not None else ():
        if address(node):
            yield fact("", node, Source.TITLE, node)
            return
    around = next((n for n in (scope.node, *scope.node.ancestors()) if n.tag == "a"), None)
    if around is not None and address(around):
        yield fact("", around, Source.KIND, scope.node)
    yield from _each(scope, _link)


def _link(node: Node) -> Node | None:
    return node if node.tag == "a" and address(node).startswith("http") else None


_LINK_STEMS: Final = frozenset(stems("url link href uri page detail details permalink"))


def _pictures(scope: Scope) -> Iterator[Fact]:
    if not scope.page:
        yield from _each(scope, lambda node: node if node.tag == "img" and source(node) else None)


def _money(node: Node) -> Node | None:
    """An element that says one price that is not struck out; of nested ones the outer too."""
    if not own_line(node) and not any(node.elements):
        return None
    past = any(
        n.tag in _STRUCK or any(_PAST_PRICE.search(name) for name in n.classes)
        for n, _ in zip((node, *node.ancestors()), range(3), strict=False)
    )
    text = line(node)
    return node if len(text) <= _PRICE_CHARS and _MONEY.search(text) and not past else None


def _rating(node: Node) -> str | None:
    for text in (node.get("aria-label"), node.get("title"), node.get("alt"), own_line(node)):
        if len(text) <= _PRICE_CHARS and _RATED.search(text):
            return text
    return None


def _time(node: Node) -> Node | str | None:
    """A `time` element, or a text that is a date and little else."""
    if node.tag == "time":
        return node
    text = own_line(node).strip(_AROUND)
    if not text or len(text) > _DATE_CHARS or any(n.tag == "time" for n in node.ancestors()):
        return None
    try:
        return text if parse_date(text) else None
    except NotADate:
        return None


def _reached(scheme: str) -> Callable[[Node], str | None]:
    def read(node: Node) -> str | None:
        href = node.get("href")
        return href[len(scheme) :].partition("?")[0] if href.lower().startswith(scheme) else None

    return read


def _paragraph(node: Node) -> Node | None:
    return node if node.tag == "p" and line(node) else None
