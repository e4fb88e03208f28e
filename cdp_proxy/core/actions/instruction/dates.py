"""Dates and times as people write them, as HTML fields take them: `YYYY-MM-DD`, `HH:MM`."""

from __future__ import annotations

import re
from datetime import date

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
LONGEST = 40
"""Characters; nothing longer is a date."""
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_MONTH_FIRST = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)? (?:of )?([a-z]+)\.?,? (\d{4})")
_WEEKDAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day,? ")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})? ?(a\.?m\.?|p\.?m\.?)?")
NOON = 12


def read_date(text: str) -> str | None:
    """A calendar date as `YYYY-MM-DD`; None when it is none, or there is no such day.

    `12/06/2016` is the 6th of December, as in the United States, unless only the other order is
    possible; with dots the day comes first.
    """
    said = _plain(text)
    if said is None:
        return None
    said = _WEEKDAY.sub("", said, count=1)
    if found := _ISO.fullmatch(said):
        return _iso(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.fullmatch(said):
        first, second = int(found[1]), int(found[3])
        day_first = found[2] == "." or first > len(set(MONTHS.values()))
        month, day = (second, first) if day_first else (first, second)
        return _iso(int(found[4]), month, day)
    if found := _MONTH_FIRST.fullmatch(said):
        return _iso(int(found[3]), MONTHS.get(found[1], 0), int(found[2]))
    if found := _DAY_FIRST.fullmatch(said):
        return _iso(int(found[3]), MONTHS.get(found[2], 0), int(found[1]))
    return None


def read_time(text: str) -> str | None:
    """A time of day as `HH:MM` of 24 hours; None when it is none. A bare number is none."""
    said = _plain(text)
    found = _TIME.fullmatch(said) if said is not None else None
    if found is None or (found[2] is None and found[3] is None):
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "")[:1]
    if half and not 1 <= hour <= NOON:
        return None
    if half:
        hour = hour % NOON + (NOON if half == "p" else 0)
    return f"{hour:02}:{minute:02}" if hour < 2 * NOON and minute < len(range(60)) else None


def _plain(text: str) -> str | None:
    return " ".join(text.lower().split()) if len(text) <= LONGEST and text.isascii() else None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
