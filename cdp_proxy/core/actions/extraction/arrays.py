"""Finding arrays: repeated structures for objects, lists and labelled values for the rest."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from cdp_proxy.core.actions.extraction.facts import Fact, Source, fact
from cdp_proxy.core.actions.extraction.finding import Finding, nothing
from cdp_proxy.core.actions.extraction.grid import grids
from cdp_proxy.core.actions.extraction.groups import Group, Scope, groups
from cdp_proxy.core.actions.extraction.schema import Want
from cdp_proxy.core.actions.extraction.text import line
from cdp_proxy.core.actions.extraction.tree import Node, contains
from cdp_proxy.core.actions.extraction.values import NoValue, is_address
from cdp_proxy.core.actions.extraction.words import likeness

if TYPE_CHECKING:
    from cdp_proxy.core.actions.extraction.fields import Finder

ITEMS_MAX: Final = 5_000
SCORE_MIN: Final = 0.3
"""What the properties of items must reach on average."""
MARGIN: Final = 0.03
_NAMED: Final = 0.15
_MANY: Final = 0.02
_ASIDE: Final = 0.15
_PARTS: Final = re.compile(r"\s*[,;·•|]\s*|\n+")
_LIKENESS_MIN: Final = 0.75
_PART_CHARS_MAX: Final = 80


def look(finder: Finder, want: Want, scope: Scope) -> Finding:
    """Find an array within a scope."""
    item = want.items
    if item is None:
        return nothing("A recursive schema is followed only so far.")
    holder = want if want.selector is not None else item
    nodes = finder.selected(holder, scope) if item.kind != "array" else None
    if nodes is not None:
        if not nodes:
            return nothing(finder.no_match(holder))
        return _selected(finder, item, nodes[:ITEMS_MAX], own=holder is item)
    if item.kind == "object":
        return _objects(finder, want, item, scope)
    if item.kind == "array":
        return _rows(finder, want, item, scope)
    return _scalars(finder, want, item, scope)


def _selected(finder: Finder, item: Want, nodes: Sequence[Node], *, own: bool) -> Finding:
    """Items that a selector names: each is kept, whatever is found in it.

    Args:
        finder: Looks.
        item: What each is.
        nodes: The elements.
        own: Whether the selector was the items' own, and not the array's.
    """
    made = Finding([], nodes=tuple(nodes))
    values: list[object] = []
    total = 0.0
    for place, node in enumerate(nodes):
        found = _item(finder, item, Scope(node), own=own)
        total += found.score
        made.missing += [((place, *path), why) for path, why in found.missing]
        values.append(found.value if found.found else None)
    made.value, made.score = values, total / len(nodes)
    return made


def _item(finder: Finder, item: Want, scope: Scope, *, own: bool) -> Finding:
    if item.kind == "object" and (own or item.selector is None):
        return finder.fill(item, scope)
    if item.kind == "scalar" and (own or item.selector is None):
        try:
            return Finding(finder.value(scope.node, item), 1.0)
        except NoValue as error:
            return nothing(f"What the selector matches is not it: {error}.")
    return finder.look(item, scope)


def _objects(finder: Finder, want: Want, item: Want, scope: Scope) -> Finding:
    """The repeated structure whose items have the most of the wanted properties."""
    scored = [(_score(finder, want, item, group), group) for group in groups(scope)]
    scored = [(score, group) for score, group in scored if score >= SCORE_MIN]
    if not scored:
        return nothing(f"Nothing that repeats has what {_shown(want)} are made of.")
    scored.sort(key=lambda pair: (-pair[0], -_size(pair[1]), pair[1].items[0].node.index))
    best_score, best = scored[0]
    for score, group in scored[1:]:
        if score > best_score - MARGIN and _are_apart(best, group):
            names = " and ".join(repr(_title(g)) for g in (best, group))
            return nothing(f"Several structures fit {_shown(want)} equally well: {names}.")
    return _filled(finder, item, best, best_score)


def _score(finder: Finder, want: Want, item: Want, group: Group) -> float:
    """How well a group fits, by three of its items; 0 if it does not."""
    places = sorted({0, len(group.items) // 2, len(group.items) - 1})
    samples = [finder.fill(item, group.items[place]) for place in places]
    fill = sum(sample.score for sample in samples) / len(samples)
    if fill < SCORE_MIN or not all(sample.found for sample in samples[:2]):
        return 0.0
    many = min(len(group.items), 50) / 50
    aside = _ASIDE if finder.is_aside(group.items[0].node) else 0.0
    return fill + _NAMED * group.likeness(want.query) + _MANY * many - aside


def _filled(finder: Finder, item: Want, group: Group, score: float) -> Finding:
    """Items in which nothing is found (spacers, advertisements) are none."""
    made = Finding([], score)
    values: list[object] = []
    aside = [finder.is_aside(scope.node) for scope in group.items]
    for scope, outside in zip(group.items, aside, strict=True):
        if outside and not all(aside):
            continue  # an advertisement built like the rest
        found = finder.fill(item, scope)
        if found.found:
            made.missing += [((len(values), *path), why) for path, why in found.missing]
            values.append(found.value)
    made.value = values
    made.nodes = tuple(scope.node for scope in group.items)
    return made


def _are_apart(one: Group, other: Group) -> bool:
    """Whether two groups are of different things, and not two ways to see the same."""
    return not any(
        contains(a.node, b.node) or contains(b.node, a.node)
        for a in one.items[:3]
        for b in other.items
    ) and not any(
        contains(a.node, b.node) or contains(b.node, a.node)
        for a in one.items
        for b in other.items[:3]
    )


def _size(group: Group) -> int:
    """How many elements a group is made of: of two views of the same the outer is the larger."""
    return sum(scope.node.last - scope.node.index + 1 for scope in group.items)


def _title(group: Group) -> str:
    return max(group.names, key=len, default="") or line(group.items[0].node)[:40]


def _shown(want: Want) -> str:
    return repr(want.query.shown) if want.query.shown else "the wanted items"


def _rows(finder: Finder, want: Want, item: Want, scope: Scope) -> Finding:
    """An array of arrays is a table."""
    inner = item.items
    tables = [grid for grid in grids(scope.node) if grid.rows]
    named = [g for g in tables if likeness(want.query, g.caption) >= _LIKENESS_MIN]
    chosen = named or tables
    if len(chosen) != 1 or inner is None:
        return nothing(f"There are {len(chosen)} tables that {_shown(want)} could be.")
    values = [[_cell(finder, inner, cell) for cell in row] for row in chosen[0].rows]
    return Finding(values, 1.0, nodes=tuple(chosen[0].row_nodes))


def _cell(finder: Finder, want: Want, cell: Node | None) -> object:
    try:
        return finder.value(cell, want)
    except NoValue:
        return None  # an empty or odd cell; the validator names it


def _scalars(finder: Finder, want: Want, item: Want, scope: Scope) -> Finding:
    """A column, several values of one label, or one value that is a list."""
    why = f"Nothing on the page lists {_shown(want)}."
    known = [*_columns(want, scope), *finder.choices(want, scope)]
    lists: defaultdict[tuple[float, str, str], list[Fact]] = defaultdict(list)
    for score, one in known:
        lists[score, one.source.name, one.label].append(one)
    ranked = sorted(lists, key=lambda key: (-key[0], -len(lists[key])))
    for key in ranked[:10]:
        parts = [part for one in lists[key] for part in _parts(one.held, item, lists[key])]
        try:
            values = [finder.value(part, item) for part in parts]
        except NoValue as error:
            why = f"For {_shown(want)} {error}."
            continue
        if values:
            return Finding(list(dict.fromkeys(values)) if _is_flat(values) else values, key[0])
    return nothing(why)


def _is_flat(values: Sequence[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _columns(want: Want, scope: Scope) -> Iterator[tuple[float, Fact]]:
    """The column of a table that has the wanted name, as one fact for each cell."""
    for grid in grids(scope.node):
        for column, header in enumerate(grid.header):
            like = likeness(want.query, header)
            if like >= _LIKENESS_MIN:
                cells = [row[column] for row in grid.rows]
                for cell in dict.fromkeys(cell for cell in cells if cell is not None):
                    yield like, fact(header, cell, Source.ROW, cell)


def _parts(held: object, item: Want, all_facts: Sequence[Fact]) -> list[object]:
    """The entries of a list: an element's items, or what commas divide."""
    if isinstance(held, Node):
        entries = _entries(held, item)
        if entries:
            return list(entries)
        text = line(held)
    else:
        text = str(held) if isinstance(held, str) else ""
    if len(all_facts) > 1 or not text or is_address(item):
        return [held]
    parts = [part for part in _PARTS.split(text) if part]
    if any(len(part) > _PART_CHARS_MAX for part in parts):
        return []  # prose
    return list(parts)


def _entries(held: Node, item: Want) -> Sequence[Node]:
    """List items within an element, else its children if they are all of one tag."""
    if is_address(item):
        tags = {"a", "img"}
        return [node for node in held.within() if node.tag in tags and not node.hidden]
    listed = [node for node in held.walk() if node.tag == "li" and not node.hidden]
    if listed:
        return [node for node in listed if node.find("li") is None]
    children = [node for node in held.elements if not node.hidden and line(node)]
    own_text = any(isinstance(c, str) and c.strip(" ,;·|\n\t") for c in held.children)
    alike = len({node.tag for node in children}) == 1 and not own_text
    return children if len(children) > 1 and alike else []
