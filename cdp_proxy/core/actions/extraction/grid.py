"""Tables with their spans resolved (HTML 4.9.12, *forming a table*), ARIA's included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

from cdp_proxy.core.actions.extraction.text import line
from cdp_proxy.core.actions.extraction.tree import Node

CELLS_MAX: Final = 50_000
"""Of one table, spanned ones counted each time."""
COLUMNS_MAX: Final = 1_000
"""HTML's own limit of `colspan`."""
_COLUMNS_MIN: Final = 2
_SPAN_DIGITS_MAX: Final = 5
_ROW_TAGS: Final = frozenset({"tr"})
_HEADER_ROLES: Final = frozenset({"columnheader", "rowheader"})
_CELL_ROLES: Final = frozenset({"cell", "gridcell"}) | _HEADER_ROLES
_TABLE_ROLES: Final = frozenset({"table", "grid", "treegrid"})


class Table(TypedDict):
    """A table as JSON."""

    caption: str
    header: list[str]
    """One for each column; rows of headers joined by ` / `. Empty when there is none."""
    rows: list[list[str]]
    """A cell that spans several places is in each of them."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as a rectangle of cells."""

    node: Node
    caption: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[Node | None]]
    """Those below the header; None where there is no cell."""
    row_nodes: Sequence[Node]
    """The element of each of `rows`."""

    @property
    def columns(self) -> int:
        """How many there are."""
        return max((len(row) for row in self.rows), default=len(self.header))


def is_table(node: Node) -> bool:
    """Whether it is a table by tag or role, and not merely used for layout."""
    if node.tag == "table":
        return node.role not in {"presentation", "none"}
    return node.role in _TABLE_ROLES


def grids(root: Node) -> Iterator[Grid]:
    """The visible data tables within an element, in reading order."""
    for node in root.within():
        if is_table(node) and not node.hidden and (grid := make_grid(node)) is not None:
            yield grid


def tables(root: Node) -> list[Table]:
    """The same as JSON."""
    return [
        Table(
            caption=grid.caption,
            header=list(grid.header),
            rows=[[line(cell) if cell else "" for cell in row] for row in grid.rows],
        )
        for grid in grids(root)
    ]


def make_grid(table: Node) -> Grid | None:
    """Resolve a table's spans; None if it is no rectangle of data: layout, or a single column."""
    rows = [row for row in _rows(table) if not row.hidden]
    cells = _fill(rows)
    width = max((len(row) for row in cells), default=0)
    if width < _COLUMNS_MIN or not rows or any(_holds_layout(row) for row in rows):
        return None
    for row in cells:
        row.extend([None] * (width - len(row)))
    depth = _header_depth(rows, cells)
    return Grid(table, _caption(table), _header(cells[:depth], width), cells[depth:], rows[depth:])


def _rows(table: Node) -> Iterator[Node]:
    """The rows of a table, not those of tables within it."""
    for node in table.walk():
        if (node.tag in _ROW_TAGS or node.role == "row") and _table_of(node) is table:
            yield node


def _table_of(node: Node) -> Node | None:
    around = node.ancestors()
    return next((n for n in around if n.tag == "table" or n.role in _TABLE_ROLES), None)


def _cells_of(row: Node) -> Iterator[Node]:
    for child in row.elements:
        if child.tag in {"td", "th"} or child.role in _CELL_ROLES:
            yield child
        elif child.role in {"presentation", "none"} or child.tag in {"slot", "form"}:
            yield from _cells_of(child)


def _fill(rows: Sequence[Node]) -> list[list[Node | None]]:
    """Each cell at every place it spans."""
    cells: list[list[Node | None]] = []
    spanning: dict[int, tuple[Node, int]] = {}  # column -> the cell from above, rows still to come
    budget = CELLS_MAX
    for place, row in enumerate(rows):
        filled: list[Node | None] = []
        _from_above(filled, spanning)
        for cell in _cells_of(row):
            width = _span(cell, "colspan", COLUMNS_MAX)
            height = _span(cell, "rowspan", len(rows)) or len(rows) - place
            for _ in range(min(width or 1, COLUMNS_MAX - len(filled))):
                if height > 1:
                    spanning[len(filled)] = (cell, height - 1)
                filled.append(cell)
            _from_above(filled, spanning)
        while spanning and max(spanning) >= len(filled):
            filled.append(None)
            _from_above(filled, spanning)
        cells.append(filled)
        budget -= len(filled)
        if budget < 0:
            break
    return cells


def _from_above(filled: list[Node | None], spanning: dict[int, tuple[Node, int]]) -> None:
    """Put what hangs down from earlier rows where the row has got to."""
    while (above := spanning.get(len(filled))) is not None:
        cell, left = above
        if left > 1:
            spanning[len(filled)] = (cell, left - 1)
        else:
            del spanning[len(filled)]
        filled.append(cell)


def _span(cell: Node, attribute: str, most: int) -> int:
    text = cell.get(attribute) or cell.get(f"aria-{attribute}") or "1"
    return (
        min(int(text), most)
        if text.isascii() and text.isdigit() and len(text) <= _SPAN_DIGITS_MAX
        else 1
    )


def _holds_layout(row: Node) -> bool:
    """A data table's cells hold no tables (they are layout's)."""
    return any(is_table(node) for cell in _cells_of(row) for node in cell.walk())


def _header_depth(rows: Sequence[Node], cells: Sequence[Sequence[Node | None]]) -> int:
    """How many rows at the top are headers."""
    depth = 0
    for row, filled in zip(rows, cells, strict=False):
        in_head = row.parent is not None and row.parent.tag == "thead"
        if not in_head and not _is_header_row([cell for cell in filled if cell is not None]):
            break
        depth += 1
    return depth


def _is_header_row(cells: Sequence[Node]) -> bool:
    """Whether every cell that says anything is a column's header, or looks like one."""
    telling = [cell for cell in cells if line(cell)]
    return len(telling) > 1 and (
        all(cell.tag == "th" or cell.role == "columnheader" for cell in telling)
        or all(_is_bold(cell) for cell in telling)
    )


def _is_bold(cell: Node) -> bool:
    bold = next((node for node in cell.elements if node.tag in {"b", "strong"}), None)
    return bold is not None and line(bold) == line(cell)


def _header(rows: Sequence[Sequence[Node | None]], width: int) -> tuple[str, ...]:
    """The header of each column; what spans several rows is said once."""
    if not rows:
        return ()
    columns = (dict.fromkeys(row[column] for row in rows) for column in range(width))
    return tuple(
        " / ".join(text for cell in column if cell is not None and (text := line(cell)))
        for column in columns
    )


def _caption(table: Node) -> str:
    caption = next((node for node in table.elements if node.tag == "caption"), None)
    if caption is not None and (text := line(caption)):
        return text
    return table.get("aria-label")
