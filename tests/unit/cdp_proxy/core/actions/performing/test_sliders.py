from __future__ import annotations

import pytest

from cdp_proxy.core.actions.performing.sliders import slide
from shared.errors import ActionFailed
from tests.fakes.tab import ScriptedTab, run, working


def sliding(start: float, *, step: float = 1.0, most: float = 100.0) -> ScriptedTab:
    """A tab with a slider that moves by `step` with each arrow key."""
    held = [start]
    tab = ScriptedTab("<body><div id=s role=slider tabindex=0>Volume</div></body>")
    tab.scripts["SLIDER_VALUE"] = lambda _name: held[0]

    def key(name: str) -> None:
        held[0] += {"ArrowRight": step, "ArrowLeft": -step}[name]
        held[0] = min(max(held[0], 0.0), most)

    tab.on_key = key
    return tab


@pytest.mark.parametrize(("start", "wanted", "step"), [(10, 73, 1), (90, 2, 1), (0, 60, 5)])
def test_a_slider_is_moved_stroke_by_stroke_to_its_value(
    start: float, wanted: float, step: float
) -> None:
    tab = sliding(start, step=step)

    run(slide(working(tab), tab.found("s"), wanted))

    assert len(tab.keys) == abs(wanted - start) / step


def test_a_slider_that_is_there_already_is_not_moved() -> None:
    tab = sliding(50)

    run(slide(working(tab), tab.found("s"), 50.0))

    assert tab.keys == []


@pytest.mark.parametrize("wanted", [150.0, 52.0])
def test_a_value_that_it_does_not_have_is_an_error(wanted: float) -> None:
    tab = sliding(50, step=5)

    with pytest.raises(ActionFailed) as stays:
        run(slide(working(tab), tab.found("s"), wanted))

    assert stays.value.details["value"] in {100.0, 50.0, 55.0}
    assert len(tab.keys) < 60


def test_a_slider_that_says_its_value_beside_it_is_read_there() -> None:
    held = [3]
    tab = ScriptedTab()

    def show() -> None:
        tab.html = f"<body><div id=s role=slider tabindex=0></div><span>{held[0]}</span></body>"

    def key(name: str) -> None:
        held[0] += {"ArrowRight": 1, "ArrowLeft": -1}[name]
        show()

    tab.scripts["SLIDER_VALUE"] = lambda _name: None
    tab.on_key = key
    show()

    run(slide(working(tab), tab.found("s"), 8.0))

    assert held == [8]


def test_a_slider_that_says_nothing_is_an_error() -> None:
    tab = ScriptedTab("<body><div id=s role=slider tabindex=0>Volume</div></body>")
    tab.scripts["SLIDER_VALUE"] = lambda _name: None

    with pytest.raises(ActionFailed, match="Nothing on the page says"):
        run(slide(working(tab), tab.found("s"), 8.0))
