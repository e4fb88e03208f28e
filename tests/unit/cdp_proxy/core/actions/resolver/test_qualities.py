"""Words that describe a target."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.resolver import qualities
from cdp_proxy.core.actions.resolver.view import View
from tests.fakes.pages import page


def fit(line: str, quality: str) -> float:
    snapshot = page(line)
    return qualities.fit(snapshot.elements[0], quality, View(snapshot))


@pytest.mark.parametrize(
    ("line", "quality"),
    [
        ("textbox", "empty"),
        ('textbox value="x"', "filled"),
        ("checkbox +checked", "checked"),
        ("checkbox", "unchecked"),
        ('button "Go" +disabled', "disabled"),
        ('button "Go"', "enabled"),
        ("textbox +required", "mandatory"),
        ("textbox", "optional"),
        ('tab "A" +selected', "active"),
        ("textbox type=password", "password"),
        ("textbox type=email", "email"),
        ('button "Go" color=rgb(255,0,0)', "red"),
        ("circle", "circle"),
        ("footer", "footer"),
        ("textbox type=submit", "submit"),
        ('button "Whatever"', "any"),
    ],
)
def test_a_quality_that_is_seen_fits(line: str, quality: str) -> None:
    assert fit(line, quality) == 1


@pytest.mark.parametrize(
    ("line", "quality"),
    [
        ('textbox value="x"', "empty"),
        ("checkbox", "checked"),
        ("textbox", "unchecked"),
        ('button "Go"', "disabled"),
        ('button "Go" color=rgb(0,0,255)', "red"),
        ("rect", "circle"),
        ('button "Cancel" type=button', "submit"),
    ],
)
def test_a_quality_that_is_not_there_rules_out(line: str, quality: str) -> None:
    assert fit(line, quality) == 0


@pytest.mark.parametrize(
    ("line", "quality"),
    [
        ("div .swatch-red", "red"),
        ('button "Red"', "red"),
        ('textbox "Email"', "email"),
        ('radio "Small"', "small"),
        ("button .btn-primary", "primary"),
    ],
)
def test_a_quality_that_the_author_names_is_nearly_as_good(line: str, quality: str) -> None:
    assert fit(line, quality) == qualities.SAID


def test_a_word_that_nothing_says_anything_about_does_not_rule_out() -> None:
    assert fit('button "Go"', "fancy") == qualities.UNSEEN
    assert fit('textbox "User"', "email") == qualities.UNSEEN


def test_a_class_says_nothing_about_places() -> None:
    assert fit('button "Go" .float-left', "left") == qualities.UNSEEN


def test_the_colour_of_the_only_thing_inside_shines_through() -> None:
    assert fit("div\n  div\n    span color=rgb(255,0,0)", "red") == 1
    assert fit("div\n  span color=rgb(255,0,0)\n  span", "red") == 0


def test_a_button_in_a_form_submits_it_unless_it_says_otherwise() -> None:
    snapshot = page("""
        form
          button "Send"
          button "Help" type=button
        button "Elsewhere"
    """)
    view = View(snapshot)

    fits = [qualities.fit(element, "submit", view) for element in snapshot.elements[1:]]

    assert fits == [1, 0, 0]
