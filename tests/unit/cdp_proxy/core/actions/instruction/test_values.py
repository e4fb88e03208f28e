from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction.clauses import divide
from cdp_proxy.core.actions.instruction.context import Context
from cdp_proxy.core.actions.instruction.tokens import tokenize
from cdp_proxy.core.actions.instruction.values import canonical, set_step, value_step
from cdp_proxy.core.actions.steps import Kind, Method, Target

CONTEXT = Context(divide(tokenize('type "x"'))[0], None)


@pytest.mark.parametrize(
    ("target", "text", "method", "argument"),
    [
        (Target(kind=Kind.FIELD), "Bob", Method.FILL, "Bob"),
        (Target(kind=Kind.FIELD), "03/04/2027", Method.FILL, "03/04/2027"),
        (Target(kind=Kind.DATE), "March 4, 2027", Method.SET, "2027-03-04"),
        (Target(kind=Kind.SLIDER), "7", Method.SET, "7"),
        (Target(kind=Kind.SPINNER), "7", Method.SET, "7"),
        (Target(kind=Kind.LIST), "France", Method.SELECT, "France"),
        (Target(kind=Kind.FILE), "a.txt", Method.UPLOAD, "a.txt"),
        (Target(kind=Kind.FIELD, qualities=("time",)), "5 pm", Method.SET, "17:00"),
        (Target(kind=Kind.FIELD, qualities=("time",)), "later", Method.FILL, "later"),
        (Target(kind=Kind.FIELD, qualities=("color",)), "#ff0000", Method.SET, "#ff0000"),
        (Target(kind=Kind.FIELD, qualities=("color",)), "red", Method.FILL, "red"),
    ],
)
def test_the_kind_of_control_decides_how_a_text_gets_there(
    target: Target, text: str, method: Method, argument: str
) -> None:
    step = value_step(CONTEXT, target, text)

    assert (step.method, step.target, step.arguments) == (method, target, (argument,))


@pytest.mark.parametrize(
    ("kind", "text", "method"),
    [
        (Kind.CHECKBOX, "on", Method.CHECK),
        (Kind.SWITCH, "Off", Method.UNCHECK),
        (Kind.SWITCH, "ON", Method.CHECK),
        (Kind.CHECKBOX, "false", Method.UNCHECK),
        (Kind.RADIO, "checked", Method.CHECK),
        (Kind.ELEMENT, "on", Method.CHECK),
        (Kind.ELEMENT, "unchecked", Method.UNCHECK),
    ],
)
def test_on_and_off_are_states(kind: Kind, text: str, method: Method) -> None:
    step = set_step(CONTEXT, Target(text="Wi-Fi", kind=kind), text)

    assert step.method is method
    assert step.arguments == ()


@pytest.mark.parametrize(
    ("kind", "text"), [(Kind.ELEMENT, "yes"), (Kind.SLIDER, "on"), (Kind.CHECKBOX, "3")]
)
def test_what_is_no_state_of_the_control_is_a_value(kind: Kind, text: str) -> None:
    step = set_step(CONTEXT, Target(text="X", kind=kind), text)

    assert (step.method, step.arguments) == (Method.SET, (text,))


@pytest.mark.parametrize(
    ("text", "value"), [("1 May 2027", "2027-05-01"), ("7:30 PM", "19:30"), (" 5 ", " 5 ")]
)
def test_dates_and_times_are_written_as_html_has_them(text: str, value: str) -> None:
    assert canonical(text) == value
