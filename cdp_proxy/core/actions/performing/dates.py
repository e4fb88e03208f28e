"""Widgets that hold a value which nobody types letter by letter: dates, times, numbers, colours."""

from __future__ import annotations

import re
from datetime import date

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.performing import fields
from cdp_proxy.core.actions.performing.calendars import pick_date
from cdp_proxy.core.actions.performing.sliders import slide
from cdp_proxy.core.actions.performing.work import Found, Work
from cdp_proxy.core.actions.pointer import click
from shared.errors import ActionFailed

_NATIVE = frozenset({"date", "time", "month", "week", "datetime-local", "color", "range", "number"})
_PATTERN = re.compile(
    r"(?i)\b(d{1,2}|m{1,2}|y{4}|y{2})([./-])(d{1,2}|m{1,2})\2(d{1,2}|y{4}|y{2})\b"
)


async def set_widget(work: Work, found: Found, value: str, source: str) -> None:
    """Give a widget a value: natively, through its calendar or keys, or by typing.

    Args:
        work: the act.
        found: the widget.
        value: dates as `YYYY-MM-DD`, times as `HH:MM`, numbers in decimal.
        source: the instruction's own words, for fields that take any text.
    """
    element = found.element
    kind = element.attributes.get("type", "").lower() if element.tag == "input" else ""
    if kind == "number":
        await fields.fill(work, found, value)
    elif kind in _NATIVE:
        await fields.set_value(work, found, _for_native(kind, value))
    elif element.role == "slider" or (_is_number(value) and "editable" not in element.states):
        await slide(work, found, float(value))
    elif (day := _date_of(value)) is not None:
        await _set_date(work, found, day, source)
    else:
        await fields.fill(work, found, _as_written(value, source))


async def _set_date(work: Work, found: Found, day: date, source: str) -> None:
    """In a calendar that the field opens, or else as text."""
    element = found.element
    if "editable" not in element.states or "readonly" in element.states:
        await click(work.tab, await work.point(found))
        await work.settle()
        if not await pick_date(work, day):
            raise ActionFailed("It opened no calendar that has this date.", date=day.isoformat())
        return
    await fields.fill(work, found, _as_text(day, element, source))


def _for_native(kind: str, value: str) -> str:
    if kind == "month":
        return value[:7]
    if kind == "datetime-local" and _date_of(value) is not None:
        return f"{value}T00:00"
    return value


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"[-+]?\d+(\.\d+)?", value))


def _date_of(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _as_text(day: date, element: Element, source: str) -> str:
    """A date in the field's own pattern (`dd.mm.yyyy`), or else as the instruction has it."""
    hints = (element.placeholder, element.attributes.get("title", ""), element.label, element.name)
    for hint in hints:
        pattern = _PATTERN.search(hint)
        if pattern is not None:
            parts = (pattern[1], pattern[3], pattern[4])
            return pattern[2].join(_part(day, part.lower()) for part in parts)
    return _as_written(day.isoformat(), source)


def _part(day: date, pattern: str) -> str:
    number = {"d": day.day, "m": day.month, "y": day.year}[pattern[0]]
    if pattern == "yy":
        number %= 100
    return str(number).zfill(len(pattern))


def _as_written(value: str, source: str) -> str:
    """The value as the user spelled it: what looks like a date or a time in the source."""
    for spelled in re.findall(
        r"\d{1,4}[./:-]\d{1,2}(?:[./:-]\d{1,4})?(?:\s*[AaPp]\.?[Mm]\b\.?)?", source
    ):
        return str(spelled)
    return value
