"""Words that describe a target beyond what it is called: colours, shapes, states, types."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.resolver import colors, comparisons, traits
from cdp_proxy.core.actions.resolver.shapes import SHAPES
from cdp_proxy.core.actions.resolver.view import View
from cdp_proxy.core.actions.resolver.words import identifier_words

SAID = 0.95
"""The quality is not seen, but a name or class of it says so (*swatch-red*)."""
UNSEEN = 0.8
"""What an element is worth of which a word cannot be confirmed: one that is not known here
(*primary*), or that may be part of its name (*the small button*)."""

_TELLING = ("title", "aria-label", "alt", "id", "class", "name", "style", "href")
"""Attributes in which authors say what something looks like or is for."""


def fit(element: Element, quality: str, view: View) -> float:
    """How well a quality is seen on an element, from 0 (it is not so) to 1."""
    seen, otherwise = _seen(element, quality, view)
    return seen or _said(element, quality, otherwise)


def is_seen(quality: str) -> bool:
    """Whether it is a colour or a shape, which tell a thing by its look alone."""
    return quality in SHAPES or colors.is_color(quality)


def _seen(element: Element, quality: str, view: View) -> tuple[float, float]:
    """How well it is seen, and what the element is worth if its author does not say so either."""
    visibly = _STATES.get(quality) or SHAPES.get(quality)
    if visibly:
        return 1.0 * visibly(element), 0.0
    if quality == "submit" or quality.startswith(tuple(_LIKE)):
        is_so = _submits(element, view) if quality == "submit" else _is_like(element, quality)
        return 1.0 * is_so, 0.0
    if quality in _TYPES:
        return 1.0 * (traits.input_type(element) in _TYPES[quality]), UNSEEN
    if quality in _REGIONS:
        return 1.0 * (not _REGIONS[quality].isdisjoint({element.tag, element.role})), UNSEEN
    if colors.is_color(quality):
        return _color_fit(element, quality, view), 0.0
    return 1.0 * (quality == "any"), UNSEEN


def _is_like(element: Element, quality: str) -> bool:
    """Whether what it says begins or ends as said."""
    begins = next(begins for begins in _LIKE if quality.startswith(begins))
    text = (element.text or element.name).casefold()
    return _LIKE[begins](text, quality[len(begins) :].casefold())


def _said(element: Element, word: str, otherwise: float) -> float:
    """Whether the element's own names, of any sort, have the word."""
    attributes = element.attributes
    said = [element.name, element.label]
    if word not in comparisons.WORDS:  # `float-left` says nothing about where it is.
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


def _submits(element: Element, view: View) -> bool:
    """Whether it sends its form: said so, or a button in a form of which nothing else is said."""
    kind = traits.input_type(element)
    if element.tag == "button" and not kind:
        return any(view.elements[outer].tag == "form" for outer in view.around(element.ref))
    return kind in {"submit", "image"} and element.tag in {"button", "input"}


def _has(state: str) -> Callable[[Element], bool]:
    return lambda element: state in element.states


def _is_empty(element: Element) -> bool:
    return not element.value and not element.text


def _is_unchecked(element: Element) -> bool:
    return traits.is_checkable(element) and not element.states & {"checked", "pressed"}


def _is_optional(element: Element) -> bool:
    return traits.is_editable(element) and "required" not in element.states


_STATES: Mapping[str, Callable[[Element], bool]] = {
    "empty": _is_empty,
    "blank": _is_empty,
    "filled": lambda e: bool(e.value),
    "checked": _has("checked"),
    "ticked": _has("checked"),
    "unchecked": _is_unchecked,
    "unticked": _is_unchecked,
    "disabled": _has("disabled"),
    "inactive": _has("disabled"),
    "greyed-out": _has("disabled"),
    "grayed-out": _has("disabled"),
    "enabled": lambda e: "disabled" not in e.states,
    "required": _has("required"),
    "mandatory": _has("required"),
    "optional": _is_optional,
    "selected": lambda e: bool(e.states & {"selected", "checked"}),
    "unselected": lambda e: not e.states & {"selected", "checked"},
    "active": lambda e: bool(e.states & {"selected", "focused", "pressed"}),
    "focused": _has("focused"),
    "invalid": _has("invalid"),
    "readonly": _has("readonly"),
    "read-only": _has("readonly"),
    "editable": _has("editable"),
    "expanded": _has("expanded"),
    "open": lambda e: "expanded" in e.states or "open" in e.attributes,
    "collapsed": _has("collapsed"),
    "closed": _has("collapsed"),
    "pressed": _has("pressed"),
    "visible": lambda e: e.visible,
    "clickable": lambda e: e.interactive,
}
_LIKE: Mapping[str, Callable[[str, str], bool]] = {
    "starts with ": str.startswith,
    "ends with ": str.endswith,
}
"""Qualities about what a thing says (`instruction.likeness`)."""

_TYPES: Mapping[str, frozenset[str]] = {
    "text": frozenset({"", "text"}),
    "password": frozenset({"password"}),
    "email": frozenset({"email"}),
    "e-mail": frozenset({"email"}),
    "search": frozenset({"search"}),
    "phone": frozenset({"tel"}),
    "tel": frozenset({"tel"}),
    "telephone": frozenset({"tel"}),
    "url": frozenset({"url"}),
    "number": frozenset({"number"}),
    "numeric": frozenset({"number"}),
    "date": frozenset({"date", "datetime-local"}),
    "time": frozenset({"time", "datetime-local"}),
    "month": frozenset({"month"}),
    "week": frozenset({"week"}),
    "color": frozenset({"color"}),
    "reset": frozenset({"reset"}),
    "file": frozenset({"file"}),
}
"""Words for types of `<input>`; a field may be for an e-mail address without being of its type."""
_REGIONS: Mapping[str, frozenset[str]] = {
    "sidebar": frozenset({"aside", "complementary"}),
    "footer": frozenset({"footer", "contentinfo"}),
    "header": frozenset({"header", "banner"}),
    "navigation": frozenset({"nav", "navigation"}),
    "navbar": frozenset({"nav", "navigation"}),
    "toolbar": frozenset({"toolbar"}),
    "main": frozenset({"main"}),
}
"""Words for parts of a page: tags and roles."""
