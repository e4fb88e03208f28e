"""What closes things."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.elements import Snapshot
from cdp_proxy.core.actions.resolver.closing import closing_control
from cdp_proxy.core.actions.resolver.view import View
from tests.fakes.pages import page, the


def closer(snapshot: Snapshot, name: str) -> str | None:
    ref = closing_control(the(snapshot, name).ref, View(snapshot))
    return None if ref is None else snapshot.elements[ref].attributes["id"]


@pytest.mark.parametrize(
    "button",
    [
        'button "\u00d7" #x',
        'button "x" #x',
        'button called="Close" #x',
        'button called="Close this dialog" #x',
        'button "Dismiss" #x',
        'link "Cancel" #x',
        'button "No, thanks" #x',
        'button "Got it!" #x',
        "button .modal-close #x",
        'div title="Close" clickable #x',
    ],
)
def test_a_dialog_is_closed_by_what_says_so(button: str) -> None:
    snapshot = page(f"""
        dialog #dialog
          heading "Offer" #heading
          button "Order now" #order
          {button}
    """)

    assert closer(snapshot, "dialog") == "x"
    assert closer(snapshot, "heading") == "x"


def test_what_only_closes_comes_before_what_decides_as_well() -> None:
    snapshot = page("""
        dialog #dialog
          button "OK" #ok
          button "Cancel" #cancel
          button "\u00d7" #sign
    """)

    assert closer(snapshot, "dialog") == "sign"


def test_a_tabs_close_button_may_stand_beside_its_label() -> None:
    snapshot = page("""
        div
          div
            tab "One" #one
            button "\u00d7" #close_one
          div
            tab "Two" #two
            button "\u00d7" #close_two
    """)

    assert closer(snapshot, "two") == "close_two"


def test_what_closes_something_else_is_not_taken() -> None:
    snapshot = page("""
        div
          button "Close" #close_page
          dialog #dialog
            button "Order now" #order
    """)

    assert closer(snapshot, "dialog") is None


def test_a_control_that_closes_is_its_own() -> None:
    snapshot = page('button "Close" #close')

    assert closer(snapshot, "close") == "close"


def test_what_cannot_be_seen_or_operated_closes_nothing() -> None:
    snapshot = page("""
        dialog #dialog
          button "Close" hidden
          "Close"
    """)

    assert closer(snapshot, "dialog") is None
