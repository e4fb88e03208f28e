from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cdp_proxy.core.actions import snapshot
from cdp_proxy.core.actions.performing import work
from cdp_proxy.core.actions.performing.work import Found, persistently, selector_or_none
from cdp_proxy.core.actions.ports import CommandFailed, Dialog
from cdp_proxy.core.actions.resolver import View
from cdp_proxy.core.actions.steps import Kind, Method, Target
from shared.errors import (
    ActionTimeout,
    AmbiguousTarget,
    DialogOpen,
    InvalidRequest,
    TargetDetached,
    TargetNotFound,
)
from tests.fakes.tab import ScriptedTab, run, working

SAVE = "<body><button id=save>Save</button></body>"
TWO = "<body><button id=a>Save</button><button id=b>Save</button></body>"
TARGET = Target(text="Save", kind=Kind.BUTTON)


def test_a_page_is_searched_beside_everything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a page of thousands of elements that takes seconds, in which others have to be served."""
    tab = ScriptedTab(html=SAVE)
    beside: list[bool] = []

    def noted(function: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*args: Any) -> Any:
            beside.append(tab.computing)
            return function(*args)

        return noting

    monkeypatch.setattr(snapshot, "make_snapshot", noted(snapshot.make_snapshot))
    monkeypatch.setattr(work, "View", noted(View))

    run(working(tab).find_by(noted(lambda view: view.elements[:1])))

    assert beside == [True, True, True]


def test_variables_are_put_in_by_name() -> None:
    work = working(ScriptedTab(), variables={"user": "jo", "pass_1": "%user%"})

    assert work.expand("%user% and %pass_1%, 100% sure") == "jo and %user%, 100% sure"


def test_a_variable_without_a_value_is_the_requests_fault() -> None:
    with pytest.raises(InvalidRequest) as refused:
        working(ScriptedTab()).expand("%user%")

    assert refused.value.details["field"] == "variables.user"


@pytest.mark.parametrize(
    ("value", "text", "shown"),
    [
        ("hunter2", "it says hunter2!", "it says %v%!"),
        ("hunter2", "xhunter2x", "x%v%x"),
        ("1", "row 1 of 10, 11 and 1.", "row %v% of 10, 11 and %v%."),
        ("ab", "ab cab abc ab", "%v% cab abc %v%"),
        ("two  words", "two words", "%v%"),
        ("", "nothing", "nothing"),
        (" ", "a b", "a b"),
    ],
)
def test_values_are_masked_and_short_ones_only_alone(value: str, text: str, shown: str) -> None:
    assert working(ScriptedTab(), variables={"v": value}).mask(text) == shown


def test_the_longest_of_values_that_overlap_is_masked() -> None:
    work = working(ScriptedTab(), variables={"short": "secret", "long": "secretary"})

    assert work.mask("secretary, secret") == "%long%, %short%"


def test_values_are_not_in_a_works_own_words() -> None:
    assert "hunter2" not in repr(working(ScriptedTab(), variables={"v": "hunter2"}))


def test_a_dialog_is_no_page_to_look_at() -> None:
    tab = ScriptedTab(dialog=Dialog("confirm", "Sure?"))

    with pytest.raises(DialogOpen) as blocked:
        run(working(tab).look())

    assert blocked.value.details == {"kind": "confirm", "text": "Sure?"}


def test_between_two_documents_one_looks_again() -> None:
    tab = ScriptedTab(SAVE, failures={"DOMSnapshot.captureSnapshot": CommandFailed("no document")})
    tab.at(0.5, tab.failures.clear)

    view = run(working(tab).look())

    assert view.snapshot.elements[-1].name == "Save"
    assert tab.now() == pytest.approx(100.5)


def test_a_page_that_cannot_be_read_is_a_timeout() -> None:
    tab = ScriptedTab(failures={"DOMSnapshot.captureSnapshot": CommandFailed("no document")})

    with pytest.raises(ActionTimeout, match="no document"):
        run(working(tab, seconds=2.0).look())

    assert tab.now() == pytest.approx(102.0, abs=0.3)


def test_what_appears_late_is_found() -> None:
    tab = ScriptedTab()
    tab.at(1.0, lambda: setattr(tab, "html", SAVE))

    (found,) = run(working(tab).find(TARGET, Method.CLICK))

    assert found.element.attributes["id"] == "save"


def test_what_does_not_appear_is_not_found_after_a_while() -> None:
    tab = ScriptedTab()

    with pytest.raises(TargetNotFound):
        run(working(tab).find(TARGET, Method.CLICK))

    assert tab.now() == pytest.approx(102.5, abs=0.3)


def test_a_deadline_ends_the_looking_earlier() -> None:
    tab = ScriptedTab()

    with pytest.raises(TargetNotFound):
        run(working(tab, seconds=1.0).find(TARGET, Method.CLICK))

    assert tab.now() == pytest.approx(101.0, abs=0.3)


def test_several_are_told_at_once_each_with_a_selector() -> None:
    tab = ScriptedTab(TWO)

    with pytest.raises(AmbiguousTarget) as tied:
        run(working(tab).find(TARGET, Method.CLICK))

    candidates = tied.value.details["candidates"]
    assert isinstance(candidates, list)
    assert [candidate["selector"] for candidate in candidates] == ["#a", "#b"]
    assert tab.now() == 100.0


def test_while_the_page_is_loading_several_may_become_one() -> None:
    tab = ScriptedTab(TWO)
    tab.activity.navigation.loaded = False
    tab.at(0.5, lambda: setattr(tab, "html", SAVE))

    (found,) = run(working(tab).find(TARGET, Method.CLICK))

    assert found.element.attributes["id"] == "save"


def test_every_finds_all() -> None:
    target = Target(text="Save", kind=Kind.BUTTON, every=True)

    found = run(working(ScriptedTab(TWO)).find(target, Method.CLICK))

    assert [one.element.attributes["id"] for one in found] == ["a", "b"]


def test_a_target_may_be_named_by_variables_as_may_what_is_around_it() -> None:
    tab = ScriptedTab(SAVE)
    target = Target(text="%what%", kind=Kind.BUTTON)

    found = run(working(tab, variables={"what": "Save"}).find_one(target, Method.CLICK))

    assert found.element.name == "Save"


def test_a_successor_is_one_just_like_it() -> None:
    tab = ScriptedTab(SAVE)
    found = tab.found("save")
    tab.html = "<body>New<button id=save>Save</button></body>"

    again = run(working(tab).again(found))

    assert again is not None
    assert again.element.key != found.element.key
    assert again.element in again.view.elements


def test_what_has_no_successor_has_none() -> None:
    tab = ScriptedTab(SAVE)
    found = tab.found("save")
    tab.html = "<body>New<button id=save>Saved</button></body>"

    assert run(working(tab).again(found)) is None


def test_what_is_replaced_meanwhile_is_done_to_its_successor() -> None:
    tab = ScriptedTab(SAVE)
    tried: list[Found] = []

    async def do(found: Found) -> None:
        tried.append(found)
        if len(tried) == 1:
            raise TargetDetached("gone")

    done = run(persistently(working(tab), tab.found("save"), do))

    assert done is tried[1]


def test_what_is_replaced_again_and_again_is_given_up() -> None:
    tab = ScriptedTab(SAVE)
    tried: list[Found] = []

    async def do(found: Found) -> None:
        tried.append(found)
        raise TargetDetached("gone")

    with pytest.raises(TargetDetached, match="faster than"):
        run(persistently(working(tab), tab.found("save"), do))
    assert len(tried) == 3


def test_what_has_gone_has_no_selector() -> None:
    tab = ScriptedTab(SAVE)
    found = tab.found("save")
    assert run(selector_or_none(tab, found.element, found.view)) == "#save"

    tab.html = "<body></body>"

    assert run(selector_or_none(tab, found.element, found.view)) is None
    assert run(selector_or_none(tab, None, found.view)) is None


def test_behind_a_dialog_nothing_is_asked_for_selectors() -> None:
    tab = ScriptedTab(SAVE)
    found = tab.found("save")
    tab.dialog = Dialog("alert", "")

    assert run(selector_or_none(tab, found.element, found.view)) is None
