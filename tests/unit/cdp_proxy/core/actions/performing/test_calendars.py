from __future__ import annotations

import calendar
from datetime import date

import pytest

from cdp_proxy.core.actions.performing.calendars import find_calendar, pick_date
from shared.errors import ActionTimeout
from tests.fakes.pages import page, the
from tests.fakes.tab import ScriptedTab, run, working

HEADS = [
    "March 2026",
    "Mar 2026",
    "Mar. 2026",
    "March, 2026",
    "2026 March",
    "2026-03",
    "2026/3",
    "03/2026",
    "3 . 2026",
    "MARCH 2026",
]


def days(count: int, before: str = "", after: str = "") -> str:
    """Rows of the DSL: each day a cell of its own."""
    cells = "".join(f'    cell "{day}" #d{day}\n' for day in range(1, count + 1))
    return before + cells + after


def tree(head: str, count: int = 31, before: str = "", after: str = "") -> str:
    return (
        'div\n  button "Prev" #back\n'
        f'  div "{head}"\n  button "Next" #forth\n  table\n{days(count, before, after)}'
    )


@pytest.mark.parametrize("head", HEADS)
def test_a_month_is_read_however_it_is_written(head: str) -> None:
    shown = find_calendar(page(tree(head)))

    assert shown is not None
    assert (shown.year, shown.month) == (2026, 3)


def test_its_days_are_the_months_from_the_first() -> None:
    snapshot = page(tree("April 2026", 30))
    shown = find_calendar(snapshot)

    assert shown is not None
    assert [day.own_text for day in shown.days] == [str(day) for day in range(1, 31)]
    assert (shown.back, shown.forth) == (the(snapshot, "back"), the(snapshot, "forth"))


def test_days_of_the_months_beside_it_are_not_its_days() -> None:
    before = "".join(f'    cell "{day}" .other-month\n' for day in (28, 29, 30, 31))
    after = "".join(f'    cell "{day}" .other-month\n' for day in (1, 2, 3))
    snapshot = page(tree("April 2026", 30, before, after))

    shown = find_calendar(snapshot)

    assert shown is not None
    assert [day.attributes["id"] for day in shown.days] == [f"d{day}" for day in range(1, 31)]


def test_a_month_that_has_not_so_many_days_is_no_calendar() -> None:
    assert find_calendar(page(tree("April 2026", 31))) is None


@pytest.mark.parametrize(("year", "count"), [(2027, 28), (2028, 29)])
def test_february_has_its_days(year: int, count: int) -> None:
    assert find_calendar(page(tree(f"February {year}", count))) is not None


def test_a_list_of_numbers_without_a_month_is_no_calendar() -> None:
    assert find_calendar(page(tree("Page numbers"))) is None


def test_a_page_without_days_has_no_calendar() -> None:
    assert find_calendar(page('div\n  "March 2026"\n  cell "1"\n  cell "2"')) is None


def test_a_month_chosen_from_lists_is_read_from_them() -> None:
    lists = '  select value=March\n  select value=2026\n  div "31 days"\n'
    assert find_calendar(page("div\n" + lists + "  table\n" + days(31))) is not None


@pytest.mark.parametrize(
    ("back", "forth"),
    [("<", ">"), ("\u2039", "\u203a"), ("Previous month", "Next month"), ("◀", "▶"), ("«", "»")],
)
def test_what_turns_the_month_is_known_by_its_look(back: str, forth: str) -> None:
    text = tree("March 2026").replace('"Prev"', f'"{back}"').replace('"Next"', f'"{forth}"')
    snapshot = page(text)
    shown = find_calendar(snapshot)

    assert shown is not None
    assert (shown.back, shown.forth) == (the(snapshot, "back"), the(snapshot, "forth"))


def test_years_are_not_turned_where_months_can_be() -> None:
    years = 'div\n  button "Previous year"\n  button "Next year"\n'
    snapshot = page(years + tree("March 2026").removeprefix("div\n"))
    shown = find_calendar(snapshot)

    assert shown is not None
    assert (shown.back, shown.forth) == (the(snapshot, "back"), the(snapshot, "forth"))


def month_html(year: int, month: int, disabled: str = "") -> str:
    count = calendar.monthrange(year, month)[1]
    cells = "".join(f"<td id=d{day}>{day}</td>" for day in range(1, count + 1))
    turns = "".join(
        f"<button id={name} {'disabled' if name == disabled else ''}>{text}</button>"
        for name, text in (("back", "Prev"), ("forth", "Next"))
    )
    head = f"<span>{calendar.month_name[month]} {year}</span>"
    return f"<body><div>{turns}{head}<table><tr>{cells}</tr></table></div></body>"


def turning(year: int, month: int, disabled: str = "") -> ScriptedTab:
    """A tab with a calendar that can be turned."""
    shown = [year * 12 + month - 1]
    tab = ScriptedTab(month_html(year, month, disabled))

    def click(name: str) -> None:
        shown[0] += {"back": -1, "forth": 1}.get(name, 0)
        tab.html = month_html(shown[0] // 12, shown[0] % 12 + 1, disabled)

    tab.on_click = click
    return tab


@pytest.mark.parametrize(
    ("day", "clicks"),
    [
        (date(2026, 3, 15), ["d15"]),
        (date(2026, 5, 1), ["forth", "forth", "d1"]),
        (date(2025, 12, 31), ["back", "back", "back", "d31"]),
        (date(2027, 2, 28), ["forth"] * 11 + ["d28"]),
    ],
)
def test_a_date_is_turned_to_and_clicked(day: date, clicks: list[str]) -> None:
    tab = turning(2026, 3)

    assert run(pick_date(working(tab), day))

    assert tab.clicked == clicks


def test_a_turn_that_is_disabled_leads_nowhere() -> None:
    tab = turning(2026, 3, disabled="back")

    assert not run(pick_date(working(tab), date(2026, 2, 1)))

    assert tab.clicked == []


def test_no_calendar_is_no_date() -> None:
    assert not run(pick_date(working(ScriptedTab()), date(2026, 2, 1)))


def test_a_calendar_that_does_not_turn_is_given_up() -> None:
    tab = ScriptedTab(month_html(2026, 3))

    assert not run(pick_date(working(tab), date(2026, 4, 1)))

    assert tab.clicked == ["forth"]


def test_a_calendar_that_turns_late_is_waited_for() -> None:
    tab = ScriptedTab(month_html(2026, 3))
    later = month_html(2026, 4)
    tab.on_click = lambda _name: tab.at(0.5, lambda: setattr(tab, "html", later))

    assert run(pick_date(working(tab), date(2026, 4, 30)))

    assert tab.clicked == ["forth", "d30"]


def test_an_act_that_has_no_time_left_turns_no_further() -> None:
    tab = turning(2026, 3)

    with pytest.raises(ActionTimeout):
        run(pick_date(working(tab, seconds=0.0), date(2099, 1, 1)))

    assert tab.clicked == []


def test_the_control_within_a_cell_is_what_is_clicked() -> None:
    tab = ScriptedTab(month_html(2026, 3).replace(">15<", "><button id=inner>15</button><"))

    run(pick_date(working(tab), date(2026, 3, 15)))

    assert tab.clicked == ["inner"]
