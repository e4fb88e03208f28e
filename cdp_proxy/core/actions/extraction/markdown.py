"""Markdown of an element: CommonMark with GFM's tables and strikethrough."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from cdp_proxy.core.actions.extraction.grid import Grid, is_table, make_grid
from cdp_proxy.core.actions.extraction.inline import Inline, escape_start
from cdp_proxy.core.actions.extraction.links import address
from cdp_proxy.core.actions.extraction.text import is_block, is_silent, raw
from cdp_proxy.core.actions.extraction.tree import DOCUMENT, Node

_LANGUAGE: Final = re.compile(r"(?:^|\s)(?:lang|language|highlight-source)-([\w+#.-]+)")
_BLOCK_TAGS: Final = frozenset(
    [
        "p",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "pre",
        "blockquote",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "figure",
        "figcaption",
        "iframe",
    ]
) | {DOCUMENT}


def markdown(root: Node, without: Collection[Node] = ()) -> str:
    """The visible content of an element as Markdown, without a line break at the end.

    Args:
        root: The element.
        without: Elements to leave out.
    """
    return "\n\n".join(_Writer(without).blocks(root))


class _Writer:
    """Writes blocks; what runs within lines is `Inline`'s."""

    def __init__(self, without: Collection[Node]) -> None:
        self._without = without
        self._inline = Inline(without)
        self._holding: dict[Node, bool] = {}

    def blocks(self, node: Node) -> list[str]:
        """An element's content as blocks, each without blank lines around it."""
        written: list[str] = []
        run: list[Node | str] = []
        for child in self._flow(node):
            if isinstance(child, Node) and self._is_block(child):
                written.extend(self._paragraph(run))
                run = []
                written.extend(self._block(child))
            else:
                run.append(child)
        written.extend(self._paragraph(run))
        return written

    def _flow(self, node: Node) -> Iterator[Node | str]:
        """Children, what merely wraps blocks opened."""
        for child in node.children:
            if isinstance(child, str):
                if not node.hidden:
                    yield child
            elif not is_silent(child) and child not in self._without:
                yield child

    def _is_block(self, node: Node) -> bool:
        if node.tag == "br":
            return False
        return is_block(node) or node.tag in _BLOCK_TAGS or self._holds_block(node)

    def _holds_block(self, node: Node) -> bool:
        """An inline element (a card that is a link) may hold blocks."""
        if node not in self._holding:
            children = (child for child in node.elements if child not in self._without)
            self._holding[node] = any(self._is_block(child) for child in children)
        return self._holding[node]

    def _paragraph(self, run: list[Node | str]) -> Iterator[str]:
        text = self._inline.line(run)
        if text:
            yield escape_start(text)

    def _block(self, node: Node) -> list[str]:
        if is_table(node) and (grid := make_grid(node)) is not None:
            return [] if node.hidden else [self._table(grid)]
        level = _heading_level(node)
        if level:
            return [f"{'#' * level} {text}"] if (text := self._inline.line(node.children)) else []
        writer = {
            "ul": self._list,
            "ol": self._list,
            "dl": self._definitions,
            "pre": self._code,
            "blockquote": self._quote,
            "hr": self._rule,
            "a": self._card,
        }.get(node.tag, self.blocks)
        return writer(node)

    def _list(self, node: Node) -> list[str]:
        """A list is one block; its items' further blocks are indented below their marks."""
        items = []
        start = node.get("start")
        number = int(start) if re.fullmatch(r"[0-9]{1,9}", start) else 1
        for child in self._flow(node):
            if not isinstance(child, Node):
                continue
            mark = f"{number}." if node.tag == "ol" else "-"
            blocks = self._block(child) if child.tag in {"ul", "ol"} else self.blocks(child)
            if blocks:
                items.append(_indent(mark, blocks))
                number += 1
        return ["\n".join(items)] if items else []

    def _definitions(self, node: Node) -> list[str]:
        written = []
        for part in node.walk():
            if part.tag not in {"dt", "dd"} or part in self._without:
                continue
            blocks = self.blocks(part)
            if blocks and part.tag == "dt":
                written.append(f"**{' '.join(blocks)}**")
            elif blocks:
                written.append(_indent(":", blocks))
        return ["\n".join(written)] if written else []

    def _code(self, node: Node) -> list[str]:
        if node.hidden:
            return []
        text = raw(node).strip("\n").rstrip()
        inner = node.find("code")
        names = f"{node.get('class')} {inner.get('class') if inner else ''}"
        language = found[1] if (found := _LANGUAGE.search(names)) else ""
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
        return [f"{fence}{language}\n{text}\n{fence}"] if text else []

    def _quote(self, node: Node) -> list[str]:
        text = "\n\n".join(self.blocks(node))
        return ["\n".join(f"> {line}".rstrip() for line in text.split("\n"))] if text else []

    def _rule(self, node: Node) -> list[str]:
        return [] if node.hidden else ["---"]

    def _card(self, node: Node) -> list[str]:
        """A link around blocks: Markdown's cannot hold any, so the first one becomes the link."""
        blocks = self.blocks(node)
        url = address(node)
        if blocks and url and "](" not in blocks[0]:
            mark, text = _split_heading(blocks[0])
            blocks[0] = f"{mark}[{text}]({url})"
        return blocks

    def _table(self, grid: Grid) -> str:
        header = list(grid.header) or [""] * grid.columns
        rows = [header, ["---"] * len(header)]
        rows += [[self._cell(cell) for cell in row] for row in grid.rows]
        text = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        return f"{grid.caption}\n\n{text}" if grid.caption else text

    def _cell(self, cell: Node | None) -> str:
        blocks = self.blocks(cell) if cell is not None else []
        return "<br>".join(blocks).replace("\n", "<br>").replace("|", "\\|")


def _heading_level(node: Node) -> int:
    if re.fullmatch(r"h[1-6]", node.tag):
        return int(node.tag[1])
    if node.role != "heading":
        return 0
    level = node.get("aria-level")
    return min(int(level), 6) if level in set("123456789") else 2


def _split_heading(block: str) -> tuple[str, str]:
    hashes = re.match(r"#{1,6} ", block)
    return (hashes[0], block[hashes.end() :]) if hashes else ("", block)


def _indent(mark: str, blocks: list[str]) -> str:
    """An item: its first block beside the mark; lists hug it, other blocks are set apart."""
    text = blocks[0]
    for block in blocks[1:]:
        text += ("\n" if re.match(r"(-|\d+\.) ", block) else "\n\n") + block
    pad = " " * (len(mark) + 1)
    first, *rest = text.split("\n")
    return "\n".join([f"{mark} {first}", *(pad + line if line else "" for line in rest)])
