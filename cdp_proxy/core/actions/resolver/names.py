"""What an element may be called by: its names, the texts on it, and the words next to it."""

from __future__ import annotations

from cdp_proxy.core.actions.elements import Element, Snapshot
from cdp_proxy.core.actions.resolver import traits

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
_WEIGHTS = dict.fromkeys(
    ("aria-label", "placeholder", "title", "alt", "aria-description", "data-tooltip"), HINT
) | dict.fromkeys(
    ("id", "name", "data-testid", "data-test", "data-test-id", "data-cy", "type", "class"),
    IDENTIFIER,
)
"""What attributes say of what has them."""

Names = dict[str, float]
"""Texts that something may be called by, as the page has them, and how much each says."""


def names_of(element: Element, snapshot: Snapshot) -> Names:
    """All an element may be called by, the most telling first."""
    names = {element.name: NAME, element.label: NAME, element.own_text: NAME}
    if not traits.is_list(element):  # Its text is that of its options.
        names[element.text] = NAME
    if element.value:
        names.setdefault(element.value, CONTENT if traits.is_editable(element) else NAME)
    if element.attributes:
        _add_names_in_passing(names, element, snapshot)
    names.pop("", None)
    return names


def _add_names_in_passing(names: Names, element: Element, snapshot: Snapshot) -> None:
    attributes = element.attributes
    for attribute, text in attributes.items():
        weight = _WEIGHTS.get(attribute, 0.0)
        if weight > names.get(text, 0.0):
            names[text] = weight
    if not element.label and traits.is_control(element):
        names.setdefault(words_beside(element, snapshot), NEXT_TO)


def words_beside(control: Element, snapshot: Snapshot) -> str:
    """The text that stands where the label of a field, list or box would be; "" when none does.

    Many forms put a word in front of a field (behind a box) and leave it at that.
    """
    if traits.is_checkable(control):
        return _words_towards(control, snapshot, 1) or _words_towards(control, snapshot, -1)
    if traits.is_editable(control) or traits.is_list(control) or traits.is_file_input(control):
        return _words_towards(control, snapshot, -1)
    return ""


def _words_towards(control: Element, snapshot: Snapshot, direction: int) -> str:
    """The nearest words before or after a control, if no other control comes first."""
    for distance in range(1, _NEIGHBOURS + 1):
        ref = control.ref + direction * distance
        if not 0 <= ref < len(snapshot.elements):
            return ""
        neighbour = snapshot.elements[ref]
        if traits.is_control(neighbour):
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
            and not traits.is_checkable(control)
        )
    same_line = words.box.y < control.box.bottom and control.box.y < words.box.bottom
    gap = max(control.box.x - words.box.right, words.box.x - control.box.right)
    return same_line and gap <= _LABEL_BESIDE_PX
