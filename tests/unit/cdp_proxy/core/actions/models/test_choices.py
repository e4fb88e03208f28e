from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.actions.models.choices import Bounds, Plan, read_plan
from cdp_proxy.core.actions.steps import Method
from shared.errors import ModelFailed
from tests.fakes.snapshots import element, snapshot

PAGE = snapshot(
    element(0, "heading", "Cart"),
    element(1, "textbox", "Email"),
    element(2, "button", "Delete"),
    element(3, "button", "Pay"),
)


def action(**more: object) -> dict[str, object]:
    return {
        "ref": 3,
        "method": "click",
        "arguments": [],
        "destination": None,
        "description": "the Pay button",
        **more,
    }


def plan(
    *actions: dict[str, object],
    instruction: str = "click Pay",
    methods: Any = frozenset(Method),
    refs: Any = None,
) -> Plan:
    bounds = Bounds(instruction=instruction, methods=methods, refs=refs)
    answer = {"actions": list(actions), "more": True, "reason": "it says\nPay"}
    return read_plan(answer, PAGE, bounds)


def refusal(*actions: dict[str, object], **more: Any) -> str:
    with pytest.raises(ModelFailed) as error:
        plan(*actions, **more)
    assert error.value.details["reason"] == "notAllowed"
    return str(error.value.details["what"])


def test_numbers_become_the_elements_the_model_was_shown() -> None:
    done = plan(action(), action(ref=None, method="press", arguments=["Enter"]))

    first, second = done.choices
    assert (first.method, first.element) == (Method.CLICK, PAGE.elements[3])
    assert first.description == "the Pay button"
    assert (second.method, second.element) == (Method.PRESS, None)
    assert second.arguments == ("Enter",)
    assert (done.more, done.reason) == (True, "it says Pay")


def test_drag_has_two_elements() -> None:
    (choice,) = plan(action(method="drag", ref=2, destination=3)).choices

    assert choice.destination is PAGE.elements[3]


def test_no_action_is_an_answer() -> None:
    assert plan().choices == ()


@pytest.mark.parametrize("ref", [4, -1, 10**9])
def test_an_element_that_is_not_there_is_refused(ref: int) -> None:
    assert "no element" in refusal(action(ref=ref))
    assert "no element" in refusal(action(method="drag", destination=ref))


def test_an_element_that_was_not_offered_is_refused() -> None:
    assert plan(action(), refs={1, 3}).choices
    assert "no element 2" in refusal(action(ref=2), refs={1, 3})


@pytest.mark.parametrize("method", ["navigate", "evaluate", "CLICK", ""])
def test_a_method_that_was_not_offered_is_refused(method: str) -> None:
    assert "not offered" in refusal(action(method=method), methods={Method.CLICK})


def test_a_page_that_talked_the_model_into_another_method_gets_nowhere() -> None:
    injected = action(ref=None, method="navigate", arguments=["https://evil.example/?c=1"])

    assert "not offered" in refusal(action(), injected, methods={Method.CLICK})
    assert "does not name" in refusal(action(), injected)


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (action(ref=None), "click takes an element"),
        (action(method="fill"), "fill takes as arguments the text"),
        (action(destination=2), "drag, and nothing else"),
        (action(method="drag"), "drag, and nothing else"),
    ],
)
def test_a_method_called_wrongly_is_refused(wrong: dict[str, object], what: str) -> None:
    assert what in refusal(wrong)


def test_too_many_actions_are_refused() -> None:
    assert "21 actions" in refusal(*[action()] * 21)


def test_variables_that_the_user_named_may_be_typed() -> None:
    fill = action(ref=1, method="fill", arguments=["%email%"])

    assert plan(fill, instruction="type %email% into Email").choices[0].arguments == ("%email%",)


def test_variables_that_only_the_page_named_may_not() -> None:
    fill = action(ref=1, method="fill", arguments=["x %password% y"])

    assert "%password%" in refusal(fill, instruction="type %email% into Email")


def test_variables_go_into_fields_only() -> None:
    go = action(ref=None, method="navigate", arguments=["https://shop.example/?%email%"])

    assert "takes no variables" in refusal(go, instruction="type %email% into Email")


@pytest.mark.parametrize(
    ("instruction", "url"),
    [
        ("whatever", "https://shop.example/imprint"),
        ("go to example.com", "https://example.com/"),
        ("go to example.com.", "https://www.example.com/a"),
        ("open https://www.Example.com/a and wait", "http://example.com/a"),
        ("open http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
    ],
)
def test_addresses_of_the_page_and_those_the_user_named_may_be_gone_to(
    instruction: str, url: str
) -> None:
    go = action(ref=None, method="navigate", arguments=[url])

    assert plan(go, instruction=instruction).choices


@pytest.mark.parametrize(
    ("instruction", "url"),
    [
        ("whatever", "http://shop.example/imprint"),
        ("whatever", "https://shop.example:8443/"),
        ("go to example.com", "https://evil.example/"),
        ("go to example.com", "https://example.com@evil.example/"),
        ("go to example.com", "https://com/"),
        ("go to notexample.com", "https://example.com/"),
        ("go to sub.example.com", "https://example.com/"),
        ("go to example.com.evil.net", "https://example.com/"),
        ("write to bob@example.com", "https://example.com/"),
    ],
)
def test_others_may_not(instruction: str, url: str) -> None:
    go = action(ref=None, method="navigate", arguments=[url])

    assert "does not name" in refusal(go, instruction=instruction)
