"""Structures that repeat: the rows of a table, the items of a list, cards of equal build."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from cdp_proxy.core.actions.extraction.facts import Fact, Source, fact
from cdp_proxy.core.actions.extraction.grid import Grid, grids
from cdp_proxy.core.actions.extraction.labels import HEADINGS
from cdp_proxy.core.actions.extraction.marks import labels_of
from cdp_proxy.core.actions.extraction.text import line
from cdp_proxy.core.actions.extraction.tree import Node, contains
from cdp_proxy.core.actions.extraction.words import Query, likeness

GROUPS_MAX: Final = 150
"""Of one place; those with the most text first."""
ITEMS_MAX: Final = 5_000
CLASSES_MAX: Final = 6
_COLUMNS_OF_PAIR: Final = 2
_HEADING_DISTANCE: Final = 4
_NO_ITEMS: Final = frozenset(
    {"script", "style", "br", "option", "td", "th", "meta", "link", "path", "col", "head", "wbr"}
)
_KEYS: Final = ("term", "name", "key", "label", "question", "attribute", "property", "title")
_VALUES: Final = ("definition", "value", "description", "answer", "text", "details")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look for something."""

    node: Node
    page: bool = False
    """Whether it is the whole page, so that what is said of the page counts."""
    facts: tuple[Fact, ...] = ()
    """What is known of it besides: a row's cells by their column's header."""
    without: tuple[Node, ...] = ()
    """Within it, but about something else; looked at last."""


@dataclass(frozen=True, slots=True)
class Group:
    """Several things of equal build."""

    items: Sequence[Scope]
    names: frozenset[str]
    """What it, or an item of it, is called on the page."""

    @property
    def nodes(self) -> tuple[int, ...]:
        """Where its items are; equal for two ways to see the same."""
        return tuple(item.node.index for item in self.items)

    def likeness(self, query: Query) -> float:
        """How well its names fit a field's."""
        return max((likeness(query, name) for name in self.names), default=0.0)


def groups(scope: Scope) -> list[Group]:
    """Everything that repeats within an element, each once, the largest first."""
    found: dict[tuple[int, ...], Group] = {}
    for group in (*_tables(scope.node), *_definitions(scope.node), *_alike(scope.node)):
        found.setdefault(group.nodes, group)
    ranked = sorted(found.values(), key=_extent, reverse=True)
    return ranked[:GROUPS_MAX]


def _extent(group: Group) -> tuple[bool, int]:
    """Those with columns first; then by how many elements they are made of."""
    nodes = (item.node for item in group.items)
    return bool(group.items[0].facts), sum(node.last - node.index + 1 for node in nodes)


def _tables(root: Node) -> Iterator[Group]:
    for grid in grids(root):
        items = list(_rows(grid))[:ITEMS_MAX]
        if items:
            names = {grid.caption, *_names_around(grid.node)}
            yield Group(items, frozenset(name for name in names if name))


def _rows(grid: Grid) -> Iterator[Scope]:
    for row, node in zip(grid.rows, grid.row_nodes, strict=False):
        if grid.header:
            pairs = zip(grid.header, row, strict=False)
            facts = [fact(h, cell, Source.ROW, cell) for h, cell in pairs if h and cell is not None]
            yield Scope(node, facts=tuple(facts))
        elif grid.columns == _COLUMNS_OF_PAIR and row[0] is not None and row[1] is not None:
            yield Scope(node, facts=_pair_facts(row[0], row[1]))


def _pair_facts(key: Node, value: Node) -> tuple[Fact, ...]:
    keys = (fact(label, key, Source.PAIR, key) for label in _KEYS)
    values = (fact(label, value, Source.PAIR, value) for label in _VALUES)
    return (*keys, *values)


def _definitions(root: Node) -> Iterator[Group]:
    """A definition list as pairs."""
    for node in root.within():
        if node.tag != "dl" or node.hidden:
            continue
        parts = [part for part in node.walk() if part.tag in {"dt", "dd"}]
        items = [
            Scope(key, facts=_pair_facts(key, value))
            for key, value in pairwise(parts)
            if (key.tag, value.tag) == ("dt", "dd")
        ]
        if len(items) > 1:
            yield Group(items[:ITEMS_MAX], frozenset(_names_around(node)))


def _alike(root: Node) -> Iterator[Group]:
    """Elements of one tag and class, or of one tag within one parent."""
    alike: defaultdict[tuple[object, ...], list[Node]] = defaultdict(list)
    for node in root.walk():
        if node.hidden or node.tag in _NO_ITEMS:
            continue
        for name in node.classes[:CLASSES_MAX]:
            alike[node.tag, name].append(node)
        if kind := node.get("itemtype"):
            alike["itemtype", kind].append(node)
        if node.parent is not None:
            alike[node.tag, node.parent.index].append(node)
    for nodes in alike.values():
        apart = _outermost(nodes)
        if len(apart) > 1:
            yield Group([Scope(node) for node in apart[:ITEMS_MAX]], _names(apart))


def _outermost(nodes: Sequence[Node]) -> list[Node]:
    """Without those within others."""
    kept: list[Node] = []
    for node in nodes:
        if not kept or not contains(kept[-1], node):
            kept.append(node)
    return kept


def _names(nodes: Sequence[Node]) -> frozenset[str]:
    first = nodes[0]
    names = {label for name in first.classes[:CLASSES_MAX] for label in labels_of(name)}
    names |= {first.get("itemtype").rsplit("/", 1)[-1], first.get("aria-label")}
    around = next((n for n in first.ancestors() if contains(n, nodes[-1])), None)
    if around is not None:
        names |= _names_around(around, nodes[0])
    return frozenset(name for name in names if name)


def _names_around(node: Node, before: Node | None = None) -> set[str]:
    """What a container is called: by itself, by the heading in it or before it.

    Args:
        node: The container.
        before: A heading within it counts only before this element.
    """
    names = {node.get("aria-label"), *(label for name in node.classes for label in labels_of(name))}
    names |= set(labels_of(node.get("id")))
    inside = (n for n in node.walk() if n.tag in HEADINGS or n.tag in {"caption", "legend"})
    heading = next(inside, None)
    if heading is not None and (before is None or heading.index < before.index):
        names.add(line(heading))
    else:
        names.add(_heading_before(node))
    return {name for name in names if name}


def _heading_before(node: Node) -> str:
    """The nearest heading among what comes shortly before an element or what wraps it."""
    for around, _ in zip((node, *node.ancestors()), range(2), strict=False):
        siblings = list(around.parent.elements) if around.parent is not None else []
        place = next((i for i, sibling in enumerate(siblings) if sibling is around), 0)
        for sibling in reversed(siblings[max(place - _HEADING_DISTANCE, 0) : place]):
            found = sibling if sibling.tag in HEADINGS else sibling.find(*HEADINGS)
            if found is not None:
                return line(found)
    return ""
