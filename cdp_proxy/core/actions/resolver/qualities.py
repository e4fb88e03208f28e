"""Words that describe a target beyond what it is called: colours, shapes, sizes, states, types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.resolver import colors, kinds
from cdp_proxy.core.actions.resolver.view import View
from cdp_proxy.core.actions.resolver.words import identifier_words

UNSEEN = 0.8
"""What an element is worth of which an unknown word (*primary*, *fancy*) cannot be confirmed."""
SAID = 0.95
"""The quality is not seen, but a name or class of it says so (*swatch-red*)."""

_SQUARE_SLACK = 1.15
"""Longer to shorter side, up to which a rectangle is a square."""
_SIZES_DIFFER = 1.2
"""Larger to smaller area, from which people tell a large one from a small one."""
_LARGE = frozenset({"large", "big", "larger", "bigger", "largest", "biggest", "huge"})
_SMALL = frozenset({"small", "little", "tiny", "smaller", "smallest"})
_SUPERLATIVE = "est"
_TELLING = ("title", "id", "class", "name", "style")
"""Attributes in which authors say what something looks like."""
_TRIANGLE_CORNERS = 3
_CORNERED = frozenset({"polygon", "polyline", "path"})


def fit(element: Element, quality: str, view: View) -> float:
    """How well a quality is seen on an element, from 0 (it is not so) to 1."""
    state = _STATES.get(quality)
    if state:
        return 1.0 * state(element)
    if quality in _SHAPES:
        return 1.0 * _SHAPES[quality](element)
    if quality in _TYPES:
        return 1.0 * (kinds.input_type(element) in _TYPES[quality]) or _said(element, quality, 0.0)
    if quality in _LARGE | _SMALL or quality == "any":
        return 1.0  # `by_size` and the search see to these, among what is left.
    if colors.is_color(quality):
        return _color_fit(element, quality, view) or _said(element, quality, 0.0)
    return _said(element, quality, UNSEEN)


def by_size(refs: Sequence[int], qualities: Sequence[str], view: View) -> list[int]:
    """Those of some elements that are as large or small as the qualities say, for their kin.

    The kin are the others and, of a shape, all shapes beside it: the *large* circle may be the only
    circle.
    """
    left = list(refs)
    for quality in qualities:
        if quality in _LARGE | _SMALL:
            left = _sized(left, quality, view) or left
    return left


def _sized(refs: list[int], quality: str, view: View) -> list[int]:
    kin = {other: _area(view.elements[other]) for ref in refs for other in (ref, *_kin(ref, view))}
    largest, smallest = max(kin.values(), default=0.0), min(kin.values(), default=0.0)
    if largest <= smallest * _SIZES_DIFFER:
        return refs
    if quality.endswith(_SUPERLATIVE):
        pick = max if quality in _LARGE else min
        extreme = pick(kin[ref] for ref in refs)
        return [ref for ref in refs if kin[ref] == extreme]
    between = (largest * max(smallest, 1.0)) ** 0.5
    return [ref for ref in refs if (kin[ref] > between) == (quality in _LARGE)]


def _kin(ref: int, view: View) -> list[int]:
    element = view.elements[ref]
    if element.parent is None or element.tag not in kinds.SVG_SHAPES:
        return []
    return [
        sibling
        for sibling in view.snapshot.children.get(element.parent, ())
        if view.elements[sibling].tag in kinds.SVG_SHAPES
    ]


def _area(element: Element) -> float:
    return element.box.width * element.box.height if element.box else 0.0


def _said(element: Element, word: str, otherwise: float) -> float:
    """Whether the element's own names, of any sort, have the word."""
    attributes = element.attributes
    said = [element.name, element.label]
    said += [attributes[name] for name in _TELLING if name in attributes]
    is_said = any(
        word in text.lower() and f" {word} " in f" {identifier_words(text)} " for text in said
    )
    return SAID if is_said else otherwise


def _color_fit(element: Element, words: str, view: View) -> float:
    """Its own colour, or what shines through: that of the only thing in it."""
    if element.color:
        return colors.fit(element.color, words)
    inner = view.snapshot.children.get(element.ref, ())
    if len(inner) == 1:
        return _color_fit(view.elements[inner[0]], words, view)
    return 0.0


def _is_rectangle(element: Element) -> bool:
    return element.tag == "rect" or (element.tag not in kinds.SVG_SHAPES and bool(element.color))


def _is_square(element: Element) -> bool:
    if not _is_rectangle(element) or element.box is None:
        return False
    longer, shorter = max(element.box[2:]), min(element.box[2:])
    return longer <= shorter * _SQUARE_SLACK


def _corners(element: Element) -> int:
    if element.tag == "path":
        return sum(char in "LlHhVvMm" for char in element.attributes.get("d", ""))
    return len(element.attributes.get("points", "").replace(",", " ").split()) // 2


def _is_triangle(element: Element) -> bool:
    return element.tag in _CORNERED and _corners(element) == _TRIANGLE_CORNERS


def _is_letter(element: Element) -> bool:
    return len(element.own_text) == 1 and element.own_text.isalpha()


def _is_digit(element: Element) -> bool:
    return len(element.own_text) == 1 and element.own_text.isdigit()


_SHAPES: Mapping[str, Callable[[Element], bool]] = {
    "circle": lambda e: e.tag in {"circle", "ellipse"},
    "ellipse": lambda e: e.tag == "ellipse",
    "round": lambda e: e.tag in {"circle", "ellipse"},
    "rectangle": _is_rectangle,
    "square": _is_square,
    "triangle": _is_triangle,
    "polygon": lambda e: e.tag in _CORNERED,
    "line": lambda e: e.tag == "line",
    "letter": _is_letter,
    "digit": _is_digit,
    "number": lambda e: _is_digit(e) or kinds.input_type(e) == "number",
}


def _has(state: str) -> Callable[[Element], bool]:
    return lambda element: state in element.states


def _has_not(state: str) -> Callable[[Element], bool]:
    return lambda element: state not in element.states


_STATES: Mapping[str, Callable[[Element], bool]] = {
    "empty": lambda e: not e.value and not e.text,
    "blank": lambda e: not e.value and not e.text,
    "filled": lambda e: bool(e.value),
    "checked": _has("checked"),
    "ticked": _has("checked"),
    "unchecked": lambda e: kinds.is_checkable(e) and "checked" not in e.states,
    "unticked": lambda e: kinds.is_checkable(e) and "checked" not in e.states,
    "disabled": _has("disabled"),
    "enabled": _has_not("disabled"),
    "required": _has("required"),
    "optional": lambda e: kinds.is_editable(e) and "required" not in e.states,
    "selected": lambda e: bool(e.states & {"selected", "checked"}),
    "unselected": lambda e: not e.states & {"selected", "checked"},
    "active": lambda e: bool(e.states & {"selected", "focused", "pressed"}),
    "focused": _has("focused"),
    "invalid": _has("invalid"),
    "readonly": _has("readonly"),
    "expanded": _has("expanded"),
    "open": lambda e: "expanded" in e.states or "open" in e.attributes,
    "collapsed": _has("collapsed"),
    "closed": _has("collapsed"),
    "pressed": _has("pressed"),
    "visible": lambda e: e.visible,
    "clickable": lambda e: e.interactive,
}
_TYPES: Mapping[str, frozenset[str]] = {
    "text": frozenset({"", "text"}),
    "password": frozenset({"password"}),
    "email": frozenset({"email"}),
    "e-mail": frozenset({"email"}),
    "search": frozenset({"search"}),
    "phone": frozenset({"tel"}),
    "telephone": frozenset({"tel"}),
    "url": frozenset({"url"}),
    "numeric": frozenset({"number"}),
    "date": frozenset({"date", "datetime-local"}),
    "time": frozenset({"time", "datetime-local"}),
    "month": frozenset({"month"}),
    "week": frozenset({"week"}),
    "submit": frozenset({"submit", "image"}),
    "reset": frozenset({"reset"}),
    "file": frozenset({"file"}),
}
