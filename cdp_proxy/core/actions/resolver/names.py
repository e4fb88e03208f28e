"""What an element may be called by: its names, the texts on it, and the words next to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdp_proxy.core.actions.elements import Element, Snapshot
from cdp_proxy.core.actions.resolver import kinds
from cdp_proxy.core.actions.resolver.words import identifier_words

NAME = 1.0
"""What it is called: accessible name, label, its own text."""
HINT = 0.97
"""What is written on it in passing: placeholder, title, alternative text."""
NEXT_TO = 0.92
"""What stands where its label would be, though nothing ties the two."""
CONTENT = 0.85
"""What a field holds; another one's label is likelier to be meant."""
IDENTIFIER = 0.7
"""What only its author calls it: id, name, test id, class."""

LONGEST_NAME = 300
"""Characters; longer texts are prose, where only a phrase is looked for."""
_NEIGHBOURS = 4
"""How many elements before (after) a control are looked at for the words that label it."""
_LABEL_ABOVE_PX = 60.0
"""How far above its field a label may stand."""
_LABEL_BESIDE_PX = 400.0
"""How far to the left of its field a label may stand, as in forms with a column of labels."""
_HINTS = ("aria-label", "placeholder", "title", "alt", "aria-description", "data-tooltip")
_IDENTIFIERS = (
    "id",
    "name",
    "data-testid",
    "data-test",
    "data-test-id",
    "data-cy",
    "type",
    "class",
)


class Name(NamedTuple):
    """One thing an element may be called by."""

    text: str
    weight: float
    """How much being called so says, up to 1."""


def names_of(element: Element, snapshot: Snapshot) -> Iterator[Name]:
    """All an element may be called by, the most telling first; a text may come twice."""
    yield Name(element.name, NAME)
    yield Name(element.label, NAME)
    yield Name(element.own_text, NAME)
    if not kinds.is_list(element):  # Its text is that of its options.
        yield Name(element.text, NAME)
    if element.value:
        yield Name(element.value, CONTENT if kinds.is_editable(element) else NAME)
    if element.attributes:
        yield from _names_in_passing(element, snapshot)


def _names_in_passing(element: Element, snapshot: Snapshot) -> Iterator[Name]:
    attributes = element.attributes
    for attribute in _HINTS:
        if attribute in attributes:
            yield Name(attributes[attribute], HINT)
    if kinds.is_control(element) and not element.label:
        yield Name(words_beside(element, snapshot), NEXT_TO)
    for attribute in _IDENTIFIERS:
        if attribute in attributes:
            yield Name(identifier_words(attributes[attribute]), IDENTIFIER)


def words_beside(control: Element, snapshot: Snapshot) -> str:
    """The text that stands where the label of a field, list or box would be; "" when none does.

    Many forms put a word in front of a field (behind a box) and leave it at that.
    """
    if kinds.is_checkable(control):
        return _words_towards(control, snapshot, 1) or _words_towards(control, snapshot, -1)
    if kinds.is_editable(control) or kinds.is_list(control) or kinds.is_file_input(control):
        return _words_towards(control, snapshot, -1)
    return ""


def _words_towards(control: Element, snapshot: Snapshot, direction: int) -> str:
    """The nearest words before or after a control, if no other control comes first."""
    for distance in range(1, _NEIGHBOURS + 1):
        ref = control.ref + direction * distance
        if not 0 <= ref < len(snapshot.elements):
            return ""
        neighbour = snapshot.elements[ref]
        if kinds.is_control(neighbour):
            return ""
        if neighbour.own_text:
            return neighbour.own_text if _labels_by_place(neighbour, control) else ""
    return ""


def _labels_by_place(words: Element, control: Element) -> bool:
    if len(words.own_text) > LONGEST_NAME or (words.tag == "label" and "for" in words.attributes):
        return False
    if words.box is None or control.box is None:
        return False
    if words.box.bottom <= control.box.y:
        return (
            control.box.y - words.box.bottom <= _LABEL_ABOVE_PX
            and words.box.x <= control.box.right
            and not kinds.is_checkable(control)
        )
    same_line = words.box.y < control.box.bottom and control.box.y < words.box.bottom
    gap = max(control.box.x - words.box.right, words.box.x - control.box.right)
    return same_line and gap <= _LABEL_BESIDE_PX
