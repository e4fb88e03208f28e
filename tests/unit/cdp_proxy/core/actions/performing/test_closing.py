from __future__ import annotations

import pytest

from cdp_proxy.core.actions.performing.closing import close, close_target
from cdp_proxy.core.actions.steps import Kind, Method, Step, Target
from shared.errors import TargetNotFound
from tests.fakes.tab import ScriptedTab, run, working

BANNER = """<body><h1>Shop</h1><p>A page about other things</p>
<div id=banner><span>We use cookies.</span><button id=accept>Accept all</button>
<button id=x aria-label=Close>x</button></div></body>"""
DIALOG = "<body><div id=d role=dialog aria-label=Offer>{inside}</div></body>"


def closing(target: Target) -> Step:
    return Step(method=Method.CLOSE, target=target, source="close it")


@pytest.mark.parametrize(
    "target",
    [
        Target(kind=Kind.DIALOG, qualities=("cookies",)),
        Target(text="cookies", kind=Kind.DIALOG),
    ],
)
def test_a_banner_is_closed_by_what_it_is_about(target: Target) -> None:
    tab = ScriptedTab(BANNER)

    run(close_target(working(tab), closing(target)))

    assert tab.clicked == ["x"]


def test_a_dialog_is_closed_by_its_own_control() -> None:
    tab = ScriptedTab(DIALOG.format(inside="<button id=no>No thanks</button>"))

    run(close_target(working(tab), closing(Target(kind=Kind.DIALOG))))

    assert tab.clicked == ["no"]


def test_a_dialog_without_one_goes_with_escape() -> None:
    tab = ScriptedTab(DIALOG.format(inside="<p>Buy now</p>"))

    run(close(working(tab), tab.found("d")))

    assert tab.clicked == []
    assert "Escape" in str(tab.sent)


def test_what_nothing_closes_is_not_found() -> None:
    tab = ScriptedTab("<body><p id=p>Just a text</p></body>")

    with pytest.raises(TargetNotFound, match="Nothing on it closes it"):
        run(close(working(tab), tab.found("p")))


def test_what_is_about_nothing_on_the_page_is_not_found() -> None:
    tab = ScriptedTab(BANNER)

    with pytest.raises(TargetNotFound, match="newsletter"):
        run(close_target(working(tab), closing(Target(qualities=("newsletter",)))))

    assert tab.clicked == []
