"""What a page says of itself: title, description, OpenGraph, JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final, TypedDict

from cdp_proxy.core.actions.extraction.text import collapse, line, raw
from cdp_proxy.core.actions.extraction.tree import DOCUMENT, Node
from shared.surrogates import mended

JSON_LD_CHARS_MAX: Final = 1_000_000
_AUTHORS: Final = ("author", "article:author", "dc.creator", "parsely-author", "twitter:creator")
_PUBLISHED: Final = (
    "article:published_time",
    "datepublished",
    "date",
    "dc.date",
    "dc.date.issued",
    "parsely-pub-date",
    "og:published_time",
)


class Metadata(TypedDict):
    """What is not said is null, or empty."""

    title: str
    description: str | None
    canonical: str | None
    language: str | None
    author: str | None
    published: str | None
    """As the page writes it."""
    openGraph: dict[str, str]
    """The first of each `og:` property, without the prefix."""
    jsonLdTypes: list[str]
    """Every `@type` of the page's JSON-LD, each once."""


def metadata(root: Node, title: str, language: str) -> Metadata:
    """Of the top document."""
    meta = meta_tags(root)
    things = json_ld(root)
    description = meta.get("description") or meta.get("og:description")
    return Metadata(
        title=collapse(title) or meta.get("og:title", ""),
        description=description or None,
        canonical=_canonical(root) or None,
        language=language.strip() or meta.get("content-language") or None,
        author=_first(meta, _AUTHORS) or _author(things) or _byline(root) or None,
        published=_first(meta, _PUBLISHED) or _published(things) or None,
        openGraph={key[3:]: value for key, value in meta.items() if key.startswith("og:")},
        jsonLdTypes=list(dict.fromkeys(kind for thing in things for kind in types_of(thing))),
    )


def top_elements(root: Node) -> Iterator[Node]:
    """All elements of the top document, those of frames left out."""
    stack = [root.elements]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif node.tag != DOCUMENT:
            yield node
            stack.append(node.elements)


def meta_tags(root: Node) -> dict[str, str]:
    """`<meta>` of the top document by lower-case name or property; the first of each counts."""
    found: dict[str, str] = {}
    for node in top_elements(root):
        if node.tag == "meta" and (content := node.get("content")):
            key = node.get("property") or node.get("name") or node.get("http-equiv")
            if key:
                found.setdefault(key.lower(), collapse(content))
    return found


def json_ld(root: Node) -> list[Mapping[str, object]]:
    """The top document's JSON-LD objects, `@graph`s opened; what is no JSON is left out."""
    things: list[Mapping[str, object]] = []
    for node in top_elements(root):
        if node.tag == "script" and node.get("type").lower() == "application/ld+json":
            things.extend(_open(_decode(raw(node))))
    return things


def types_of(thing: Mapping[str, object]) -> list[str]:
    """`@type`, which may be one or several."""
    kinds = thing.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return [kind.rsplit("/", 1)[-1] for kind in listed if isinstance(kind, str)]


def _decode(text: str) -> object:
    if len(text) > JSON_LD_CHARS_MAX:
        return None
    try:
        return json.loads(mended(text), strict=False)
    except (ValueError, RecursionError):  # many sites' is broken: then it says nothing
        return None


def _open(value: object) -> Iterator[Mapping[str, object]]:
    """The objects of a JSON-LD document's top level."""
    for thing in value if isinstance(value, list) else [value]:
        if not isinstance(thing, dict):
            continue
        graph = thing.get("@graph")
        if isinstance(graph, list):
            yield from (part for part in graph if isinstance(part, dict))
        if "@type" in thing:
            yield thing


def _first(meta: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((meta[name] for name in names if meta.get(name)), "")


def _canonical(root: Node) -> str:
    for node in top_elements(root):
        if node.tag == "link" and "canonical" in node.get("rel").lower().split():
            return node.url(node.get("href"))
    return ""


def _author(things: list[Mapping[str, object]]) -> str:
    for thing in things:
        authors = thing.get("author")
        listed = authors if isinstance(authors, list) else [authors]
        names = [a.get("name") if isinstance(a, dict) else a for a in listed]
        if said := ", ".join(name for name in names if isinstance(name, str)):
            return collapse(said)
    return ""


def _published(things: list[Mapping[str, object]]) -> str:
    dates = (thing.get("datePublished") for thing in things)
    return next((date for date in dates if isinstance(date, str)), "")


def _byline(root: Node) -> str:
    """Who the page's own marks (`rel=author`, microdata) name, if it is one."""
    marked = (
        node
        for node in top_elements(root)
        if "author" in node.get("rel").split() or node.get("itemprop") == "author"
    )
    names = {line(node) for node in marked if node.tag != "link" and line(node)}
    return names.pop() if len(names) == 1 else ""
