"""Rows of figures, as a Markdown table."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure for each candidate that has it."""

    title: str
    unit: str
    values: dict[str, float]


_BIG = 100
COLUMNS = ("direct", "http-proxy", "wallcrawler")


def heading() -> str:
    """The table's head."""
    return (
        f"| what | {' | '.join(COLUMNS)} | to direct | to http-proxy |\n"
        f"|---|{'---:|' * (len(COLUMNS) + 2)}"
    )


def line(row: Row) -> str:
    """One row; ratios are WallCrawler's to the others'."""
    cells = [_number(row.values.get(name), row.unit) for name in COLUMNS]
    cells += [_ratio(row, other) for other in COLUMNS[:2]]
    return f"| {row.title} | {' | '.join(cells)} |"


def machine() -> str:
    """What the figures were measured on."""
    with open("/proc/meminfo", encoding="ascii") as info:  # noqa: PTH123 - not a file of ours
        memory = int(info.readline().split()[1]) / 1024**2
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def table(rows: Iterable[Row]) -> str:
    """Head and rows."""
    return "\n".join([heading(), *map(line, rows)])


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    digits = 0 if value >= _BIG else 2 if value >= 1 else 3
    return f"{value:,.{digits}f} {unit}"


def _ratio(row: Row, other: str) -> str:
    if other not in row.values or COLUMNS[2] not in row.values:
        return ""
    return f"{row.values[COLUMNS[2]] / row.values[other]:.2f}"
