"""Closing what is in the way: dialogs, banners, tabs, whatever they are made of."""

from __future__ import annotations

from cdp_proxy.core.actions import pointer
from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.performing.work import Found, Work
from cdp_proxy.core.actions.resolver import View, closing_control
from cdp_proxy.core.actions.steps import Method, Step, Target
from cdp_proxy.core.keyboard import chord
from shared.errors import TargetNotFound

_GLANCE_SECONDS = 0.4
_SHORT_CHARS = 1_000
"""A text of more is a page that mentions the thing, not the thing."""


async def close_target(work: Work, step: Step) -> list[Found]:
    """Close what a step's target means: as it is named, or by what it is about.

    Raises:
        TargetNotFound: it is not there, or nothing on it closes it.
    """
    target = step.target or Target()
    found = await _find(work, target)
    await close(work, found)
    return [found]


async def _find(work: Work, target: Target) -> Found:
    about = target.text or " ".join(word for word in target.qualities if word != "any")
    if target.text or not about:  # else it is only said what it is about
        try:
            return (await work.find(target, Method.CLOSE, _GLANCE_SECONDS))[0]
        except TargetNotFound:
            if not about:
                raise
    return (await work.find_by(lambda view: _about(about, view)))[0]


async def close(work: Work, found: Found) -> None:
    """Click what closes a thing; a dialog without such a control goes with Escape.

    Raises:
        TargetNotFound: nothing closes it.
    """
    control = await work.tab.compute(closing_control, found.element, found.snapshot)
    if control is not None:
        await pointer.click(work.tab, await work.point(Found(control, found.view)))
    elif found.element.role in {"dialog", "alertdialog"}:
        await work.tab.call_all(list(chord("Escape")))
    else:
        raise TargetNotFound("Nothing on it closes it.")


def _about(words: str, view: View) -> tuple[Element, ...]:
    """The smallest thing that can be closed and whose text has the words."""
    wanted = words.casefold().split()
    mentions = [
        element
        for element in view.elements
        if element.visible
        and len(element.text) <= _SHORT_CHARS
        and all(word in element.text.casefold() for word in wanted)
    ]
    for element in sorted(mentions, key=lambda element: len(element.text)):
        if closing_control(element, view.snapshot) is not None:
            return (element,)
    raise TargetNotFound(f"Nothing on the page that is about {words!r} can be closed.")
