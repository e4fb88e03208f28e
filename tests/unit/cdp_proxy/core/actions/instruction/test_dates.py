from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction.dates import read_date, read_time


@pytest.mark.parametrize(
    "said",
    [
        "2027-03-04",
        "2027/3/4",
        "03/04/2027",
        "4.3.2027",
        "March 4, 2027",
        "mar. 4th 2027",
        "4 March 2027",
        "4th of March 2027",
        "Thursday, 4 March 2027",
    ],
)
def test_a_date_is_read_however_it_is_written(said: str) -> None:
    assert read_date(said) == "2027-03-04"


def test_a_number_that_is_no_month_is_the_day() -> None:
    assert read_date("25/12/2027") == read_date("12/25/2027") == "2027-12-25"


@pytest.mark.parametrize(
    "said",
    ["2027-02-29", "31/31/2027", "April 31, 2027", "Smarch 4, 2027", "4 March", "12-06/2027", ""],
)
def test_what_is_no_day_of_the_calendar_is_no_date(said: str) -> None:
    assert read_date(said) is None


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("10:23 AM", "10:23"),
        ("9:05", "09:05"),
        ("5 p.m.", "17:00"),
        ("12 am", "00:00"),
        ("12:30pm", "12:30"),
        ("23:59:59", "23:59"),
    ],
)
def test_a_time_is_told_in_24_hours(said: str, time: str) -> None:
    assert read_time(said) == time


@pytest.mark.parametrize("said", ["5", "24:00", "13 pm", "0 am", "10:60", "noonish", ""])
def test_what_no_clock_shows_is_no_time(said: str) -> None:
    assert read_time(said) is None


def test_a_long_text_is_neither() -> None:
    assert read_date("2027-03-04" + " " * 100) is None
    assert read_time("10:23" + " " * 100) is None
