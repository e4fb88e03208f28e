"""Selectors for candidates."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.resolver.selectors import selector
from cdp_proxy.core.actions.resolver.view import View
from tests.fakes.pages import page


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("button #go", 'button[id="go"]'),
        ("button data-testid=save-button", 'button[data-testid="save-button"]'),
        ("textbox name=user", 'input[name="user"]'),
        ("button", None),
    ],
)
def test_an_id_a_test_id_or_a_name_makes_a_selector(line: str, expected: str | None) -> None:
    view = View(page(line))

    assert selector(view.elements[0], view) == expected


def test_what_another_element_has_too_is_no_selector() -> None:
    view = View(page("button #go name=one\nbutton #go name=two"))

    assert selector(view.elements[0], view) == 'button[name="one"]'


def test_quotes_and_control_characters_are_escaped() -> None:
    view = View(page("button #a\\b\x01"))

    assert selector(view.elements[0], view) == 'button[id="a\\\\b\\1 "]'
