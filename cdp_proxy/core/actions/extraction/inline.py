"""Markdown within a line: emphasis, code, links, images."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Final

from cdp_proxy.core.actions.extraction.links import address, name, source
from cdp_proxy.core.actions.extraction.text import is_block, is_silent, line
from cdp_proxy.core.actions.extraction.tree import Flag, Node

_MARKS: Final = {
    "strong": "**",
    "b": "**",
    "em": "*",
    "i": "*",
    "del": "~~",
    "s": "~~",
    "strike": "~~",
}
_CODE: Final = frozenset({"code", "kbd", "samp", "tt"})
_SPECIAL: Final = re.compile(r"([\\`*\[\]]|(?<!\w)_|_(?!\w)|<(?=[a-zA-Z/!])|~~)")
_START: Final = re.compile(r"^(#{1,6}(?=\s)|[-+>](?=\s)|=+$|---+$)")
_NUMBERED: Final = re.compile(r"^(\d{1,9})([.)])(?=\s)")
_BREAK: Final = "\v"


def escape(text: str) -> str:
    """Text that says itself in Markdown."""
    return _SPECIAL.sub(r"\\\1", text)


def escape_start(text: str) -> str:
    """A paragraph that does not begin like another block."""
    text = _START.sub(r"\\\1", text)
    return _NUMBERED.sub(r"\1\\\2", text)


class Inline:
    """Writes what runs within lines."""

    def __init__(self, without: Collection[Node]) -> None:
        self._without = without

    def line(self, run: Iterable[Node | str]) -> str:
        """A run of text and inline elements; `<br>` ends a line with two spaces."""
        text = "".join(self._write(part) for part in run)
        parts = [" ".join(part.split()) for part in text.split(_BREAK)]
        return "  \n".join(parts).strip()

    def _write(self, part: Node | str) -> str:
        if isinstance(part, str):
            return escape(part)
        if is_silent(part) or part in self._without:
            return ""
        return self._writer(part.tag)(part)

    def _writer(self, tag: str) -> Callable[[Node], str]:
        if tag in _MARKS:
            return self._emphasis
        if tag in _CODE:
            return self._code
        special = {"a": self._link, "img": self._image, "br": self._break, "input": self._box}
        return special.get(tag, self._plain)

    def _plain(self, node: Node) -> str:
        text = "".join(
            self._write(child)
            for child in node.children
            if isinstance(child, Node) or not node.hidden
        )
        return f" {text} " if is_block(node) or node.flags & Flag.APART else text

    def _emphasis(self, node: Node) -> str:
        """Marks must touch the text they mark: white space goes outside."""
        text = self._plain(node)
        core = text.strip()
        mark = _MARKS[node.tag]
        if not core or _BREAK in core or mark in core:
            return text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return f"{before}{mark}{core}{mark}{after}"

    def _code(self, node: Node) -> str:
        text = line(node)
        fence = "``" if "`" in text else "`"
        pad = " " if "`" in text else ""
        return f"{fence}{pad}{text}{pad}{fence}" if text else ""

    def _link(self, node: Node) -> str:
        text = " ".join(self._plain(node).replace(_BREAK, " ").split())
        url = address(node)
        if not url or node.hidden:
            return text
        text = text or escape(name(node))
        return f"{self._edge(node)}[{text}]({_target(url)}){self._edge(node)}" if text else ""

    def _edge(self, node: Node) -> str:
        return " " if is_block(node) or node.flags & Flag.APART else ""

    def _image(self, node: Node) -> str:
        url = source(node)
        alt = node.get("alt")
        if not url or node.hidden or (not alt and _is_tiny(node)):
            return ""
        return f"![{escape(' '.join(alt.split()))}]({_target(url)})"

    def _break(self, _node: Node) -> str:
        return _BREAK

    def _box(self, node: Node) -> str:
        """Of a task list; other controls are no text."""
        if node.get("type") != "checkbox" or node.hidden:
            return ""
        return "[x] " if node.state.get("checked") else "[ ] "


def _target(url: str) -> str:
    return url.replace(" ", "%20").replace("(", "%28").replace(")", "%29")


def _is_tiny(image: Node) -> bool:
    """A spacer or counting pixel by its own measures."""
    return image.get("width") in {"0", "1"} or image.get("height") in {"0", "1"}
