"""Which element of a page a target in words means, or why none does: a near tie is no answer.

All of it is a function of the snapshot. `resolve` finds, `describe` goes the other way,
`closing_control` finds what closes a thing. They come in pairs: one for a single question, and one
that takes a `View`, which is what a snapshot costs to prepare, for many questions about one.
"""

from __future__ import annotations

from collections.abc import Iterable

from cdp_proxy.core.actions.elements import Element, Snapshot
from cdp_proxy.core.actions.resolver import closing, describing, methods, selectors
from cdp_proxy.core.actions.resolver.deeds import doing
from cdp_proxy.core.actions.resolver.search import AnchorNotFound, find
from cdp_proxy.core.actions.resolver.view import View
from cdp_proxy.core.actions.resolver.words import Needle
from cdp_proxy.core.actions.steps import Kind, Method, Target
from shared.errors import AmbiguousTarget, TargetNotFound

__all__ = [
    "View",
    "candidates_json",
    "closing_control",
    "describe",
    "describe_all",
    "resolve",
    "resolve_in",
    "runners_up",
]

MOST_NEAREST = 5
"""How many near misses an error lists."""
MOST_RUNNERS_UP = 3
"""How many near misses a log lists."""
MOST_TIED = 10
"""How many equals an error lists."""
_ANY_WILL_DO = frozenset({Method.WAIT_FOR, Method.WAIT_GONE})
"""Methods that a tie is no question for: what is waited for may show in several places."""
_LONGEST_TEXT = 120
"""Characters of a candidate's text that an error shows."""


def resolve(target: Target, method: Method, snapshot: Snapshot) -> tuple[Element, ...]:
    """The element that a target means for a method; several, in reading order, for `every`.

    What is returned is what the method is to be done to: the box of a label, the button around an
    icon. Two methods may get something else, when nothing that they are made for is there: SELECT
    anything that chooses when clicked (an option, tab or radio button), UPLOAD what opens a file
    chooser when clicked.

    Raises:
        TargetNotFound: `details["candidates"]` are the nearest, at most five.
        AmbiguousTarget: `details["candidates"]` are those that are tied, at most ten.
    """
    return resolve_in(View(snapshot), target, method)


def resolve_in(view: View, target: Target, method: Method) -> tuple[Element, ...]:
    """`resolve` for a snapshot that more than one thing is asked of."""
    try:
        found = [] if target.kind is Kind.DEED else find(target, method, view)
    except AnchorNotFound as error:
        raise _not_found(error.anchor, Method.WAIT_FOR, view) from None
    if not found and _may_be_deed(target, method):
        found = doing(target.text, method, view)
    if not found:
        raise _not_found(target, method, view)
    elements = tuple(view.elements[ref] for ref in found)
    if method in _ANY_WILL_DO and not target.every:
        return elements[:1]
    if len(elements) > 1 and not target.every:
        raise AmbiguousTarget(
            f"{len(elements)} things fit {describing.in_words(target)} about equally well; say"
            " which, by a word near it or its place",
            target=describing.in_words(target),
            candidates=_as_json(elements[:MOST_TIED], view),
        )
    return elements


def describe(element: Element, view: View) -> str:
    """A short description that means this element when given back as a target."""
    return describing.describe(element, view)


def describe_all(elements: Iterable[Element], view: View) -> list[str]:
    """`describe` for many elements of one page."""
    return [describing.describe(element, view) for element in elements]


def candidates_json(elements: Iterable[Element], snapshot: Snapshot) -> list[dict[str, object]]:
    """As an error lists them: description, role, name, text, node and, where short, selector."""
    return _as_json(elements, View(snapshot))


def runners_up(view: View, target: Target, method: Method, chosen: Iterable[Element]) -> list[str]:
    """What else a target in words might have meant, in words; for logs."""
    taken = {element.ref for element in chosen}
    others = [element for element in _nearest(target, method, view) if element.ref not in taken]
    return [describing.describe(element, view) for element in others[:MOST_RUNNERS_UP]]


def closing_control(element: Element, snapshot: Snapshot) -> Element | None:
    """What to click to close something (dialog, banner, tab); None when nothing closes it."""
    view = View(snapshot)
    ref = closing.closing_control(element.ref, view)
    return None if ref is None else view.elements[ref]


def _may_be_deed(target: Target, method: Method) -> bool:
    """Whether the words may say what is done rather than what is clicked for it."""
    return (
        method is Method.CLICK
        and target.kind in {Kind.DEED, Kind.BUTTON, Kind.ELEMENT}
        and not target.quoted
        and target.anchor is None
    )


def _not_found(target: Target, method: Method, view: View) -> TargetNotFound:
    said = describing.in_words(target)
    return TargetNotFound(
        f"Nothing on the page fits {said}.",
        target=said,
        candidates=_as_json(_nearest(target, method, view), view),
    )


def _nearest(target: Target, method: Method, view: View) -> list[Element]:
    """What is called most like the target among what the method could be done to."""
    if not target.text:
        return []
    refs = dict.fromkeys(view.nearest(Needle(target.text), 4 * MOST_NEAREST))
    elements = (view.elements[ref] for ref in refs)
    fitting = [
        element
        for element in elements
        if methods.is_reachable(element, method) and methods.fit(element, method)
    ]
    return fitting[:MOST_NEAREST]


def _as_json(elements: Iterable[Element], view: View) -> list[dict[str, object]]:
    return [_candidate(element, view) for element in elements]


def _candidate(element: Element, view: View) -> dict[str, object]:
    candidate: dict[str, object] = {
        "description": describing.describe(element, view),
        "role": element.role,
        "name": element.name,
        "text": element.text[:_LONGEST_TEXT],
        "backendNodeId": element.key.backend_node_id,
    }
    selector = selectors.selector(element, view)
    return {**candidate, "selector": selector} if selector else candidate
