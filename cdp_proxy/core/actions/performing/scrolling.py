"""Bringing things into view, waiting for them to come and to go."""

from __future__ import annotations

from cdp_proxy.core.actions import scripts
from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.performing.work import Found, Work
from cdp_proxy.core.actions.resolver import View
from cdp_proxy.core.actions.steps import Method, Target
from cdp_proxy.core.actions.touch import Wants, call_on
from shared.errors import ActionTimeout, AmbiguousTarget, TargetNotFound

_SCROLLS_MAX = 100
"""Pages to scroll through for something that is not there yet: lists that load as they go."""
_LOOK_AGAIN_SECONDS = 0.2
_FIND_SECONDS = 0.3
_LOOKS_AT_THE_END = 6
"""At the end of a page that may yet load more, each for `_FIND_SECONDS`."""


async def scroll(work: Work, found: Found | None, direction: str) -> None:
    """Scroll the page, or what is around an element, by a screenful or to an end."""
    if found is not None:
        await call_on(work.tab, found.element, scripts.SCROLL_BY, direction)
    else:
        await call_on(work.tab, _document(await work.look()), scripts.SCROLL_PAGE, direction)


async def show(work: Work, found: Found) -> None:
    """Scroll an element into view."""
    await work.point(found, Wants(enabled=False, hit=False))


async def scroll_to(work: Work, target: Target) -> Found:
    """Scroll until something is in view, further and further while it does not exist yet.

    Raises:
        TargetNotFound: the end was reached without.
    """
    looks_at_the_end = 0
    for _ in range(_SCROLLS_MAX):
        try:
            found = (await work.find(target, Method.SCROLL_TO, _FIND_SECONDS))[0]
        except TargetNotFound:
            top = _document(await work.look())
            if await call_on(work.tab, top, scripts.SCROLL_PAGE, "down"):
                looks_at_the_end = 0
                await work.settle()
            elif looks_at_the_end == _LOOKS_AT_THE_END:
                raise
            else:
                looks_at_the_end += 1
            continue
        await show(work, found)
        return found
    raise TargetNotFound(f"It did not come into view in {_SCROLLS_MAX} screenfuls.")


async def wait_for(work: Work, target: Target) -> Found:
    """Wait until something is visible.

    Raises:
        ActionTimeout: it has not become so within the act's time.
    """
    try:
        return (await work.find(target, Method.WAIT_FOR, work.left()))[0]
    except TargetNotFound as error:
        raise ActionTimeout(
            f"It did not appear: {error.message}", waitedFor=target.text, **error.details
        ) from error


async def wait_gone(work: Work, target: Target) -> None:
    """Wait until nothing fits any more.

    Raises:
        ActionTimeout: it is still there at the end of the act's time.
    """
    while True:
        try:
            await work.find(target, Method.WAIT_GONE, 0.0)
        except TargetNotFound:
            return
        except AmbiguousTarget:
            pass  # several are there still
        if work.left() <= 0:
            raise ActionTimeout("It is still there.", waitedFor=target.text)
        await work.tab.changed(_LOOK_AGAIN_SECONDS)


def _document(view: View) -> Element:
    """The outermost element of the page."""
    if not view.elements:
        raise TargetNotFound("The page is empty.")
    return view.elements[0]
