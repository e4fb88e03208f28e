from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.actions import scripts
from cdp_proxy.core.actions.elements import NodeKey
from cdp_proxy.core.actions.ports import BlockedByDialog, CommandFailed, Dialog
from cdp_proxy.core.actions.touch import Wants, call_on, node_on, point_of, world_of
from shared.errors import (
    ActionFailed,
    TargetCovered,
    TargetDetached,
    TargetDisabled,
    TargetNotFound,
)
from tests.fakes.tab import ROW, ScriptedTab, run

HTML = "<body><label id=l>Mail</label><input id=m><button id=b>Go</button></body>"


def pointing(tab: ScriptedTab, name: str = "b", wants: Wants | None = None) -> tuple[float, float]:
    found = tab.found(name)
    end = tab.now() + 30.0
    return run(point_of(tab, found.element, found.snapshot, wants or Wants(), end))


def test_a_script_gets_its_arguments_and_its_answer_comes_back() -> None:
    tab = ScriptedTab(HTML, scripts={"SET_VALUE": lambda name, value: f"{name}={value}"})

    assert run(call_on(tab, tab.element("m"), scripts.SET_VALUE, "x")) == "m=x"


def test_a_node_that_has_gone_is_detached() -> None:
    tab = ScriptedTab(HTML)
    element = tab.element("b")
    tab.html = "<body></body>"

    with pytest.raises(TargetDetached, match="has gone"):
        run(call_on(tab, element, scripts.FOCUS))


def test_a_dialog_is_not_taken_for_a_node_that_has_gone() -> None:
    tab = ScriptedTab(HTML)
    element = tab.element("b")
    tab.dialog = Dialog("alert", "")

    with pytest.raises(BlockedByDialog):
        run(call_on(tab, element, scripts.FOCUS))
    with pytest.raises(BlockedByDialog):
        run(node_on(tab, element, scripts.FIRST_LABEL))


def test_another_node_is_given_by_its_backend_id() -> None:
    tab = ScriptedTab(HTML, scripts={"FIRST_LABEL": lambda _name: "l"})

    found = run(node_on(tab, tab.element("m"), scripts.FIRST_LABEL))

    assert found == tab.element("l").key.backend_node_id


def test_no_other_node_is_none() -> None:
    tab = ScriptedTab(HTML, scripts={"FIRST_LABEL": lambda _name: None})

    assert run(node_on(tab, tab.element("m"), scripts.FIRST_LABEL)) is None


def test_the_world_of_a_frame_is_the_proxys_own() -> None:
    asked: list[Any] = []
    tab = ScriptedTab(answers={"Page.createIsolatedWorld": lambda params: asked.append(params) or
                               {"executionContextId": 9}})  # fmt: skip

    assert run(world_of(tab, "F", "S")) == 9
    assert asked[0]["frameId"] == "F"
    assert asked[0]["worldName"] == "wallcrawler"


def test_a_frame_without_a_world_has_gone() -> None:
    tab = ScriptedTab(failures={"Page.createIsolatedWorld": CommandFailed("No frame")})

    with pytest.raises(CommandFailed):
        run(world_of(tab, "F", "S"))


def test_an_element_that_is_ready_is_pointed_at_without_delay() -> None:
    tab = ScriptedTab(HTML)

    x, y = pointing(tab)

    node = tab.element("b").key.backend_node_id
    assert (x, y) == (100.0, ROW * node + ROW / 2)
    assert tab.now() == 100.0


def test_what_is_disabled_for_a_moment_is_waited_for() -> None:
    states = iter(["disabled", "disabled", "ready"])
    tab = ScriptedTab(HTML, scripts={"PREPARE": lambda *_: {"state": next(states), "x": 1, "y": 2}})

    assert pointing(tab) == (1, 2)
    assert 100.0 < tab.now() < 101.0


@pytest.mark.parametrize(
    ("state", "kind"),
    [("disabled", TargetDisabled), ("readonly", TargetDisabled), ("hidden", TargetNotFound)],
)
def test_what_does_not_become_ready_is_refused_in_the_end(
    state: str, kind: type[ActionFailed]
) -> None:
    tab = ScriptedTab(HTML, scripts={"PREPARE": {"state": state}})

    with pytest.raises(kind):
        pointing(tab)
    assert tab.now() == pytest.approx(103.0, abs=0.2)


def test_what_has_gone_is_not_waited_for() -> None:
    tab = ScriptedTab(HTML, scripts={"PREPARE": {"state": "detached"}})

    with pytest.raises(TargetDetached):
        pointing(tab)
    assert tab.now() == 100.0


def test_what_covers_it_is_told() -> None:
    tab = ScriptedTab(HTML, scripts={"PREPARE": {"state": "covered", "by": 'div "Cookies"'}})

    with pytest.raises(TargetCovered) as covered:
        pointing(tab)
    assert covered.value.details == {"coveredBy": 'div "Cookies"'}


def test_what_is_covered_is_scrolled_to_other_places_at_once() -> None:
    tried: list[str] = []

    def prepare(_name: str, wants: dict[str, Any]) -> dict[str, Any]:
        tried.append(wants["align"])
        return {
            "state": "ready" if wants["align"] == "end" else "covered",
            "by": "x",
            "x": 1,
            "y": 1,
        }

    tab = ScriptedTab(HTML, scripts={"PREPARE": prepare})
    pointing(tab)

    assert tried == ["nearest", "center", "end"]
    assert tab.now() == 100.0


def test_the_script_is_told_what_is_wanted() -> None:
    told: list[dict[str, Any]] = []
    tab = ScriptedTab(HTML, scripts={"PREPARE": lambda _name, wants: told.append(wants) or
                                     {"state": "ready", "x": 0, "y": 0}})  # fmt: skip

    pointing(tab, wants=Wants(enabled=False, editable=True, hit=False))

    assert told == [{"enabled": False, "editable": True, "hit": False, "align": "nearest"}]


def test_a_deadline_ends_the_patience_earlier() -> None:
    tab = ScriptedTab(HTML, scripts={"PREPARE": {"state": "disabled"}})
    found = tab.found("b")

    with pytest.raises(TargetDisabled):
        run(point_of(tab, found.element, found.snapshot, Wants(), tab.now() + 0.5))
    assert tab.now() < 101.0


def test_a_node_of_another_target_is_asked_in_its_own_session() -> None:
    tab = ScriptedTab(HTML, failures={"DOM.resolveNode": CommandFailed("no such session")})
    asked: list[str] = []
    element = tab.element("b")
    inner = type(element)(
        **{name: getattr(element, name) for name in element.__slots__}
        | {"key": NodeKey("frame", element.key.backend_node_id)}
    )
    answer = tab.call

    async def call(command: Any, session: str | None = None, timeout_seconds: float = 10.0) -> Any:
        asked.append(session or "")
        return await answer(command, session, timeout_seconds)

    tab.call = call  # type: ignore[method-assign]
    with pytest.raises(TargetDetached):
        run(call_on(tab, inner, scripts.FOCUS))
    assert set(asked) == {"frame"}
