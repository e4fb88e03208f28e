"""What the page says, as labels and what they label."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from cdp_proxy.core.actions.extraction.tree import SHOWN, Flag, Node
from cdp_proxy.core.actions.extraction.words import Query, likeness

LIKENESS_MIN: Final = 0.5
"""Labels less like the field's name are not about it."""


class Source(Enum):
    """How a fact is known, and how far that is trusted."""

    ROW = ("a row", 1.0)
    """Label and value that the markup itself pairs: `dt`/`dd`, `th`/`td`, `label`/control."""
    TEXT = ("a text", 0.97)
    """*Label: value* in running text."""
    MICRODATA = ("microdata", 0.96)
    TITLE = ("a heading", 0.95)
    """What a page or card is headed with."""
    JSON_LD = ("JSON-LD", 0.93)
    ARIA = ("a label", 0.9)
    """`aria-label` and the like."""
    PAIR = ("a pair", 0.88)
    """Two elements side by side of which one looks like a label."""
    META = ("the page's metadata", 0.87)
    CLASS = ("a class", 0.8)
    """Words in `class`, `id` and attributes for tests."""
    SECTION = ("a section", 0.78)
    """What follows a heading."""
    DATA = ("a data attribute", 0.76)
    KIND = ("its kind", 0.62)
    """The only thing of its kind: one price, one time, one picture."""

    def __init__(self, shown: str, weight: float) -> None:
        self.shown = shown
        self.weight = weight


@dataclass(frozen=True, slots=True)
class Fact:
    """One label with what it labels."""

    label: str
    held: object
    """The element that holds the value, or the value itself (structured data, attributes)."""
    source: Source
    first: int
    """Place of the first element that takes part; -1 for what is said of the page as a whole."""
    last: int
    """Place of the last one."""


def fact(label: str, held: object, source: Source, *nodes: Node) -> Fact:
    """A fact that these elements take part in."""
    first = min((node.index for node in nodes), default=-1)
    last = max((node.index for node in nodes), default=-1)
    return Fact(label.strip(" :：\t\n"), held, source, first, last)  # noqa: RUF001


def piece(around: Node, children: Sequence[Node | str]) -> Node:
    """Some children of an element as if they were one; the tree itself stays as it is."""
    made = Node("span", SHOWN | (around.flags & Flag.HIDDEN))
    made.parent = around
    made.children = list(children)
    made.index, made.last = around.index, around.last
    inside = [child for child in children if isinstance(child, Node)]
    if inside:
        made.index, made.last = inside[0].index, inside[-1].last
    return made


class Facts:
    """All facts of a page, found by what they are about and where."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._of_label: defaultdict[str, list[Fact]] = defaultdict(list)
        for known in facts:
            if known.label:
                self._of_label[known.label].append(known)
        for listed in self._of_label.values():
            listed.sort(key=_first)
        self._labels_of: dict[Query, list[tuple[float, str]]] = {}

    def about(self, query: Query, scope: Node, *, page: bool) -> Iterator[tuple[float, Fact]]:
        """What is said about something within an element, each with how surely (0 to 1).

        Args:
            query: What it is called.
            scope: Only facts wholly within this element.
            page: Whether what is said of the page as a whole counts too.
        """
        for like, label in self._labels(query):
            listed = self._of_label[label]
            start = 0 if page else bisect_left(listed, scope.index, key=_first)
            for known in listed[start:]:
                if known.first > scope.last:
                    break
                if known.first < 0 or (known.first >= scope.index and known.last <= scope.last):
                    yield like * known.source.weight, known

    def _labels(self, query: Query) -> list[tuple[float, str]]:
        if query not in self._labels_of:
            likes = ((likeness(query, label), label) for label in self._of_label)
            self._labels_of[query] = [pair for pair in likes if pair[0] >= LIKENESS_MIN]
        return self._labels_of[query]


def _first(known: Fact) -> int:
    return known.first
