"""The control that closes something: a dialog, a banner, a tab."""

from __future__ import annotations

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.resolver import kinds, traits
from cdp_proxy.core.actions.resolver.view import View
from cdp_proxy.core.actions.resolver.words import fold, identifier_words
from cdp_proxy.core.actions.steps import Kind

_SIGNS = frozenset("\u00d7✕✖✗\u2573\u2a2f🗙❌xX")
"""What a close button shows when it shows no word."""
_PHRASES = (
    ("close", "dismiss", "hide"),
    ("cancel", "no thanks", "no thank you", "not now", "maybe later", "skip", "later"),
    ("got it", "ok", "okay", "done", "i understand", "accept", "agree", "continue"),
)
"""What close buttons say: those that only close before those that decide something as well."""
_CLASS_WORDS = frozenset({"close", "dismiss", "closer", "closebtn"})
_LEVELS = 5
"""How far around something its close button is looked for: a tab's is beside its label."""
_NOT_CLOSING = 99


def closing_control(ref: int, view: View) -> int | None:
    """`ref` of what to click to close something; None when nothing of the sort is in or around it.

    It is the thing itself when that closes something.
    """
    if _rank(view.elements[ref]) < _NOT_CLOSING:
        return ref
    for level, scope in enumerate((ref, *view.around(ref))):
        if level > _LEVELS:
            break
        ranked = [(_rank(view.elements[inner]), inner) for inner in view.inside(scope)]
        rank, best = min(ranked, default=(_NOT_CLOSING, ref))
        if rank < _NOT_CLOSING:
            return best
        if kinds.fit(view.elements[scope], Kind.DIALOG) == kinds.PROPER:
            break  # What is around a dialog closes something else.
    return None


def _rank(element: Element) -> int:
    """How plainly an element is there to close something, 0 the plainest."""
    if not element.visible or not (element.interactive or traits.is_control(element)):
        return _NOT_CLOSING
    said = {element.name, element.text, element.attributes.get("title", "")} - {""}
    if said & _SIGNS:
        return 0
    folded = {fold(text) for text in said}
    for rank, phrases in enumerate(_PHRASES):
        if any(text in phrases or _begins(text, phrases[:1]) for text in folded):
            return rank
    words = traits.class_words(element) | frozenset(
        identifier_words(element.attributes.get("id", "")).split()
    )
    return 1 if words & _CLASS_WORDS else _NOT_CLOSING


def _begins(text: str, phrases: tuple[str, ...]) -> bool:
    """*Close this dialog* closes as *Close* does; *OK Google* is not *OK*."""
    return phrases == ("close",) and text.startswith("close ")
