from __future__ import annotations

from cdp_proxy.core.actions.performing.revealing import is_searching, reveal
from cdp_proxy.core.actions.steps import Kind, Method, Step, Target
from tests.fakes.tab import ScriptedTab, run, working

TABS = "<body><button role=tab id=t1>One</button><button role=tab id=t2>Two</button>{}</body>"


def step(source: str) -> Step:
    target = Target(text="Save", kind=Kind.BUTTON)
    return Step(method=Method.CLICK, target=target, source=source)


def test_only_words_that_say_so_are_a_search() -> None:
    assert is_searching(step("find and click Save"))
    assert not is_searching(step("click Save"))


def test_doors_are_opened_until_it_is_there() -> None:
    tab = ScriptedTab(TABS.format(""))
    inner = "<button>Save</button>"
    tab.on_click = lambda name: setattr(tab, "html", TABS.format(inner if name == "t2" else ""))

    assert run(reveal(working(tab), step("find Save")))

    assert tab.clicked == ["t1", "t2"]


def test_each_door_is_opened_once() -> None:
    tab = ScriptedTab(TABS.format(""))

    assert not run(reveal(working(tab), step("find Save")))

    assert tab.clicked == ["t1", "t2"]


def test_nothing_is_opened_that_nobody_asked_for() -> None:
    tab = ScriptedTab(TABS.format(""))

    assert not run(reveal(working(tab), step("click Save")))

    assert tab.clicked == []


def test_the_names_of_doors_do_not_tell_the_values_of_variables() -> None:
    tab = ScriptedTab(TABS.format("").replace("One", "hunter2"))
    tab.on_click = lambda _name: setattr(tab, "html", TABS.format("<button>Save</button>"))
    work = working(tab, variables={"pw": "hunter2"})

    run(reveal(work, step("find Save")))

    assert "hunter2" not in str(work.log.entries)
    assert "%pw%" in str(work.log.entries)
