"""The text of elements as a reader sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cdp_proxy.core.actions.extraction.tree import DOCUMENT, Flag, Node

SILENT: Final = frozenset(
    {"script", "style", "template", "noscript", "head", "title", "select", "textarea", "svg"}
)
"""Elements whose text nodes are no text of the page."""
KEPT_CHARS_MAX: Final = 200
"""Of a text that is kept with its element: labels and values are shorter. Longer ones would be kept
once for each element around them."""
_PARAGRAPHS: Final = frozenset(
    [
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "dl",
        "table",
        "blockquote",
        "pre",
        "figure",
        "section",
        "article",
        "hr",
        "form",
    ]
)
_CELLS: Final = frozenset({"td", "th"})
_BREAK, _LINE, _PARAGRAPH, _TAB = "\v", "\n", "\n\n", "\t"
_SPACES = re.compile(r"[ \t\r\n\f\u00a0\u200b\u2028]+")


def collapse(text: str) -> str:
    """White space trimmed, and runs of it made one space."""
    return " ".join(text.replace("\u200b", "").split())


def line(node: Node, *, spoken: bool = False) -> str:
    """All text that is visible within an element, on one line.

    Args:
        node: The element.
        spoken: As a screen reader has it: with what is clipped away for it, without what is hidden
            from it (`aria-hidden`).
    """
    return collapse(_flow(node, spoken=spoken))


def raw(node: Node) -> str:
    """All text within an element, seen or not, as it stands in the document."""
    own = (child if isinstance(child, str) else raw(child) for child in node.children)
    return "".join(own)


def own_line(node: Node) -> str:
    """The text of an element's own text nodes alone, on one line."""
    return collapse(" ".join(child for child in node.children if isinstance(child, str)))


def is_block(node: Node) -> bool:
    """Whether it starts a line of its own."""
    return bool(node.flags & Flag.BLOCK) or node.tag in {DOCUMENT, "br", "iframe"}


def is_silent(node: Node, *, spoken: bool = False) -> bool:
    """Whether nothing of its text is for the reader; a silent element's children are too."""
    if node.tag in SILENT:
        return True
    return node.get("aria-hidden") == "true" if spoken else node.spoken


def _flow(node: Node, *, spoken: bool) -> str:
    """The text of an element, white space at its ends included."""
    if node.flow is not None and not spoken:
        return node.flow
    text = "" if is_silent(node, spoken=spoken) else "".join(_pieces(node, spoken=spoken))
    if not spoken and len(text) <= KEPT_CHARS_MAX:
        node.flow = text
    return text


def _pieces(node: Node, *, spoken: bool) -> Iterator[str]:
    edge = " " if is_block(node) or node.flags & Flag.APART or node.tag in _CELLS else ""
    yield edge
    for child in node.children:
        if isinstance(child, Node):
            yield _flow(child, spoken=spoken)
        elif not node.hidden:
            yield " " if child.isspace() else child
    yield edge


def lines(node: Node) -> str:
    """All visible text within an element, on lines as it is shown; cells apart by tabs."""
    pieces: list[str] = []
    _lay_out(node, pieces)
    text = "".join(pieces)
    text = re.sub(r"[ \u00a0]*\v[ \v\u00a0]*", _LINE, text)
    text = re.sub(r"[ \u00a0]*\n[ \u00a0]*", "\n", text)
    text = re.sub(r"[ \u00a0]{2,}", " ", text)
    return re.sub(r"\n{3,}", _PARAGRAPH, text).strip()


def _lay_out(node: Node, pieces: list[str]) -> None:
    if is_silent(node):
        return
    edge = _edge(node)
    if edge != _TAB:
        _put(pieces, edge)
    elif not "".join(pieces[-1:]).endswith(_LINE):
        pieces.append(_TAB)
    for child in node.children:
        if isinstance(child, Node):
            _lay_out(child, pieces)
        elif not node.hidden:
            kept = node.flags & Flag.PREFORMATTED
            pieces.append(child if kept else _SPACES.sub(" ", child))
    if edge != _TAB:
        _put(pieces, edge)


def _put(pieces: list[str], edge: str) -> None:
    if edge:
        pieces.append(edge)


def _edge(node: Node) -> str:
    """What stands before and after an element."""
    if node.tag in _CELLS:
        return _TAB
    if node.tag == "br":
        return _BREAK
    if node.tag in _PARAGRAPHS and node.tag != "form":
        return _PARAGRAPH
    if is_block(node):
        return _LINE
    return " " if node.flags & Flag.APART else ""
