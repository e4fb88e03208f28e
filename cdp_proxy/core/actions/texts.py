"""The text that is visible within each node, as one would read it aloud."""

from __future__ import annotations

from collections.abc import Sequence

from cdp_proxy.core.actions.names import collapse
from cdp_proxy.core.actions.nodes import Node
from cdp_proxy.core.actions.placing import Placing
from cdp_proxy.core.actions.states import option_text, value_of

MAX_CHARS = 2_000
_PRIVATE = ("\ue000", "\uf8ff")
"""Where icon fonts have their signs."""


class Texts:
    """Visible texts, made from the innermost outwards."""

    def __init__(self, nodes: Sequence[Node], placing: Placing) -> None:
        """`nodes` in reading order."""
        self._placing = placing
        self._within: dict[Node, str] = {}
        self._own: dict[Node, str] = {}
        for node in reversed(nodes):
            self._read(node)

    def of(self, node: Node) -> tuple[str, str]:
        """The text of its own text nodes, and all text within it."""
        return collapse(self._own.get(node, "")), collapse(self._within.get(node, ""))[:MAX_CHARS]

    def _read(self, node: Node) -> None:
        if node.tag == "#text" or node.pseudo:
            if node.tag != "::marker" and node in self._placing.painted:
                self._within[node] = _readable(node.text or "")
        elif node.tag == "option":
            self._own[node] = self._within[node] = option_text(node)
        elif node.tag == "select":
            self._within[node] = value_of(node)
        elif node.children:
            self._join(node)

    def _join(self, node: Node) -> None:
        pieces, own, length = [], [], 0
        for child in node.children:
            text = self._within.get(child, "")
            if child.tag == "#text":
                own.append(text)
            elif child.tag == "slot":
                own.append(self._own.get(child, ""))
            elif not _is_inline(child):
                text = f" {text} "
                own.append(" ")
            if length <= MAX_CHARS:  # the rest would be cut off anyway
                pieces.append(text)
                length += len(text)
        self._within[node] = "".join(pieces)
        self._own[node] = "".join(own)


def _readable(text: str) -> str:
    first, last = _PRIVATE
    if text.isascii():
        return text
    return "".join(sign for sign in text if not first <= sign <= last)


def _is_inline(node: Node) -> bool:
    """Whether what is before and after it is one word with it; `inline-block`s stand apart."""
    if node.pseudo or node.tag == "slot":
        return True
    if node.tag == "br" or node.style is None:
        return False
    return node.style.get("display") in {"inline", "contents"}
