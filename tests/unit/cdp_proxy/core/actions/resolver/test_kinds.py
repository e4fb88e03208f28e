"""What counts as a button, a field, a row."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.resolver import kinds
from cdp_proxy.core.actions.steps import Kind
from tests.fakes.pages import page


def fit(line: str, kind: Kind) -> float:
    return kinds.fit(page(line).elements[0], kind)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('button "Save"', Kind.BUTTON),
        ("textbox type=submit", Kind.BUTTON),
        ('link "Home"', Kind.LINK),
        ("textarea", Kind.FIELD),
        ("checkbox", Kind.CHECKBOX),
        ("radio", Kind.RADIO),
        ("select", Kind.LIST),
        ('option "Blue"', Kind.OPTION),
        ('tab "Details"', Kind.TAB),
        ("dialog", Kind.DIALOG),
        ('h1 "Title"', Kind.HEADING),
        ("svg", Kind.ICON),
        ("row", Kind.ROW),
        ("cell", Kind.CELL),
        ("li", Kind.ITEM),
        ("textbox type=date", Kind.DATE),
        ("file", Kind.FILE),
        ("fieldset", Kind.SECTION),
        ("circle", Kind.SHAPE),
        ('"words"', Kind.TEXT),
        ("div", Kind.ELEMENT),
    ],
)
def test_what_the_word_means_is_proper(line: str, kind: Kind) -> None:
    assert fit(line, kind) == kinds.PROPER


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('link "Buy" .btn', Kind.BUTTON),
        ('div "Buy" clickable', Kind.BUTTON),
        ('div "More" clickable', Kind.LINK),
        ('button aria-label="Search"', Kind.ICON),
        ("i .fa-trash", Kind.ICON),
        ("div .product-card", Kind.ITEM),
        ("div .modal", Kind.DIALOG),
        ("textbox .datepicker", Kind.DATE),
        ('div "One" .tab clickable', Kind.TAB),
    ],
)
def test_what_is_made_to_look_so_is_nearly_as_good(line: str, kind: Kind) -> None:
    assert fit(line, kind) >= kinds.STYLED


@pytest.mark.parametrize(
    ("line", "kind"),
    [('link "Home"', Kind.BUTTON), ('button "Home"', Kind.LINK), ("select", Kind.FIELD)],
)
def test_what_some_call_so_is_worth_less(line: str, kind: Kind) -> None:
    assert fit(line, kind) == kinds.LOOSE


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('"Save"', Kind.BUTTON),
        ("textbox", Kind.BUTTON),
        ('button "Email"', Kind.FIELD),
        ("div .card-body", Kind.ITEM),
        ("div .product-list", Kind.ITEM),
        ('textbox "Name"', Kind.DATE),
        ("div", Kind.TEXT),
    ],
)
def test_what_is_something_else_does_not_fit(line: str, kind: Kind) -> None:
    assert fit(line, kind) == 0


def test_every_kind_can_be_told() -> None:
    element = page('button "Save"').elements[0]

    assert all(0 <= kinds.fit(element, kind) <= 1 for kind in Kind)
