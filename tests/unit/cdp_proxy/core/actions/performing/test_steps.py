from __future__ import annotations

import pytest

from cdp_proxy.core.actions.performing.steps import do_step, do_to
from cdp_proxy.core.actions.ports import Dialog
from cdp_proxy.core.actions.steps import Kind, Method, Step, Target
from shared.errors import ActionFailed, DialogOpen, InstructionNotUnderstood
from tests.fakes.tab import ScriptedTab, run, working

HTML = "<body><button id=go>Send</button><button id=off>Stop</button></body>"
SEND = Target(text="Send", kind=Kind.BUTTON)


def step(method: Method, target: Target | None = None, *arguments: str) -> Step:
    return Step(method=method, target=target, arguments=arguments, source="so it says")


@pytest.mark.parametrize(
    ("method", "presses"),
    [(Method.CLICK, 1), (Method.DOUBLE_CLICK, 2), (Method.RIGHT_CLICK, 1), (Method.HOVER, 0)],
)
def test_the_pointer_does_what_the_method_says(method: Method, presses: int) -> None:
    tab = ScriptedTab(HTML)

    found = run(do_step(working(tab), step(method, SEND)))

    assert tab.clicked == ["go"] * presses
    assert [one.element.name for one in found] == ["Send"]


@pytest.mark.parametrize("method", [Method.PRESS, Method.FILL, Method.TYPE])
def test_what_does_not_say_what_with_is_not_understood(method: Method) -> None:
    with pytest.raises(InstructionNotUnderstood, match="what with"):
        run(do_step(working(ScriptedTab(HTML)), step(method)))


def test_a_dialog_blocks_what_is_not_about_it() -> None:
    tab = ScriptedTab(HTML, dialog=Dialog("confirm", "Sure?"))

    with pytest.raises(DialogOpen):
        run(do_step(working(tab), step(Method.CLICK, SEND)))

    assert (tab.sent, tab.dialog_answers) == ([], [])


@pytest.mark.parametrize(("said", "accepts"), [("OK", True), ("Cancel", False)])
def test_its_buttons_are_clicked_by_answering_it(said: str, accepts: bool) -> None:
    tab = ScriptedTab(HTML, dialog=Dialog("confirm", "Sure?"))

    run(do_step(working(tab), step(Method.CLICK, Target(text=said))))

    assert tab.dialog_answers == [(accepts, None)]


def test_a_prompt_is_answered_with_a_variables_value() -> None:
    tab = ScriptedTab(HTML, dialog=Dialog("prompt", "Name?"))

    run(do_step(working(tab, variables={"n": "Jo"}), step(Method.ACCEPT_DIALOG, None, "%n%")))

    assert tab.dialog_answers == [(True, "Jo")]


def test_without_a_dialog_there_is_none_to_answer() -> None:
    with pytest.raises(ActionFailed):
        run(do_step(working(ScriptedTab(HTML)), step(Method.DISMISS_DIALOG)))


def test_dragging_needs_a_goal() -> None:
    with pytest.raises(InstructionNotUnderstood):
        run(do_step(working(ScriptedTab(HTML)), step(Method.DRAG, SEND)))


def test_a_method_on_the_page_alone_cannot_be_done_to_an_element() -> None:
    tab = ScriptedTab(HTML)

    with pytest.raises(InstructionNotUnderstood):
        run(do_to(working(tab), step(Method.NAVIGATE), [tab.found("go")]))

    assert tab.sent == []
