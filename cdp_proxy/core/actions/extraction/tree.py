"""The page as one tree: frames and open shadow roots joined in, what is hidden marked.

`capture` makes it; everything else in this package only reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urljoin

DOCUMENT: Final = "#document"
"""The tag of a frame's root."""


class Flag:
    """What the renderer says of an element; the capture script has the same numbers.

    Plain numbers: a large page is asked for its flags millions of times, and `enum` makes an
    object for each answer.
    """

    HIDDEN: Final = 1
    """Not painted: `display`, `visibility`, `opacity`, `content-visibility`."""
    BLOCK: Final = 2
    """On lines of its own."""
    PREFORMATTED: Final = 4
    """White space and line breaks count."""
    SPOKEN: Final = 8
    """Clipped to nothing: for screen readers only."""
    APART: Final = 16
    """An inline block: on the line, yet not of the same word."""


SHOWN: Final = 0
"""Flags of an element within a line."""


class Node:
    """One element, or the root of a frame's document."""

    __slots__ = (
        "attributes",
        "children",
        "flags",
        "flow",
        "index",
        "last",
        "parent",
        "state",
        "tag",
    )

    def __init__(
        self,
        tag: str,
        flags: int = SHOWN,
        attributes: Mapping[str, str] | None = None,
        state: Mapping[str, object] | None = None,
    ) -> None:
        self.tag = tag
        """Lower case."""
        self.index = -1
        """Its place in reading order, once the whole page is `number`ed."""
        self.last = -1
        """The largest `index` within it."""
        self.flags = flags
        """A sum of `Flag`s."""
        self.flow: str | None = None
        """Kept by `text.line`, which is asked for the same short texts again and again."""
        self.attributes: Mapping[str, str] = attributes or {}
        self.state: Mapping[str, object] = state or {}
        """Of controls: `value`, `checked`, `text` (of the chosen options); of documents: `base`."""
        self.parent: Node | None = None
        self.children: list[Node | str] = []

    def __repr__(self) -> str:
        return f"<{self.tag} {self.index}>"

    def add(self, child: Node | str) -> None:
        """Put a child last."""
        self.children.append(child)
        if isinstance(child, Node):
            child.parent = self

    @property
    def elements(self) -> Iterator[Node]:
        """The children that are elements."""
        return (child for child in self.children if isinstance(child, Node))

    @property
    def hidden(self) -> bool:
        """Whether it is not painted; a child of it may be."""
        return bool(self.flags & Flag.HIDDEN)

    @property
    def spoken(self) -> bool:
        """Whether it is for screen readers only."""
        return bool(self.flags & Flag.SPOKEN)

    @property
    def role(self) -> str:
        """The first role it is given explicitly, in lower case."""
        return next(iter(self.attributes.get("role", "").lower().split()), "")

    @property
    def classes(self) -> Sequence[str]:
        """Its class names."""
        return self.attributes.get("class", "").split()

    def get(self, name: str) -> str:
        """An attribute, trimmed; `""` when absent."""
        return self.attributes.get(name, "").strip()

    def walk(self) -> Iterator[Node]:
        """All elements within it in reading order, without itself. Never recurses."""
        stack = [self.elements]
        while stack:
            child = next(stack[-1], None)
            if child is None:
                stack.pop()
            else:
                yield child
                stack.append(child.elements)

    def within(self) -> Iterator[Node]:
        """Itself, then all elements within it."""
        yield self
        yield from self.walk()

    def ancestors(self) -> Iterator[Node]:
        """The elements around it, the nearest first, through shadow roots and frames."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def find(self, *tags: str) -> Node | None:
        """The first element of one of these tags within it."""
        return next((node for node in self.walk() if node.tag in tags), None)

    def url(self, address: str) -> str:
        """An address made absolute as its document would; `""` if it makes no sense."""
        base = next((n for n in (self, *self.ancestors()) if n.tag == DOCUMENT), None)
        try:
            return urljoin(str(base.state.get("base", "")) if base else "", address.strip())
        except ValueError:
            return ""


def number(root: Node) -> None:
    """Give every element its place in reading order."""
    order = list(root.within())
    for index, node in enumerate(order):
        node.index = node.last = index
    for node in reversed(order):
        if node.parent is not None and node is not root:
            node.parent.last = max(node.parent.last, node.last)


def contains(outer: Node, inner: Node) -> bool:
    """Whether one is the other, or within it; of a `number`ed page."""
    return outer.index <= inner.index <= outer.last
