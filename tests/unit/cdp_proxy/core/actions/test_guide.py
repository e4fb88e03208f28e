from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.actions.guide import Guide
from cdp_proxy.core.actions.ports import ModelAnswer, Prompt, Usage
from cdp_proxy.core.actions.resolver import View
from cdp_proxy.core.actions.steps import Method
from shared.errors import ActionTimeout, ModelFailed
from tests.fakes.pages import page
from tests.fakes.tab import run

VIEW = View(page('button "Send" #go\ntextbox "Mail" #m value=s3cret-word'))


class FakeModel:
    """Gives one answer, in so many attempts."""

    def __init__(self, value: Any, attempts: int = 1) -> None:
        self.value = value
        self.attempts = attempts
        self.asked: list[tuple[Prompt, float]] = []

    async def ask(self, prompt: Prompt, timeout_seconds: float) -> ModelAnswer:
        self.asked.append((prompt, timeout_seconds))
        usage = [Usage(model="fake", input_tokens=10, output_tokens=2)] * self.attempts
        return ModelAnswer(value=self.value, usage=usage)


def clicks(ref: int) -> dict[str, Any]:
    click = {
        "method": "click",
        "ref": ref,
        "arguments": [],
        "destination": None,
        "description": "x",
    }
    return {"actions": [click], "more": False, "reason": "because"}


def as_is(text: str) -> str:
    return text


def test_a_plan_is_of_the_elements_that_the_model_saw() -> None:
    model = FakeModel(clicks(0))

    plan = run(Guide(model, always=False).plan(VIEW, "send it", as_is, 7.0))

    assert [(choice.method, choice.element) for choice in plan.choices] == [
        (Method.CLICK, VIEW.elements[0])
    ]
    ((prompt, seconds),) = model.asked
    assert seconds == 7.0
    assert "send it" in prompt.request
    assert "Send" in prompt.page


def test_what_is_to_be_hidden_is_hidden_from_the_model() -> None:
    model = FakeModel(clicks(0))

    run(Guide(model, always=False).plan(
        VIEW, "send it", lambda text: text.replace("s3cret-word", "%pw%"), 7.0
    ))  # fmt: skip

    ((prompt, _),) = model.asked
    assert "s3cret-word" not in prompt.page
    assert "%pw%" in prompt.page


def test_an_element_that_it_did_not_see_is_refused() -> None:
    with pytest.raises(ModelFailed) as refused:
        run(Guide(FakeModel(clicks(99)), always=False).plan(VIEW, "send it", as_is, 7.0))

    assert refused.value.details["reason"] == "notAllowed"


def test_suggestions_are_of_the_same_shape() -> None:
    plan = run(Guide(FakeModel(clicks(1)), always=True).suggest(VIEW, "the mail field", 7.0))

    assert [choice.element for choice in plan.choices] == [VIEW.elements[1]]


def test_without_time_nothing_is_asked() -> None:
    model = FakeModel(clicks(0))

    with pytest.raises(ActionTimeout):
        run(Guide(model, always=True).plan(VIEW, "send it", as_is, 0.0))

    assert model.asked == []


def test_usage_is_counted_over_all_questions_and_attempts() -> None:
    guide = Guide(FakeModel(clicks(0), attempts=2), always=True)

    run(guide.plan(VIEW, "send it", as_is, 7.0))
    run(guide.suggest(VIEW, "send it", 7.0))

    assert guide.usage_json() == [{"model": "fake", "inputTokens": 10, "outputTokens": 2}] * 4


def test_a_refused_answer_has_cost_something_all_the_same() -> None:
    guide = Guide(FakeModel(clicks(99)), always=True)

    with pytest.raises(ModelFailed):
        run(guide.plan(VIEW, "send it", as_is, 7.0))

    assert len(guide.usage) == 1
