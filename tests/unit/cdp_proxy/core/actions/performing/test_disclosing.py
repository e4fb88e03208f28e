from __future__ import annotations

import pytest

from cdp_proxy.core.actions.performing.disclosing import collapse, expand
from cdp_proxy.core.actions.steps import Method, Step
from tests.fakes.tab import ScriptedTab, run, working

STEP = Step(method=Method.EXPAND, source="")


def section(expanded: str) -> ScriptedTab:
    return ScriptedTab(f"<body><button id=s aria-expanded={expanded}>More</button></body>")


@pytest.mark.parametrize(
    ("do", "expanded", "clicked"),
    [(expand, "false", ["s"]), (expand, "true", []), (collapse, "true", ["s"]),
     (collapse, "false", [])],
)  # fmt: skip
def test_only_what_is_not_so_already_is_clicked(do, expanded, clicked) -> None:  # type: ignore[no-untyped-def]
    tab = section(expanded)

    run(do(working(tab), tab.found("s"), STEP))

    assert tab.clicked == clicked


def test_an_entry_of_a_menu_that_opens_under_the_pointer_is_not_clicked() -> None:
    tab = ScriptedTab("<body><div id=i role=menuitem aria-haspopup=menu>More</div></body>")
    found = tab.found("i")
    opened = tab.html.replace("</body>", "<div role=menuitem>Inner</div></body>")
    tab.at(0.2, lambda: setattr(tab, "html", opened))

    run(expand(working(tab), found, STEP))

    assert tab.clicked == []
    assert tab.methods() == ["Input.dispatchMouseEvent"]


def test_one_that_does_not_is() -> None:
    tab = ScriptedTab("<body><div id=i role=menuitem aria-haspopup=menu>More</div></body>")

    run(expand(working(tab), tab.found("i"), STEP))

    assert tab.clicked == ["i"]
