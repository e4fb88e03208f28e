"""A snapshot made ready for looking things up: who is called what, who is inside whom."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import cached_property
from itertools import count, islice
from typing import Generic, TypeVar, cast

from rapidfuzz import fuzz, process

from cdp_proxy.core.actions.elements import Element, Snapshot
from cdp_proxy.core.actions.resolver import traits
from cdp_proxy.core.actions.resolver.names import IDENTIFIER, LONGEST_NAME, names_of
from cdp_proxy.core.actions.resolver.words import (
    LEAST_RESEMBLANCE,
    LITERAL,
    Needle,
    fold,
    identifier_words,
)

T = TypeVar("T")

_LABEL_LEVELS = 5
"""How far around some words a control is looked for that they may belong to: a cell and a row, or
a few wrappers."""
_PUNCTUATION = 8
"""Characters by which two texts may differ that are the same once folded (`*`, `: `, `…`)."""
_ANY_LENGTH = 1 << 30


class Replayed(Generic[T]):
    """What an iterator yields, as often as one likes; each item is made once, when it is needed."""

    def __init__(self, source: Iterator[T]) -> None:
        self._source = source
        self._made: list[T] = []

    def __iter__(self) -> Iterator[T]:
        for position in count():
            if position == len(self._made):
                self._made.extend(islice(self._source, 1))
            if position == len(self._made):
                return
            yield self._made[position]


class View:
    """One snapshot and what is derived from it; made once for any number of look-ups."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.elements = snapshot.elements
        self._parents = [-1 if e.parent is None else e.parent for e in snapshot.elements]
        self._bearers: dict[str, list[tuple[int, float]]] = {}
        """What bears a name, as the page has it: `ref` and weight."""
        for element in snapshot.elements:
            for text, weight in names_of(element, snapshot).items():
                self._bearers.setdefault(text, []).append((element.ref, weight))
        self._folded: dict[str, str] = {}
        self._accepted_by: dict[Callable[[Element], bool], tuple[list[int], list[int]]] = {}
        self._made: dict[Hashable, object] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` makes, made once for each key; nobody may change it.

        To describe one of a thousand equal buttons is to look for all of them; so is the next.
        """
        if key not in self._made:
            self._made[key] = make()
        return cast("T", self._made[key])

    def called(self, needle: Needle, *, exactly: bool = False) -> dict[int, float]:
        """`ref`s of what has the needle among its names (or for one of them): how well each fits.

        `exactly` is for speed: longer texts are not looked into.
        """
        longest = len(needle.raw) + _PUNCTUATION if exactly else _ANY_LENGTH
        found: dict[int, float] = {}
        for text in self._bearers:
            # Most texts are ruled out by this alone, which is ten times as fast as folding them.
            if len(text) > longest or (text.isascii() and needle.key not in text.lower()):
                continue
            worth = LITERAL if text == needle.raw else needle.found_in(self._fold(text))
            if worth:
                self._keep_best(found, text, worth)
        return found

    def nearly_called(self, needle: Needle) -> dict[int, float]:
        """`ref`s of what has a name that resembles the needle."""
        found: dict[int, float] = {}
        texts = [text for text in self._bearers if len(text) <= LONGEST_NAME]
        alike = process.extract(
            needle.folded,
            [self._fold(text) for text in texts],
            scorer=fuzz.ratio,
            score_cutoff=100 * LEAST_RESEMBLANCE,
            limit=None,
        )
        for folded, _, index in alike:
            worth = needle.resembles(folded)
            if worth:
                self._keep_best(found, texts[index], worth)
        return found

    def nearest(self, needle: Needle, limit: int) -> list[int]:
        """`ref`s of what is called most like the needle, however little that is."""
        texts = [text for text in self._bearers if len(text) <= LONGEST_NAME]
        folded = [self._fold(text) for text in texts]
        ranked = process.extract(needle.folded, folded, scorer=fuzz.ratio, limit=limit)
        return [ref for _, _, index in ranked for ref, _ in self._bearers[texts[index]]]

    def _fold(self, text: str) -> str:
        folded = self._folded.get(text)
        if folded is None:
            is_identifier = all(weight == IDENTIFIER for _, weight in self._bearers[text])
            folded = identifier_words(text) if is_identifier else fold(text)
            self._folded[text] = folded
        return folded

    def _keep_best(self, found: dict[int, float], text: str, worth: float) -> None:
        for ref, weight in self._bearers[text]:
            found[ref] = max(found.get(ref, 0.0), worth * weight)

    def around(self, ref: int) -> Iterator[int]:
        """`ref`s of the elements around one, the nearest first."""
        ref = self._parents[ref]
        while ref >= 0:
            yield ref
            ref = self._parents[ref]

    def contains(self, outer: int, inner: int) -> bool:
        """Whether one element is around another; no element is around itself."""
        while inner > outer:  # Parents come before children.
            inner = self._parents[inner]
            if inner == outer:
                return True
        return False

    def meeting_point(self, one: int, other: int) -> int:
        """`ref` of the innermost element that both are in (or are); -1 for the page."""
        while one != other:
            if one > other:
                one = self._parents[one]
            else:
                other = self._parents[other]
        return one

    @cached_property
    def sizes(self) -> list[int]:
        """How many elements each has in it, itself included; the last is the whole page's."""
        sizes = [1] * len(self.elements) + [0]
        for ref in range(len(self.elements) - 1, -1, -1):
            sizes[self._parents[ref]] += sizes[ref]  # The page is at -1: the last.
        return sizes

    def inside(self, ref: int) -> list[int]:
        """`ref`s of all elements within one, in reading order."""
        found: list[int] = []
        pending = list(self.snapshot.children.get(ref, ()))
        while pending:
            inner = pending.pop()
            found.append(inner)
            pending.extend(self.snapshot.children.get(inner, ()))
        return sorted(found)

    @cached_property
    def _by_id(self) -> dict[tuple[str, str], int]:
        return {
            (element.frame_id, element.attributes["id"]): element.ref
            for element in reversed(self.elements)
            if "id" in element.attributes
        }

    def by_id(self, frame_id: str, identifier: str) -> int | None:
        """`ref` of the element of a frame that has an id."""
        return self._by_id.get((frame_id, identifier))

    @cached_property
    def modals(self) -> frozenset[int]:
        """`ref`s of what is in the open modal dialog, if there is one: of the last, if several."""
        opened = [element.ref for element in self.elements if _is_modal(element)]
        return frozenset({opened[-1], *self.inside(opened[-1])}) if opened else frozenset()

    @cached_property
    def dialogs(self) -> frozenset[int]:
        """`ref`s of what is in any dialog that is open, modal or not."""
        opened = [e.ref for e in self.elements if e.visible and e.role in _DIALOGS]
        return frozenset(ref for dialog in opened for ref in (dialog, *self.inside(dialog)))

    def is_header_row(self, ref: int) -> bool:
        """Whether a row has nothing but headings of columns, which nobody counts as a row."""
        cells = [self.elements[cell] for cell in self.snapshot.children.get(ref, ())]
        return bool(cells) and all(cell.role == "columnheader" for cell in cells)

    def labelled_control(self, ref: int) -> int | None:
        """`ref` of the control that a `<label>`, or what `aria-labelledby` names, belongs to."""
        label = self.elements[ref]
        if label.tag != "label":
            return self._labelled_by_id(label)
        if "for" in label.attributes:
            return self.by_id(label.frame_id, label.attributes["for"])
        controls = [inner for inner in self.inside(ref) if traits.is_control(self.elements[inner])]
        return controls[0] if len(controls) == 1 else None

    @cached_property
    def _names_given(self) -> dict[str, list[int]]:
        """By the id in `aria-labelledby`: `ref`s of the fields, boxes and lists that have it."""
        given: dict[str, list[int]] = {}
        for element in self.elements:
            identifiers = element.attributes.get("aria-labelledby", "").split()
            if identifiers and traits.takes_a_value(element):
                for identifier in identifiers:
                    given.setdefault(identifier, []).append(element.ref)
        return given

    def _labelled_by_id(self, label: Element) -> int | None:
        """The one control that names an element as its label; a control is nobody's label."""
        if traits.is_control(label):
            return None
        given = self._names_given.get(label.attributes.get("id", ""), ())
        controls = [ref for ref in given if self.elements[ref].frame_id == label.frame_id]
        return controls[0] if len(controls) == 1 else None

    def control_of(self, ref: int, accepts: Callable[[Element], bool]) -> int | None:
        """`ref` of the one control that some words, a label or a group belong to.

        That is the element itself, the label's control, or the only one that `accepts` takes in the
        smallest surroundings that have any.
        """
        if accepts(self.elements[ref]):
            return ref
        labelled = self.labelled_control(ref)
        if labelled is not None and accepts(self.elements[labelled]):
            return labelled
        amounts, ones = self._accepted(accepts)
        for level, scope in enumerate((ref, *self.around(ref))):
            if level > _LABEL_LEVELS:
                break
            if amounts[scope]:
                return ones[scope] if amounts[scope] == 1 else None
        return None

    def _accepted(self, accepts: Callable[[Element], bool]) -> tuple[list[int], list[int]]:
        """How many of those that `accepts` takes each element has in it, and which is the first."""
        known = self._accepted_by.get(accepts)
        if known:
            return known
        amounts, ones = [0] * (len(self.elements) + 1), [-1] * (len(self.elements) + 1)
        for ref in range(len(self.elements) - 1, -1, -1):
            if accepts(self.elements[ref]):
                amounts[ref], ones[ref] = amounts[ref] + 1, ref
            if amounts[ref]:
                amounts[self._parents[ref]] += amounts[ref]
                ones[self._parents[ref]] = ones[ref]
        self._accepted_by[accepts] = amounts, ones
        return amounts, ones


_DIALOGS = frozenset({"dialog", "alertdialog"})


def _is_modal(element: Element) -> bool:
    if not element.visible:
        return False
    return element.attributes.get("aria-modal") == "true" or (
        element.tag == "dialog" and "open" in element.attributes
    )
