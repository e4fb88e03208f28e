"""The page as a user perceives it: elements in reading order, each where it is and what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle in CSS pixels, relative to the top-level viewport's top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    @property
    def center(self) -> tuple[float, float]:
        """The middle."""
        return (self.x + self.width / 2, self.y + self.height / 2)


class NodeKey(NamedTuple):
    """One DOM node for as long as its document lives."""

    cdp_session_id: str
    """The flat session of the target whose renderer has it; out-of-process iframes have their
    own."""
    backend_node_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element; strings are trimmed and their white space collapsed, `""` when absent."""

    ref: int
    """Its place in reading order, from 0; an index into `Snapshot.elements`."""
    key: NodeKey
    frame_id: str
    parent: int | None
    """`ref` of the element around it, across shadow roots and frames."""
    tag: str
    """Lower case; SVG's included."""
    role: str
    """Its ARIA role as Chromium computes it (`button`, `textbox`, `link`, `combobox`, `option`,
    `checkbox`, `radio`, `tab`, `menuitem`, `heading`, `img`, `dialog`, `row`, `cell` …);
    `generic` or `""` when it has none that says anything."""
    name: str
    """The accessible name, as Chromium computes it."""
    text: str
    """All text that is visible within it, children's included (at most 2 000 characters)."""
    own_text: str
    """The text of its own text nodes alone."""
    label: str
    """Text of the `<label>`s or `aria-labelledby` that name it."""
    value: str
    """What a field holds; passwords as `•` only."""
    attributes: Mapping[str, str]
    """As in the document, names in lower case."""
    states: frozenset[str]
    """Of `checked mixed disabled expanded collapsed selected focused required readonly invalid
    pressed multiple editable password`."""
    box: Box | None
    """None when nothing of it is painted."""
    visible: bool
    """Painted, not transparent, larger than nothing; perhaps outside the viewport."""
    interactive: bool
    """A control by role, focusable, editable, or listening for clicks; also what looks
    clickable (`cursor: pointer`)."""
    color: str = ""
    """Its fill (SVG) or background, as `rgb(r, g, b)`; `""` when transparent."""

    @property
    def placeholder(self) -> str:
        """What an empty field shows."""
        return self.attributes.get("placeholder", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All perceivable elements of a page at one moment."""

    url: str
    title: str
    viewport: Box
    """The visible part of the layout viewport: x and y are 0."""
    elements: Sequence[Element]
    """In reading order, parents before children; what is hidden is left out."""
    children: Mapping[int, tuple[int, ...]] = field(repr=False)
    """`ref`s of the elements directly within one."""

    def ancestors(self, element: Element) -> Iterator[Element]:
        """The elements around one, the nearest first."""
        while element.parent is not None:
            element = self.elements[element.parent]
            yield element

    def descendants(self, element: Element) -> Iterator[Element]:
        """All elements within one, in reading order."""
        for ref in self.children.get(element.ref, ()):
            yield self.elements[ref]
            yield from self.descendants(self.elements[ref])
