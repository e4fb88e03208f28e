"""Tables with their spans resolved."""

from __future__ import annotations

from cdp_proxy.core.actions.extraction.grid import CELLS_MAX, COLUMNS_MAX, make_grid, tables
from tests.fakes.readings import first, tree


def test_spans_are_resolved_and_headers_joined() -> None:
    root = tree(
        "<table><caption>Trains</caption>"
        '<tr><th rowspan="2">To</th><th colspan="2">Time</th></tr>'
        "<tr><th>Plan</th><th>Real</th></tr>"
        '<tr><td>Basel</td><td colspan="2">cancelled</td></tr></table>'
    )

    assert tables(root) == [
        {
            "caption": "Trains",
            "header": ["To", "Time / Plan", "Time / Real"],
            "rows": [["Basel", "cancelled", "cancelled"]],
        }
    ]


def test_a_layout_table_is_none() -> None:
    inner = "<table><tr><td>a</td><td>b</td></tr></table>"

    assert make_grid(first(f"<table><tr><td>{inner}</td><td>x</td></tr></table>", "table")) is None


def test_endless_spans_are_bounded() -> None:
    row = '<tr><td colspan="99999" rowspan="99999">a</td><td>b</td></tr>'

    grid = make_grid(first(f"<table>{row * 300}</table>", "table"))

    assert grid is not None
    assert grid.columns == COLUMNS_MAX
    assert sum(len(cells) for cells in grid.rows) <= CELLS_MAX + COLUMNS_MAX
