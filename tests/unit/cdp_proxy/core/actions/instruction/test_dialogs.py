from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction import parse
from cdp_proxy.core.actions.steps import Kind, Method, Target


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("close the dialog", Target(kind=Kind.DIALOG)),
        ('close the "Cookies" dialog', Target(text="Cookies", quoted=True, kind=Kind.DIALOG)),
        ("close the cookie banner", Target(kind=Kind.DIALOG, qualities=("cookie",))),
        ("dismiss the newsletter popup", Target(kind=Kind.DIALOG, qualities=("newsletter",))),
        ("get rid of the overlay", Target(kind=Kind.DIALOG)),
    ],
)
def test_what_is_in_the_way_is_closed(said: str, target: Target) -> None:
    (step,) = parse(said)

    assert (step.method, step.target) == (Method.CLOSE, target)


def test_a_section_is_collapsed_rather_than_closed() -> None:
    (step,) = parse('close the "Details" section')

    assert step.method is Method.COLLAPSE


@pytest.mark.parametrize(
    ("said", "method", "arguments"),
    [
        ("accept the alert", Method.ACCEPT_DIALOG, ()),
        ("confirm the browser prompt", Method.ACCEPT_DIALOG, ()),
        ('answer the prompt with "Bob"', Method.ACCEPT_DIALOG, ("Bob",)),
        ("dismiss the JavaScript alert", Method.DISMISS_DIALOG, ()),
        ("cancel the confirmation", Method.DISMISS_DIALOG, ()),
    ],
)
def test_a_scripts_dialog_is_answered(
    said: str, method: Method, arguments: tuple[str, ...]
) -> None:
    (step,) = parse(said)

    assert (step.method, step.target, step.arguments) == (method, None, arguments)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Cancel order", "cancel order"),
        ("accept all cookies", "accept all cookies"),
        ('reject "No thanks"', "No thanks"),
    ],
)
def test_other_things_that_are_accepted_or_cancelled_are_buttons(said: str, name: str) -> None:
    (step,) = parse(said)

    assert step.method is Method.CLICK
    assert step.target is not None
    assert step.target.text == name
    assert step.target.kind in {Kind.BUTTON, Kind.ELEMENT}
