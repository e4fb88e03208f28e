"""Colours as people name them."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.resolver import colors


@pytest.mark.parametrize("name", colors.NAMED)
def test_each_named_colour_goes_by_its_name(name: str) -> None:
    red, green, blue = colors.NAMED[name]

    assert colors.fit(f"rgb({red}, {green}, {blue})", name) == colors.CERTAIN


@pytest.mark.parametrize(
    ("css", "name"),
    [
        ("rgb(220, 53, 69)", "red"),
        ("rgb(0, 0, 139)", "blue"),
        ("rgb(50, 205, 50)", "green"),
        ("rgb(173, 216, 230)", "light blue"),
        ("rgb(0, 100, 0)", "dark-green"),
        ("rgb(211, 211, 211)", "grey"),
        ("rgba(128, 0, 128, 0.5)", "purple"),
        ("rgb(255, 20, 147)", "magenta"),
    ],
)
def test_a_shade_goes_by_the_name_of_its_family(css: str, name: str) -> None:
    assert colors.fit(css, name) >= colors.A_SHADE


@pytest.mark.parametrize(
    ("css", "name"),
    [
        ("rgb(0, 0, 255)", "red"),
        ("rgb(255, 255, 255)", "black"),
        ("rgb(255, 165, 0)", "yellow"),
        ("rgb(0, 0, 139)", "light blue"),
        ("", "red"),
        ("linear-gradient(red, blue)", "red"),
        ("rgb(255, 0, 0)", "shiny"),
    ],
)
def test_another_colour_does_not(css: str, name: str) -> None:
    assert colors.fit(css, name) == 0


def test_the_truer_colour_fits_better() -> None:
    assert colors.fit("rgb(0, 128, 0)", "green") > colors.fit("rgb(0, 255, 0)", "green") > 0


def test_only_words_for_colours_are_colours() -> None:
    assert all(colors.is_color(words) for words in ("red", "light blue", "dark-grey", "aqua"))
    assert not any(colors.is_color(words) for words in ("primary", "light", "dark mode", ""))


def test_black_is_a_hundred_from_white() -> None:
    assert colors.distance((0, 0, 0), (255, 255, 255)) == pytest.approx(100, abs=0.1)
    assert colors.distance((12, 34, 56), (12, 34, 56)) == 0
