"""Facts that the page says of itself as a whole: JSON-LD, OpenGraph, `<meta>`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from cdp_proxy.core.actions.extraction.facts import Fact, Source, fact
from cdp_proxy.core.actions.extraction.metadata import json_ld, meta_tags, types_of
from cdp_proxy.core.actions.extraction.tree import Node
from cdp_proxy.core.actions.extraction.words import stems

FACTS_MAX: Final = 5_000
DEPTH_MAX: Final = 8
_ASIDE: Final = frozenset(
    {
        "WebSite",
        "WebPage",
        "Organization",
        "BreadcrumbList",
        "SiteNavigationElement",
        "ImageObject",
        "SearchAction",
        "ListItem",
        "ItemList",
        "Person",
        "CollectionPage",
        "WPHeader",
        "WPFooter",
    }
)
"""Things a page describes besides the one it is about."""
_VAGUE: Final = frozenset({"name", "url", "image", "description", "id", "identifier", "value"})
_META_PREFIXES: Final = ("og:", "article:", "product:", "book:", "profile:", "twitter:", "dc.")


def main_things(root: Node) -> list[Mapping[str, object]]:
    """What the page is about, by its JSON-LD: one thing, or several of the same rank."""
    return [thing for thing in json_ld(root) if not _ASIDE & set(types_of(thing))]


def structured(root: Node) -> Iterator[Fact]:
    """Facts of the whole page; `Fact.first` is -1."""
    things = main_things(root)
    for thing in things if len(things) == 1 else ():
        for count, known in enumerate(thing_facts(thing)):
            if count >= FACTS_MAX:
                break
            yield known
    for key, value in meta_tags(root).items():
        label = key
        for prefix in _META_PREFIXES:
            label = label.removeprefix(prefix)
        held: object = root.url(value) if label in {"url", "image"} else value
        yield fact(label.replace(":", " ").replace("_", " "), held, Source.META)


def thing_facts(thing: Mapping[str, object], around: str = "", depth: int = 0) -> Iterator[Fact]:
    """The properties of a JSON-LD object, those of objects within it under their own names."""
    if depth > DEPTH_MAX:
        return
    for key, value in thing.items():
        if key.startswith("@"):
            continue
        label = f"{around} {key}" if around and key in _VAGUE else key
        values = value if isinstance(value, list) else [value]
        for one in values[:1_000]:
            yield from _value_facts(label, key, one, depth)


def _value_facts(label: str, key: str, value: object, depth: int) -> Iterator[Fact]:
    if not isinstance(value, dict):
        if isinstance(value, str | int | float | bool):
            yield fact(label, value, Source.JSON_LD)
        return
    named = value.get("name", value.get("url", value.get("@id")))
    if isinstance(named, str) and stems(label):
        yield fact(label, named, Source.JSON_LD)
    yield from thing_facts(value, key, depth + 1)
