from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction import parse
from cdp_proxy.core.actions.instruction.deeds import read_deed
from cdp_proxy.core.actions.steps import Kind, Method
from shared.errors import InstructionNotUnderstood


@pytest.mark.parametrize(
    "said", ["sign out", "add the Red Toaster to the cart", "Subscribe to the newsletter."]
)
def test_what_controls_do_can_be_said_outright(said: str) -> None:
    (step,) = parse(said)

    assert step.method is Method.CLICK
    assert step.target is not None
    assert step.target.kind is Kind.DEED
    assert step.target.text == said.rstrip(".")


def test_a_deed_is_one_step_of_a_chain() -> None:
    steps = parse("type ada@x.org into Email, then subscribe to the newsletter")

    assert [step.method for step in steps] == [Method.FILL, Method.CLICK]


@pytest.mark.parametrize("said", ["frobnicate the whatsit", "the cart", "", "add " + "x " * 20])
def test_what_no_control_is_labelled_with_is_no_deed(said: str) -> None:
    assert read_deed(said) is None


def test_it_is_still_refused_before_anything_is_done() -> None:
    with pytest.raises(InstructionNotUnderstood):
        parse("frobnicate the whatsit")
