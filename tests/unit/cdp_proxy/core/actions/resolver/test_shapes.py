"""The shapes of SVG."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.resolver.shapes import SHAPES
from tests.fakes.pages import page


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("circle", "circle"),
        ("ellipse", "oval"),
        ("rect @0,0,40,20", "rectangle"),
        ("rect @0,0,20,20", "square"),
        ('polygon points="0,0 10,0 5,10"', "triangle"),
        ('path d="M0 0 L10 0 L5 10 Z"', "triangle"),
        ('polygon points="0 0 10 0 12 5 5 9 0 5"', "pentagon"),
        ("line", "line"),
        ('text "B"', "letter"),
        ('text "7"', "digit"),
        ("div color=rgb(1,2,3) @0,0,20,20", "square"),
    ],
)
def test_a_shape_is_told(line: str, shape: str) -> None:
    assert SHAPES[shape](page(line).elements[0])


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("rect @0,0,40,20", "square"),
        ("rect", "circle"),
        ('polygon points="0,0 10,0 10,10 0,10"', "triangle"),
        ('text "Bb"', "letter"),
        ('text "7"', "letter"),
        ("div", "rectangle"),
    ],
)
def test_another_shape_is_not(line: str, shape: str) -> None:
    assert not SHAPES[shape](page(line).elements[0])
