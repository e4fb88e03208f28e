from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from cdp_proxy.core.actions.act import Act, SpelledOut, masked
from cdp_proxy.core.actions.guide import Guide
from cdp_proxy.core.actions.ports import CommandFailed, Dialog, ModelAnswer, Prompt, Usage
from cdp_proxy.core.actions.steps import Method
from shared.errors import (
    ActionTimeout,
    AmbiguousTarget,
    DialogOpen,
    InstructionNotUnderstood,
    InvalidRequest,
    ModelFailed,
    TargetDetached,
    TargetNotFound,
)
from tests.fakes.tab import ScriptedTab, run, working

FORM = (
    "<body><label for=m>Mail</label><input id=m><button id=go>Send</button>"
    "<button id=a>Save</button><button id=b>Save</button></body>"
)


class FakeModel:
    """Answers one plan after the other."""

    def __init__(self, *plans: dict[str, Any]) -> None:
        self.plans = list(plans)
        self.asked: list[Prompt] = []

    async def ask(self, prompt: Prompt, timeout_seconds: float) -> ModelAnswer:
        assert timeout_seconds > 0
        self.asked.append(prompt)
        usage = [Usage(model="fake", input_tokens=10, output_tokens=1)]
        return ModelAnswer(value=self.plans.pop(0), usage=usage)


def plan(*actions: dict[str, Any], more: bool = False) -> dict[str, Any]:
    return {"actions": list(actions), "more": more, "reason": "because"}


def action(method: str, ref: int | None, *arguments: str) -> dict[str, Any]:
    return {
        "method": method,
        "ref": ref,
        "arguments": list(arguments),
        "destination": None,
        "description": f"{method} it",
    }


def ref(tab: ScriptedTab, name: str) -> int:
    return tab.element(name).ref


def performed(details: Any) -> list[str]:
    return [done["method"] for done in details["performed"]]


def test_an_instruction_is_done_from_its_first_step_to_its_last() -> None:
    tab = ScriptedTab(FORM, scripts={"READ_VALUE": "x"})
    work = working(tab)

    run(Act(work).instruction('type "x" into Mail, then click "Send"'))

    assert tab.clicked == ["m", "go"]
    assert tab.keys == ["x"]
    assert [done.selector for done in work.log.performed] == ["#m", "#go"]
    assert [entry["what"] for entry in work.log.entries] == ["understood", "did", "did"]


def test_nothing_is_done_after_the_first_step_that_fails() -> None:
    tab = ScriptedTab(FORM)
    work = working(tab)

    with pytest.raises(TargetNotFound) as failed:
        run(Act(work).instruction('click "Send", then click "Nowhere at all", then click "Mail"'))

    assert tab.clicked == ["go"]
    assert performed(failed.value.details) == ["click"]
    assert "Nowhere" in str(failed.value.details["step"])
    assert work.log.entries[-1]["what"] == "failed"


def test_several_that_fit_are_an_error_and_none_is_clicked() -> None:
    tab = ScriptedTab(FORM)

    with pytest.raises(AmbiguousTarget) as tied:
        run(Act(working(tab)).instruction('click "Save"'))

    assert tab.clicked == []
    assert len(tied.value.details["candidates"]) == 2  # type: ignore[arg-type]
    assert performed(tied.value.details) == []


def test_each_step_is_followed_by_what_comes_after_it() -> None:
    tab = ScriptedTab(FORM)
    clicks: list[int] = []

    async def after() -> None:
        clicks.append(len(tab.clicked))

    run(Act(working(tab), after).instruction('click "Send" and then click "Mail"'))

    assert clicks == [1, 2]


def test_what_cannot_be_read_is_not_done() -> None:
    tab = ScriptedTab(FORM)

    with pytest.raises(InstructionNotUnderstood):
        run(Act(working(tab)).instruction("zxcv qwer"))

    assert tab.sent == []


def test_a_tab_that_goes_away_is_told_as_a_target_that_has_gone() -> None:
    tab = ScriptedTab(FORM, failures={"Input.dispatchMouseEvent": CommandFailed("closed")})

    with pytest.raises(TargetDetached, match="went away"):
        run(Act(working(tab)).instruction('click "Send"'))


def test_a_page_that_does_not_answer_until_the_end_is_a_timeout() -> None:
    tab = ScriptedTab(FORM, failures={"Input.dispatchMouseEvent": CommandFailed("not answered")})
    work = working(tab)
    tab.scripts["PREPARE"] = lambda *_: (
        setattr(tab, "seconds", work.deadline) or {"state": "ready", "x": 1, "y": 1}
    )

    with pytest.raises(ActionTimeout):
        run(Act(work).instruction('click "Send"'))


def test_a_dialog_stops_the_chain() -> None:
    tab = ScriptedTab(FORM)
    tab.on_click = lambda _name: setattr(tab, "dialog", Dialog("confirm", "Sure?"))

    with pytest.raises(DialogOpen) as blocked:
        run(Act(working(tab)).instruction('click "Send", then click "Mail"'))

    assert tab.clicked == ["go"]
    assert performed(blocked.value.details) == ["click"]


SECRET = "hunter2-of-jo"


def everything(act: Act, *errors: BaseException) -> str:
    """All that could be shown of an act."""
    shown: list[Any] = [act.work.log.entries, [it.as_json() for it in act.work.log.performed]]
    shown += [[str(error), getattr(error, "details", {})] for error in errors]
    return json.dumps(shown, default=str)


def test_the_value_of_a_variable_is_nowhere_in_what_is_shown_of_a_success() -> None:
    html = f"<body><label for=m>{SECRET}</label><input id=m value={SECRET}></body>"
    tab = ScriptedTab(html, scripts={"READ_VALUE": SECRET})
    act = Act(working(tab, variables={"pw": SECRET}))

    run(act.instruction('type "%pw%" into "%pw%"'))

    assert "".join(tab.keys) == SECRET
    assert SECRET not in everything(act)
    assert "%pw%" in everything(act)


def test_nor_of_a_failure() -> None:
    html = f"<body><button id=a>{SECRET}</button><button id=b>{SECRET}</button></body>"
    act = Act(working(ScriptedTab(html), variables={"pw": SECRET}))

    with pytest.raises(AmbiguousTarget) as tied:
        run(act.instruction('click "%pw%"'))

    assert SECRET not in everything(act, tied.value)
    assert len(tied.value.details["candidates"]) == 2  # type: ignore[arg-type]


def test_nor_in_a_selector() -> None:
    tab = ScriptedTab("<body><button id=go>Send</button></body>")
    tab.scripts["SELECTOR"] = f'button[aria-label="{SECRET}"]'
    act = Act(working(tab, variables={"pw": SECRET}))

    run(act.instruction('click "Send"'))

    assert SECRET not in everything(act)
    (done,) = act.work.log.performed
    assert done.backend_node_id == tab.element("go").key.backend_node_id


def test_masking_goes_through_the_whole_of_a_value() -> None:
    work = working(ScriptedTab(), variables={"v": SECRET})

    assert masked(work, {"a": [SECRET, 7, (f"x {SECRET}",)], "b": None}) == {
        "a": ["%v%", 7, ["x %v%"]],
        "b": None,
    }


def test_a_variable_without_a_value_is_the_requests_fault() -> None:
    tab = ScriptedTab(FORM)

    with pytest.raises(InvalidRequest) as refused:
        run(Act(working(tab)).instruction('type "%pw%" into Mail'))

    assert refused.value.details["field"] == "variables.pw"
    assert tab.keys == []


def spelled(tab: ScriptedTab, method: Method = Method.CLICK, **more: Any) -> Act:
    act = Act(working(tab))
    run(act.action(SpelledOut(method=method, **more)))
    return act


def test_an_action_is_done_to_what_its_selector_finds() -> None:
    tab = ScriptedTab(FORM)

    spelled(tab, selector="#b")

    assert tab.clicked == ["b"]


def test_a_node_id_that_is_another_elements_by_now_does_not_count() -> None:
    tab = ScriptedTab("<body><button id=a>Save</button><button id=b>Delete</button></body>")
    node = tab.element("b").key.backend_node_id

    spelled(tab, backend_node_id=node, description='the "Save" button')

    assert tab.clicked == ["a"]


def test_a_description_of_several_things_finds_none_of_them() -> None:
    tab = ScriptedTab("<body><button id=a>Save</button></body>")

    with pytest.raises(TargetNotFound):
        spelled(tab, backend_node_id=999, description="Save, then click Delete")

    assert tab.clicked == []


def test_or_to_its_node() -> None:
    tab = ScriptedTab(FORM)

    spelled(tab, backend_node_id=tab.element("a").key.backend_node_id)

    assert tab.clicked == ["a"]


def test_or_to_what_fits_its_description() -> None:
    tab = ScriptedTab(FORM)

    act = spelled(tab, selector="#gone", backend_node_id=999, description='the "Send" button')

    assert tab.clicked == ["go"]
    assert act.work.log.entries[0]["what"] == "looked for again by its description"


def test_what_an_action_means_may_be_gone() -> None:
    tab = ScriptedTab(FORM)

    with pytest.raises(TargetNotFound) as missing:
        spelled(tab, selector="#gone", backend_node_id=999)

    assert missing.value.details["selector"] == "#gone"
    assert tab.clicked == []


def test_an_action_on_what_has_the_focus_needs_no_node() -> None:
    tab = ScriptedTab(FORM)

    spelled(tab, Method.PRESS, arguments=["Enter"])

    assert tab.keys == ["Enter"]


def guided(tab: ScriptedTab, model: FakeModel, *, always: bool = False, **more: Any) -> Act:
    return Act(working(tab, **more), None, Guide(model, always))


def test_a_model_is_not_asked_where_the_rules_are_sure() -> None:
    tab, model = ScriptedTab(FORM), FakeModel()

    run(guided(tab, model).instruction('click "Send"'))

    assert model.asked == []
    assert tab.clicked == ["go"]


@pytest.mark.parametrize("instruction", ["zxcv qwer", 'click "Save"', 'click "Nowhere at all"'])
def test_a_model_is_asked_where_the_rules_are_not_sure(instruction: str) -> None:
    tab = ScriptedTab(FORM)
    model = FakeModel(plan(action("click", ref(tab, "b"))))

    run(guided(tab, model).instruction(instruction))

    assert len(model.asked) == 1
    assert tab.clicked == ["b"]


def test_a_model_that_is_to_be_asked_always_is_asked_first() -> None:
    tab = ScriptedTab(FORM)
    model = FakeModel(plan(action("click", ref(tab, "a"))))

    run(guided(tab, model, always=True).instruction('click "Send"'))

    assert tab.clicked == ["a"]


def test_a_model_sees_the_page_anew_for_what_is_left() -> None:
    tab = ScriptedTab(FORM)
    model = FakeModel(
        plan(action("click", ref(tab, "a")), more=True), plan(action("click", ref(tab, "b")))
    )
    act = guided(tab, model, always=True)

    run(act.instruction("save both"))

    assert tab.clicked == ["a", "b"]
    assert act.guide is not None
    assert [used.input_tokens for used in act.guide.usage] == [10, 10]
    assert "click it" in model.asked[1].request + model.asked[1].system


def test_a_model_that_finds_nothing_is_target_not_found() -> None:
    with pytest.raises(TargetNotFound, match="because") as missing:
        run(guided(ScriptedTab(FORM), FakeModel(plan()), always=True).instruction("save"))

    assert performed(missing.value.details) == []


def test_a_model_that_never_comes_to_an_end_is_stopped() -> None:
    tab = ScriptedTab(FORM)
    again = plan(action("click", ref(tab, "a")), more=True)

    with pytest.raises(ActionTimeout) as stopped:
        run(guided(tab, FakeModel(*[again] * 20), always=True).instruction("save"))

    assert len(tab.clicked) == 8
    assert len(performed(stopped.value.details)) == 8


@pytest.mark.parametrize(
    "actions",
    [
        [action("click", 999)],
        [action("nonsense", 1)],
        [action("navigate", None, "https://elsewhere.example/")],
        [action("fill", 2, "%other%")],
    ],
)
def test_what_a_model_may_not_do_is_refused_before_anything_is_done(
    actions: Sequence[dict[str, Any]],
) -> None:
    tab = ScriptedTab(FORM)

    with pytest.raises(ModelFailed) as refused:
        run(guided(tab, FakeModel(plan(*actions)), always=True).instruction("save"))

    assert refused.value.details["reason"] == "notAllowed"
    assert tab.sent == []


def test_a_model_never_sees_the_value_of_a_variable() -> None:
    tab = ScriptedTab(
        f"<body><p>{SECRET}</p><label for=m>Mail</label><input id=m></body>",
        scripts={"READ_VALUE": SECRET},
    )
    model = FakeModel(plan(action("fill", ref(tab, "m"), "%pw%")))
    act = guided(tab, model, always=True, variables={"pw": SECRET})

    run(act.instruction("put %pw% where it belongs"))

    assert "".join(tab.keys) == SECRET
    (prompt,) = model.asked
    assert SECRET not in prompt.system + prompt.request + prompt.page
    assert SECRET not in everything(act)


def test_without_time_a_model_is_not_asked() -> None:
    model = FakeModel(plan())
    act = Act(working(ScriptedTab(FORM), seconds=0.0), None, Guide(model, always=True))

    with pytest.raises(ActionTimeout):
        run(act.instruction("save"))

    assert model.asked == []
