"""The shapes of SVG and of boxes: *circle*, *square*, *triangle*, *letter*."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.resolver import traits

_SQUARE_SLACK = 1.15
"""Longer to shorter side, up to which a rectangle is a square."""
_CORNERED = frozenset({"polygon", "polyline", "path"})


def _is_rectangle(element: Element) -> bool:
    return element.tag == "rect" or (element.tag not in traits.SVG_SHAPES and bool(element.color))


def _is_square(element: Element) -> bool:
    if not _is_rectangle(element) or element.box is None:
        return False
    longer, shorter = max(element.box[2:]), min(element.box[2:])
    return longer <= shorter * _SQUARE_SLACK


def _corners(element: Element) -> int:
    if element.tag == "path":
        return sum(char in "LlHhVvMm" for char in element.attributes.get("d", ""))
    return len(element.attributes.get("points", "").replace(",", " ").split()) // 2


def _has_corners(number: int) -> Callable[[Element], bool]:
    return lambda element: element.tag in _CORNERED and _corners(element) == number


def _is_letter(element: Element) -> bool:
    return len(element.own_text) == 1 and element.own_text.isalpha()


def _is_digit(element: Element) -> bool:
    return len(element.own_text) == 1 and element.own_text.isdigit()


SHAPES: Mapping[str, Callable[[Element], bool]] = {
    "circle": lambda e: e.tag in {"circle", "ellipse"},
    "ellipse": lambda e: e.tag == "ellipse",
    "dot": lambda e: e.tag in {"circle", "ellipse"},
    "oval": lambda e: e.tag == "ellipse",
    "round": lambda e: e.tag in {"circle", "ellipse"},
    "rectangle": _is_rectangle,
    "square": _is_square,
    "triangle": _has_corners(3),
    "diamond": _has_corners(4),
    "pentagon": _has_corners(5),
    "hexagon": _has_corners(6),
    "octagon": _has_corners(8),
    "star": _has_corners(10),
    "polygon": lambda e: e.tag in _CORNERED,
    "line": lambda e: e.tag == "line",
    "letter": _is_letter,
    "digit": _is_digit,
}
"""Words for shapes, and what has them."""
