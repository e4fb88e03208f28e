from __future__ import annotations

import pytest

from cdp_proxy.core.actions.performing.dates import set_widget
from shared.errors import ActionFailed
from tests.fakes.tab import ScriptedTab, run, working


def set_to(value: str, html: str, source: str = "") -> ScriptedTab:
    tab = ScriptedTab(
        f"<body>{html}</body>",
        scripts={"SET_VALUE": lambda _name, given: given, "READ_VALUE": value},
    )
    tab.scripts["READ_VALUE"] = lambda _name: "".join(tab.keys)
    run(set_widget(working(tab), tab.found("d"), value, source))
    return tab


@pytest.mark.parametrize(
    "kind", ["date", "time", "month", "week", "datetime-local", "color", "range"]
)
def test_native_widgets_are_set_not_typed_into(kind: str) -> None:
    tab = set_to("7", f"<input id=d type={kind}>")

    assert ("SET_VALUE", "d") in tab.called
    assert tab.keys == []


@pytest.mark.parametrize(
    ("html", "source", "typed"),
    [
        ('<input id=d placeholder="dd.mm.yyyy">', "", "05.03.2026"),
        ('<input id=d placeholder="MM/DD/YYYY">', "", "03/05/2026"),
        ('<input id=d placeholder="d-m-yy">', "", "5-3-26"),
        ("<input id=d>", "set it to 3/5/2026", "3/5/2026"),
        ("<input id=d>", "set it to the fifth of March", "2026-03-05"),
    ],
)
def test_a_date_is_typed_as_the_field_or_the_user_writes_it(
    html: str, source: str, typed: str
) -> None:
    assert "".join(set_to("2026-03-05", html, source).keys) == typed


def test_a_number_field_is_typed_into() -> None:
    assert set_to("42", "<input id=d type=number>").keys == ["4", "2"]


def test_what_opens_no_calendar_is_an_error() -> None:
    with pytest.raises(ActionFailed, match="no calendar") as failed:
        set_to("2026-03-05", "<button id=d>Pick a day</button>")

    assert failed.value.details["date"] == "2026-03-05"
