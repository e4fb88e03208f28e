"""The control that does what is said (*add the red toaster to the cart*), by what it says itself.

A control says it when its words are among those of the deed, in their order, the verb first (*Add
to cart*), and what it leaves unsaid stands around it (*Red Toaster*); or when all words of the deed
are among its own (*I agree to the terms and conditions*).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.resolver import methods
from cdp_proxy.core.actions.resolver.view import View
from cdp_proxy.core.actions.resolver.words import fold
from cdp_proxy.core.actions.steps import Method

_UNSAID: Final = """
a an the to of for my your our this that these in on into onto from with and at by it i
"""
_SMALL_WORDS: Final = frozenset(_UNSAID.split())
_NAME_WORDS_MAX: Final = 10
_LEVELS_MAX: Final = 4
"""How far around a control its unsaid words are looked for."""
_AROUND_CHARS_MAX: Final = 500
_LEVEL_COST: Final = 0.25
_ENOUGH: Final = 0.55
"""Below, a control says too little of the deed to be taken for what does it."""
_MARGIN: Final = 0.05
_WHOLLY: Final = 0.6
"""For a control that says all of the deed, and more the more of its words are the deed's."""


def doing(deed: str, method: Method, view: View) -> list[int]:
    """`ref`s of the controls that do a deed; more than one when they are tied."""
    wanted = content_words(deed)
    if not wanted:
        return []
    scores: dict[int, float] = {}
    for element in view.elements:
        if element.interactive and methods.is_reachable(element, method):
            score = _score(wanted, element, view)
            if score >= _ENOUGH:
                ref = methods.acted_on(element.ref, method, view)
                scores[ref] = max(score, scores.get(ref, 0.0))
    best = max(scores.values(), default=0.0)
    return sorted(ref for ref, score in scores.items() if score >= best - _MARGIN)


def _score(wanted: Sequence[str], element: Element, view: View) -> float:
    return max((_said(wanted, name, element, view) for name in _names(element)), default=0.0)


def _said(wanted: Sequence[str], name: Sequence[str], element: Element, view: View) -> float:
    if name[0] == wanted[0] and _in_order(name, wanted):
        share = len(name) / len(wanted)
        left = [word for word in wanted if word not in name]
        return share + (1 - share) * share_around(left, element, view)
    if _in_order(wanted, name):
        return _WHOLLY + (1 - _WHOLLY) * len(wanted) / len(name)
    return 0.0


def _names(element: Element) -> Iterator[list[str]]:
    for text in (element.name, element.text, element.label, element.attributes.get("title", "")):
        words = content_words(text)
        if 0 < len(words) <= _NAME_WORDS_MAX:
            yield words


def share_around(words: Sequence[str], element: Element, view: View) -> float:
    """How many of the words stand around a control, and how near: 1 is all, beside it."""
    if not words:
        return 1.0
    best = 0.0
    for level, ancestor in enumerate(view.snapshot.ancestors(element)):
        if level >= _LEVELS_MAX or len(ancestor.text) > _AROUND_CHARS_MAX:
            break
        there = set(content_words(ancestor.text))
        share = sum(word in there for word in words) / len(words)
        best = max(best, share - level * _LEVEL_COST)
    return best


def _in_order(words: Sequence[str], among: Sequence[str]) -> bool:
    rest = iter(among)
    return all(word in rest for word in words)


def content_words(text: str) -> list[str]:
    """The words that say something, without their plural's s."""
    words = "".join(char if char.isalnum() else " " for char in fold(text)).split()
    return [_singular(word) for word in words if word not in _SMALL_WORDS]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word  # noqa: PLR2004
