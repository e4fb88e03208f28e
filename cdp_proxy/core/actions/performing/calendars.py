"""Picking a date from a calendar that a page shows, whatever it is made of.

A calendar is recognised by what it says: the days of a month in order, a month and a year above
them, and something that goes a month back or forth.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from cdp_proxy.core.actions.elements import Element, Snapshot
from cdp_proxy.core.actions.performing.work import Found, Work
from cdp_proxy.core.actions.pointer import click
from cdp_proxy.core.actions.resolver import View
from shared.errors import ActionTimeout

_SHORTEST_MONTH: Final = 28
_MONTHS_AWAY_MAX: Final = 12 * 120
_UNTURNED_MAX: Final = 5
"""Looks at a month that stays although it was turned: calendars may slide, or load."""
_LOOK_AGAIN_SECONDS: Final = 0.2
_LEVELS_MAX: Final = 4
"""How far above the days a calendar's head may be, in the tree."""
_MONTH_NAMES: Final = {
    name.casefold(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
}
_NAMED: Final = re.compile(r"\b(?=([A-Za-z]{3,9})\.?,?\s+(\d{4})\b|(\d{4})\s+([A-Za-z]{3,9})\b)")
"""Looks ahead, so that each word is tried: in *Prev 2026 March* the year goes with the last."""
_NUMBERED: Final = re.compile(r"\b(\d{4})[-/.](\d{1,2})\b|\b(\d{1,2})\s*[-/.]\s*(\d{4})\b")
_ARROWS_BACK: Final = r"^\s*[<\u2039\u00ab\u25c0\u2190\u276e]+\s*$"
_ARROWS_FORTH: Final = r"^\s*[>\u203a\u00bb\u25b6\u2192\u276f]+\s*$"
_PREVIOUS: Final = re.compile(rf"(?i)prev|back|earlier|{_ARROWS_BACK}|(arrow|chevron)[-_ ]?left")
_NEXT: Final = re.compile(rf"(?i)next|forward|later|{_ARROWS_FORTH}|(arrow|chevron)[-_ ]?right")
_YEARS: Final = re.compile(r"(?i)year|decade|century|^\s*[«»]+\s*$")
_OUTSIDE: Final = re.compile(
    r"(?i)outside|other[-_]?month|(^|[-_\s])(old|new|muted|adjacent)([-_\s]|$)"
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a calendar shows now."""

    year: int
    month: int
    days: tuple[Element, ...]
    """Of this month, the first day first."""
    back: Element | None
    forth: Element | None


async def pick_date(work: Work, day: date) -> bool:
    """Turn to the month of `day` in the calendar that is open, and click the day.

    Returns:
        False when no calendar is to be seen, or it does not go there.

    Raises:
        ActionTimeout: the act's time is over while it is turned.
    """
    turned_from: tuple[int, int] | None = None
    for _ in range(_MONTHS_AWAY_MAX):
        if work.left() <= 0:
            raise ActionTimeout("The calendar was still being turned.", date=day.isoformat())
        view, shown = await _turned(work, turned_from)
        if shown is None or (shown.year, shown.month) == turned_from:
            return False
        away = (day.year - shown.year) * 12 + day.month - shown.month
        if away == 0:
            cell = shown.days[day.day - 1]
            await click(work.tab, await work.point(Found(_inmost(cell, view), view)))
            return True
        turn = shown.forth if away > 0 else shown.back
        if turn is None or "disabled" in turn.states:
            return False
        turned_from = (shown.year, shown.month)
        await click(work.tab, await work.point(Found(turn, view)))
        await work.settle()
    return False


async def _turned(work: Work, before: tuple[int, int] | None) -> tuple[View, Calendar | None]:
    """The calendar, once it shows another month than `before` or has had time to."""
    for _ in range(_UNTURNED_MAX):
        view = await work.look()
        shown = find_calendar(view.snapshot)
        if shown is not None and (shown.year, shown.month) != before:
            break
        if before is None:
            break
        await work.tab.changed(_LOOK_AGAIN_SECONDS)
    return view, shown


def find_calendar(snapshot: Snapshot) -> Calendar | None:
    """The calendar that a page shows."""
    days = _days_of_a_month(snapshot)
    if days is None:
        return None
    for around in _around(days, snapshot):
        head = _head(around, snapshot)
        if head is not None:
            year, month = head
            if len(days) != calendar.monthrange(year, month)[1]:
                return None
            back, forth = _turns(around, days, snapshot)
            return Calendar(year, month, days, back, forth)
    return None


def _days_of_a_month(snapshot: Snapshot) -> tuple[Element, ...] | None:
    """The longest run of elements that say 1, 2, 3 and so on, at least to 28."""
    best: list[Element] = []
    run: list[Element] = []
    for element in snapshot.elements:
        text = element.own_text
        if not text.isdigit() or len(text) > 2 or not element.visible:  # noqa: PLR2004
            continue
        number = int(text)
        if run and number == len(run) + 1:
            run.append(element)
        elif number == 1 and not _is_outside(element):
            run = [element]
        if len(run) > len(best):
            best = run
    return tuple(best) if len(best) >= _SHORTEST_MONTH else None


def _is_outside(element: Element) -> bool:
    return bool(_OUTSIDE.search(element.attributes.get("class", "")))


def _around(days: tuple[Element, ...], snapshot: Snapshot) -> Iterator[Element]:
    """The smallest element that holds all days, and some of those around it."""
    common = [ancestor.ref for ancestor in snapshot.ancestors(days[0])]
    last = {ancestor.ref for ancestor in snapshot.ancestors(days[-1])}
    shared = [ref for ref in common if ref in last]
    for ref in shared[:_LEVELS_MAX]:
        yield snapshot.elements[ref]


def _head(around: Element, snapshot: Snapshot) -> tuple[int, int] | None:
    """Year and month as they stand in or above the calendar."""
    chosen = [
        element.value
        for element in snapshot.descendants(around)
        if element.tag == "select" and element.value
    ]
    texts = [element.own_text for element in snapshot.descendants(around)]
    for text in (" ".join(chosen), around.text, " ".join(texts)):
        found = _year_and_month(text)
        if found is not None:
            return found
    return None


def _year_and_month(text: str) -> tuple[int, int] | None:
    for match in _NAMED.finditer(text):
        month = _MONTH_NAMES.get((match[1] or match[4]).casefold())
        if month is not None:
            return (int(match[2] or match[3]), month)
    numbered = _NUMBERED.search(text)
    if numbered is None:
        return None
    year, month = int(numbered[1] or numbered[4]), int(numbered[2] or numbered[3])
    return (year, month) if 1 <= month <= 12 else None  # noqa: PLR2004


def _turns(
    around: Element, days: tuple[Element, ...], snapshot: Snapshot
) -> tuple[Element | None, Element | None]:
    """What goes a month back, and forth; not a year, where both are offered."""
    cells = {day.ref for day in days}
    back: list[Element] = []
    forth: list[Element] = []
    for element in snapshot.descendants(around):
        if not element.interactive or element.ref in cells:
            continue
        words = " ".join(
            (element.name, element.text[:20], element.attributes.get("class", ""))
        ).strip()
        label = element.text.strip()
        if _PREVIOUS.search(label) or _PREVIOUS.search(words):
            back.append(element)
        elif _NEXT.search(label) or _NEXT.search(words):
            forth.append(element)
    return (_by_month(back), _by_month(forth))


def _by_month(turns: list[Element]) -> Element | None:
    months = [turn for turn in turns if not _YEARS.search(f"{turn.name} {turn.text}")]
    return next(iter(months or turns), None)


def _inmost(cell: Element, view: View) -> Element:
    """The control within a cell, if there is one."""
    for element in view.snapshot.descendants(cell):
        if element.interactive:
            return element
    return cell
