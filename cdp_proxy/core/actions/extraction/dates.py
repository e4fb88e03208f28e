"""Dates as people write them, when they can only mean one day."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

_MONTHS: Final = {
    1: "january jan januar janvier enero gennaio janeiro januari",
    2: "february feb februar février fevrier febrero febbraio fevereiro februari",
    3: "march mar märz maerz mars marzo março marco maart",
    4: "april apr avril abril aprile",
    5: "may mai mayo maggio maio mei",
    6: "june jun juni juin junio giugno junho",
    7: "july jul juli juillet julio luglio julho",
    8: "august aug août aout agosto augustus",
    9: "september sep sept septembre septiembre settembre setembro",
    10: "october oct oktober okt octobre octubre ottobre outubro",
    11: "november nov novembre noviembre novembro",
    12: "december dec dezember dez décembre decembre diciembre dicembre dezembro",
}
_MONTH_OF: Final = {name: month for month, names in _MONTHS.items() for name in names.split()}
_ISO: Final = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})(?:[T ](?P<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s?"
    r"(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?(?![\d-])",
    re.IGNORECASE,
)
_DAY_MONTH: Final = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?\s+(?:de\s+|of\s+)?(?P<month>[^\W\d_]{3,})\.?,?"
    r"\s+(?:de\s+)?(?P<year>\d{4})(?!\d)",
    re.IGNORECASE,
)
_MONTH_DAY: Final = re.compile(
    r"(?<!\w)(?P<month>[^\W\d_]{3,})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})(?!\d)",
    re.IGNORECASE,
)
_DAY_DASH: Final = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})[-/](?P<month>[^\W\d_]{3,})[-/](?P<year>\d{4})(?!\d)"
)
_YEAR_FIRST: Final = re.compile(
    r"(?<!\d)(?P<year>\d{4})[./](?P<month>\d{1,2})[./](?P<day>\d{1,2})(?!\d)"
)
_NUMERIC: Final = re.compile(
    r"(?<!\d)(?P<first>\d{1,2})(?P<mark>[./-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4})(?!\d)"
)
_TIME: Final = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?(?![\w:])",
    re.IGNORECASE,
)
TEXT_CHARS_MAX: Final = 120


class NotADate(Exception):
    """No day can be read from the text for certain; why, to follow *the page says …*."""


def parse_date(text: str, language: str = "") -> str:
    """The one day a text names, as `YYYY-MM-DD`.

    Args:
        text: ISO 8601, months in words, or figures where their order is clear.
        language: Of the page (BCP 47): `en-US` has the month first; others but bare `en` the day.

    Raises:
        NotADate: none, several, or one that could be two.
    """
    days = _days(text[: TEXT_CHARS_MAX + 1], language)
    if len(text) > TEXT_CHARS_MAX or len(days) > 1:
        raise NotADate("which is more than one date" if len(days) > 1 else "which is no date")
    if not days:
        raise NotADate("which is no full date")
    return days.pop().isoformat()


def parse_date_time(text: str, language: str = "") -> str:
    """The one moment a text names, as RFC 3339; its offset must be said.

    Raises:
        NotADate: as `parse_date`, or without a time or an offset.
    """
    day = dt.date.fromisoformat(parse_date(text, language))
    iso = _ISO.search(text)
    if iso and iso["time"]:
        clock, zone = iso["time"], iso["zone"]
    else:
        clock, zone = _clock(text)
    if not zone:
        raise NotADate("which does not say its time zone")
    offset = "Z" if zone.upper() in {"Z", "UTC", "GMT"} else zone
    offset = re.sub(r"^([+-]\d\d)(\d\d)$", r"\1:\2", offset)
    clock = re.sub(r"^\d\d:\d\d$", r"\g<0>:00", clock)
    return f"{day.isoformat()}T{clock}{offset}"


def _clock(text: str) -> tuple[str, str]:
    found = _TIME.search(text)
    if found is None:
        raise NotADate("which says no time of day")
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].lower().startswith("p") else 0)
    clock = f"{hour:02}:{found['minute']}:{found['second'] or '00'}"
    try:
        dt.time.fromisoformat(clock)
    except ValueError:
        raise NotADate("which says no time of day") from None
    return clock, found["zone"] or ""


def _days(text: str, language: str) -> set[dt.date]:
    days: set[dt.date] = set()
    for found in _ISO.finditer(text):
        days |= _day(*(int(part) for part in found["date"].split("-")))
    for pattern in (_DAY_MONTH, _MONTH_DAY, _DAY_DASH):
        for found in pattern.finditer(text):
            month = _MONTH_OF.get(found["month"].casefold(), 0)
            days |= _day(int(found["year"]), month, int(found["day"]))
    for found in _YEAR_FIRST.finditer(text):
        days |= _day(int(found["year"]), int(found["month"]), int(found["day"]))
    for found in _NUMERIC.finditer(text):
        days |= _numeric(found, language)
    return days


def _numeric(found: re.Match[str], language: str) -> set[dt.date]:
    """`03/04/2026`: whichever order is possible, or usual where the page is from."""
    year, first, second = int(found["year"]), int(found["first"]), int(found["second"])
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    if found["mark"] == "." or not month_first or first == second:
        return day_first
    if not day_first:
        return month_first
    tag = language.casefold()
    if tag == "en-us":
        return month_first
    if tag in {"", "en"}:
        raise NotADate("where day and month could be either")
    return day_first


def _day(year: int, month: int, day: int) -> set[dt.date]:
    try:
        return {dt.date(year, month, day)}
    except ValueError:
        return set()
