"""Opening and closing what discloses more: sections, accordions, trees, menus, tabs."""

from __future__ import annotations

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.performing.work import Found, Work
from cdp_proxy.core.actions.pointer import click, move
from cdp_proxy.core.actions.steps import Method, Step, Target
from shared.errors import TargetNotFound

_DISCLOSES = frozenset({"summary"})
_SIGNS = frozenset("+\u25b8\u25b6\u25be\u25bc\u2630\u22ee\u22ef\u2026")
"""What things that open something show in place of a word: plus, triangles, bars, dots."""
_HOVER_SECONDS = 0.6
"""How long a submenu may wait before it opens; menus delay so that a passing pointer opens none."""
_LOOK_AGAIN_SECONDS = 0.05


async def find_to_expand(work: Work, step: Step, patience_seconds: float) -> list[Found]:
    """What a step's target means, or, where nothing is called so, the one sign of an opener.

    Raises:
        TargetNotFound: neither is there.
        AmbiguousTarget: several things fit.
    """
    target = step.target or Target()
    try:
        return await work.find(target, Method.EXPAND, patience_seconds)
    except TargetNotFound:
        view = await work.look()
        signs = [e for e in view.elements if e.interactive and e.visible and e.text in _SIGNS]
        if target.text or len(signs) != 1:
            raise
        return [Found(signs[0], view)]


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
    at = await work.point(Found(handle, found.view))
    if open_it and is_menu_item(handle) and await _opens_on_hover(work, found, at):
        return
    await click(work.tab, at)


async def _opens_on_hover(work: Work, found: Found, at: tuple[float, float]) -> bool:
    """Point at an entry of a menu; whether that shows more of it."""
    before = len(found.view.elements)
    await move(work.tab, at)
    give_up = work.tab.now() + _HOVER_SECONDS
    while work.tab.now() < give_up:
        await work.settle()
        if len((await work.look()).elements) > before:
            return True
        await work.tab.sleep(_LOOK_AGAIN_SECONDS)
    return False


def is_menu_item(element: Element) -> bool:
    """Whether it is an entry of a menu that has entries of its own."""
    return element.role == "menuitem" and (
        element.attributes.get("aria-haspopup") in {"true", "menu"}
        or bool({"expanded", "collapsed"} & element.states)
    )


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
    return (
        is_menu_item(element)
        or element.tag in _DISCLOSES
        or bool({"expanded", "collapsed"} & element.states)
    )
