"""Dates as people write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.actions.extraction.dates import NotADate, parse_date, parse_date_time


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("2026-03-04", "", "2026-03-04"),
        ("2026-03-04T10:00:00Z", "", "2026-03-04"),
        ("4 March 2026", "", "2026-03-04"),
        ("4th of March, 2026", "", "2026-03-04"),
        ("Mar. 4, 2026", "", "2026-03-04"),
        ("Posted on March 4, 2026 at noon", "", "2026-03-04"),
        ("4. März 2026", "de", "2026-03-04"),
        ("4 de marzo de 2026", "es", "2026-03-04"),
        ("04-Mar-2026", "", "2026-03-04"),
        ("2026/3/4", "", "2026-03-04"),
        ("04.03.2026", "", "2026-03-04"),
        ("03/04/2026", "en-US", "2026-03-04"),
        ("03/04/2026", "en-GB", "2026-04-03"),
        ("25/04/2026", "", "2026-04-25"),
        ("04/25/2026", "", "2026-04-25"),
        ("05/05/2026", "", "2026-05-05"),
    ],
)
def test_a_text_is_the_one_day_it_names(text: str, language: str, day: str) -> None:
    assert parse_date(text, language) == day


@pytest.mark.parametrize(
    ("text", "language", "why"),
    [
        ("", "", "no full date"),
        ("March 2026", "", "no full date"),
        ("2026-02-30", "", "no full date"),
        ("31.04.2026", "", "no full date"),
        ("4 Brumaire 2026", "", "no full date"),
        ("03/04/2026", "", "either"),
        ("2026-03-04 until 2026-03-05", "", "more than one"),
        ("words " * 40, "", "no date"),
    ],
)
def test_what_is_not_one_day_for_certain_says_why(text: str, language: str, why: str) -> None:
    with pytest.raises(NotADate, match=why):
        parse_date(text, language)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-04T10:20Z", "2026-03-04T10:20:00Z"),
        ("2026-03-04 10:20:30 +0100", "2026-03-04T10:20:30+01:00"),
        ("2026-03-04T10:20:30.5+01:00", "2026-03-04T10:20:30.5+01:00"),
        ("March 4, 2026 1:05 pm UTC", "2026-03-04T13:05:00Z"),
        ("March 4, 2026 12:05 am GMT", "2026-03-04T00:05:00Z"),
    ],
)
def test_a_moment_has_its_offset(text: str, moment: str) -> None:
    assert parse_date_time(text) == moment


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-03-04T10:20", "time zone"),
        ("March 4, 2026", "time of day"),
        ("March 4, 2026 29:99 UTC", "time of day"),
    ],
)
def test_no_offset_is_made_up(text: str, why: str) -> None:
    with pytest.raises(NotADate, match=why):
        parse_date_time(text)


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_every_day_is_read_back(day: dt.date) -> None:
    assert parse_date(day.isoformat()) == day.isoformat()
    assert parse_date(f"{day.day} {day:%B} {day.year}") == day.isoformat()
    assert parse_date(f"{day:%d.%m.%Y}") == day.isoformat()


@given(st.text(max_size=130) | st.text(alphabet="0123456789/-.: marTZ+", max_size=60))
def test_any_text_is_a_date_or_says_why_not(text: str) -> None:
    for parse in (parse_date, parse_date_time):
        try:
            assert dt.date.fromisoformat(parse(text)[:10])
        except NotADate:
            continue
