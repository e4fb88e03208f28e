"""Cleaned HTML: what is visible, with the attributes that carry meaning."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from html import escape
from typing import Final

from cdp_proxy.core.actions.extraction.links import address, source
from cdp_proxy.core.actions.extraction.text import is_silent
from cdp_proxy.core.actions.extraction.tree import DOCUMENT, Node

_VOID: Final = frozenset({"br", "hr", "img", "input", "wbr", "area", "col", "source", "embed"})
_KEPT: Final = [
    "id",
    "class",
    "title",
    "alt",
    "lang",
    "dir",
    "colspan",
    "rowspan",
    "scope",
    "headers",
    "datetime",
    "value",
    "start",
    "type",
    "name",
    "for",
    "role",
    "aria-label",
    "aria-level",
    "itemprop",
    "itemtype",
    "itemscope",
    "rel",
    "cite",
    "open",
    "checked",
]
_OPENED: Final = frozenset({DOCUMENT, "html", "body", "slot", "font", "center"})
"""Elements of which only the content is kept."""


def html(root: Node, without: Collection[Node] = ()) -> str:
    """An element's visible content, without scripts, styles and event handlers; URLs absolute."""
    pieces: list[str] = []
    _write(root, pieces, without)
    return "".join(pieces).strip()


def _write(node: Node, pieces: list[str], without: Collection[Node]) -> None:
    if is_silent(node) or node in without or (node.hidden and not any(node.elements)):
        return
    bare = node.tag in _OPENED or node.hidden
    if not bare:
        attributes = "".join(f' {key}="{escape(value)}"' for key, value in _kept(node).items())
        pieces.append(f"<{node.tag}{attributes}>")
    for child in node.children:
        if isinstance(child, Node):
            _write(child, pieces, without)
        elif not node.hidden:
            pieces.append(escape(child, quote=False))
    if not bare and node.tag not in _VOID:
        pieces.append(f"</{node.tag}>")


def _kept(node: Node) -> Mapping[str, str]:
    kept = {name: node.attributes[name] for name in _KEPT if name in node.attributes}
    if url := address(node):
        kept["href"] = url
    if node.tag == "img" and (url := source(node)):
        kept["src"] = url
    return kept
