"""What a method can be done to, and what is really acted on when something else was named."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.resolver import traits
from cdp_proxy.core.actions.resolver.view import View
from cdp_proxy.core.actions.steps import Kind, Method

Predicate = Callable[[Element], bool]

PLAIN = 0.85
"""What a click on text that nothing listens to is worth: it may be meant, a control rather is."""
BY_PLACE = 0.92
"""What a control is worth of the words that it belongs to only by where they stand."""
IN_A_LIST = 0.9
"""What a native option is worth to a click, which something of the same name is likelier for."""
UNLIKELY = 0.7
"""What an element is worth that the method can be done to only in a manner of speaking."""

_POINTING = frozenset({Method.CLICK, Method.DOUBLE_CLICK, Method.RIGHT_CLICK, Method.PRESS})
CLICKING = frozenset({*_POINTING, Method.FOCUS, Method.SELECT})
"""Methods for which prose is a target only if it is called so, not if it has the words in it."""
_CONTROL_ROLES_TO_SET = frozenset({"slider", "spinbutton"})
_SET_TYPES = traits.PICKER_TYPES | {"range", "number"}


def _is_settable(element: Element) -> bool:
    return (
        traits.is_editable(element)
        or element.role in _CONTROL_ROLES_TO_SET
        or traits.is_slider(element)
        or (element.tag == "input" and traits.input_type(element) in _SET_TYPES)
    )


def _offers_choice(element: Element) -> bool:
    return traits.is_list(element) or traits.is_option(element)


_NEEDS: Mapping[Method, Predicate] = {
    Method.FILL: traits.is_editable,
    Method.TYPE: traits.is_editable,
    Method.CLEAR: traits.is_editable,
    Method.CHECK: traits.is_checkable,
    Method.UNCHECK: traits.is_checkable,
    Method.SET: _is_settable,
    Method.UPLOAD: traits.is_file_input,
    Method.SELECT: _offers_choice,
}
"""What a method cannot be done without."""

_OR_ELSE: frozenset[Method] = frozenset({Method.SELECT, Method.UPLOAD})
"""Methods that a click may stand in for: a choice that is a tab or a radio button, a button that
opens the file chooser."""

_OF_KIND: Mapping[Kind, Predicate] = {
    Kind.FIELD: traits.is_editable,
    Kind.CHECKBOX: traits.is_checkable,
    Kind.RADIO: traits.is_checkable,
    Kind.SWITCH: traits.is_checkable,
    Kind.LIST: traits.is_list,
    Kind.FILE: traits.is_file_input,
}
"""Kinds that are called by the words next to them."""


def needed(method: Method, kind: Kind) -> Predicate | None:
    """What the words of a target stand for, if it is a control; None when any element will do."""
    return _NEEDS.get(method) or _OF_KIND.get(kind)


def fit(element: Element, method: Method) -> float:
    """How well a method can be done to an element, from 0 (not at all) to 1."""
    need = _NEEDS.get(method)
    if need:
        return 1.0 if need(element) else _instead(element, method)
    if method in _POINTING:
        reacts = element.interactive or traits.is_control(element)
        usual = 1.0 if reacts else PLAIN
        return IN_A_LIST if element.tag == "option" else usual  # it shows once its list is open
    if method is Method.FOCUS:
        return 1.0 if element.interactive or traits.is_editable(element) else UNLIKELY
    if method in {Method.EXPAND, Method.COLLAPSE}:
        return _fit_to_unfold(element)
    has_one_line = method is Method.SCROLL and element.tag == "input"
    return UNLIKELY if has_one_line else 1.0


def _instead(element: Element, method: Method) -> float:
    if method not in _OR_ELSE:
        return 0.0
    return PLAIN if element.interactive or traits.is_control(element) else UNLIKELY


def _fit_to_unfold(element: Element) -> float:
    if element.states & {"expanded", "collapsed"} or element.tag in {"summary", "details"}:
        return 1.0
    return PLAIN if element.interactive else UNLIKELY


def is_reachable(element: Element, method: Method) -> bool:
    """Whether it can be acted on at all: visible, or of those that need not be.

    Options show when their list opens, file inputs hide behind a button, and the box that is
    ticked is often a transparent one under a drawn one.
    """
    if element.visible or traits.is_option(element) or traits.is_file_input(element):
        return True
    return method in {Method.CHECK, Method.UNCHECK} and traits.is_checkable(element)


def is_due(element: Element, method: Method) -> bool:
    """Whether the method would change it, as far as one can tell.

    What is open is not expanded; one scrolls to a heading rather than to the link that leads there.
    """
    if method is Method.EXPAND:
        return "expanded" not in element.states
    if method is Method.COLLAPSE:
        return "collapsed" not in element.states
    if method is Method.SCROLL_TO:
        return not element.interactive
    return True


def acted_on(ref: int, method: Method, view: View) -> int:
    """`ref` of what a click on an element comes down to.

    The icon or the words in a button are the button; a label is its box, if that can be seen. For
    methods that do not click, it is the element itself.
    """
    if method not in _POINTING | {Method.FOCUS, Method.SELECT, Method.EXPAND, Method.COLLAPSE}:
        return ref
    if traits.is_control(view.elements[ref]):
        return ref
    for outer in (ref, *view.around(ref)):
        element = view.elements[outer]
        if traits.is_control(element):
            return outer
        labelled = view.labelled_control(outer)
        if labelled is not None and view.elements[labelled].visible:
            return labelled
    return ref
