from __future__ import annotations

import pytest

from cdp_proxy.core.actions.models.signatures import SIGNATURES, complaint_about
from cdp_proxy.core.actions.steps import Method


def test_every_method_has_its_signature() -> None:
    assert set(SIGNATURES) == set(Method)


@pytest.mark.parametrize(
    ("method", "has_target", "arguments"),
    [
        (Method.CLICK, True, []),
        (Method.FILL, True, ["x"]),
        (Method.TYPE, False, ["x"]),
        (Method.TYPE, True, ["x"]),
        (Method.SELECT, True, ["a", "b"]),
        (Method.SCROLL, False, ["bottom"]),
        (Method.NAVIGATE, False, ["https://example.com/a?b#c"]),
        (Method.BACK, False, []),
        (Method.ACCEPT_DIALOG, False, []),
        (Method.ACCEPT_DIALOG, False, ["Bob"]),
    ],
)
def test_what_a_method_takes_is_taken(
    method: Method, has_target: bool, arguments: list[str]
) -> None:
    assert complaint_about(method, has_target, arguments) is None


@pytest.mark.parametrize(
    ("method", "has_target", "arguments", "complaint"),
    [
        (Method.CLICK, False, [], "click takes an element"),
        (Method.CLICK, True, ["x"], "click takes no arguments"),
        (Method.FILL, True, [], "fill takes as arguments the text"),
        (Method.BACK, True, [], "back takes no element"),
        (Method.SCROLL, False, ["sideways"], "scroll takes up, down, left, right, top or bottom"),
        (Method.NAVIGATE, False, ["javascript:alert(1)"], "navigate takes an http or https URL"),
        (Method.NAVIGATE, False, ["https://"], "navigate takes an http or https URL"),
        (Method.NAVIGATE, False, ["https://[::1"], "navigate takes an http or https URL"),
        (Method.NAVIGATE, False, ["https://a\\@b.com/"], "navigate takes an http or https URL"),
        (Method.NAVIGATE, False, ["https://a .com/"], "navigate takes an http or https URL"),
    ],
)
def test_what_it_does_not_take_is_said(
    method: Method, has_target: bool, arguments: list[str], complaint: str
) -> None:
    assert complaint_about(method, has_target, arguments) == complaint
