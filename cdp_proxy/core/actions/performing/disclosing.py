"""Opening and closing what discloses more: sections, accordions, trees, menus, tabs."""

from __future__ import annotations

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.performing.work import Found, Work
from cdp_proxy.core.actions.pointer import click
from cdp_proxy.core.actions.steps import Step

_DISCLOSES = frozenset({"summary"})


async def expand(work: Work, found: Found, _step: Step) -> None:
    """Open it, unless it is open."""
    await _toggle(work, found, open_it=True)


async def collapse(work: Work, found: Found, _step: Step) -> None:
    """Close it, unless it is closed."""
    await _toggle(work, found, open_it=False)


async def _toggle(work: Work, found: Found, *, open_it: bool) -> None:
    handle = _handle_of(found)
    is_open = "expanded" in handle.states
    is_closed = "collapsed" in handle.states
    if (is_open and open_it) or (is_closed and not open_it):
        return
    await click(work.tab, await work.point(Found(handle, found.view)))


def _handle_of(found: Found) -> Element:
    """What opens and closes it: itself, what is within it, or what it is within."""
    if _discloses(found.element):
        return found.element
    for element in found.snapshot.descendants(found.element):
        if _discloses(element):
            return element
    for element in found.snapshot.ancestors(found.element):
        if _discloses(element):
            return element
    return found.element


def _discloses(element: Element) -> bool:
    return element.tag in _DISCLOSES or bool({"expanded", "collapsed"} & element.states)
