from __future__ import annotations

import pytest

from cdp_proxy.core.actions.models.hiding import hide_values, hider
from tests.fakes.snapshots import element, snapshot


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Signed in as alice@example.com.", "Signed in as %user%."),
        ("alice@example.comalice@example.com", "%user%%user%"),
        ("my  secret", "%password%"),
        ("a my secret b", "a %password% b"),
        ("PIN 12", "PIN %pin%"),
        ("€ 12.50 and 1234", "€ %pin%.50 and 1234"),
        ("nothing of it", "nothing of it"),
    ],
)
def test_values_of_variables_become_their_names(text: str, hidden: str) -> None:
    variables = {"user": "alice@example.com", "password": "my  secret", "pin": "12", "none": " "}

    assert hider(variables)(text) == hidden


def test_the_longer_of_two_values_is_hidden_whole() -> None:
    assert hider({"short": "abcd", "long": "abcdef"})("abcdef abcd") == "%long% %short%"


def test_without_variables_nothing_changes() -> None:
    assert hider({})("text") == "text"


def test_every_string_of_a_page_is_searched() -> None:
    secret = "hunter-22"
    field = element(
        0,
        "textbox",
        f"n {secret}",
        text=f"t {secret}",
        own_text=f"o {secret}",
        label=f"l {secret}",
        value=secret,
        attributes={"placeholder": f"p {secret}"},
    )
    page = snapshot(field, element(1, "button", "Go"), url=f"https://example.com/?q={secret}")

    hidden = hide_values(page, hider({"code": secret}))

    assert secret not in repr(hidden)
    assert hidden.url == "https://example.com/?q=%code%"
    assert hidden.elements[0].value == "%code%"
    assert hidden.elements[1] == page.elements[1]
