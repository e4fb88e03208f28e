"""Looking for what is not to be seen yet: behind tabs, in closed sections.

Only where the instruction says so (*find*, *expand*, *switch between*): else nothing is clicked
that nobody asked for.
"""

from __future__ import annotations

import re
from typing import Final

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.performing.disclosing import expand, is_menu_item
from cdp_proxy.core.actions.performing.work import Found, Work
from cdp_proxy.core.actions.pointer import click
from cdp_proxy.core.actions.resolver import View
from cdp_proxy.core.actions.steps import Method, Step
from shared.errors import TargetCovered, TargetDetached, TargetDisabled, TargetNotFound

_SAYS_FIND: Final = re.compile(
    r"(?i)\b(find|locate|look for|search for|expand|unfold|switch|navigate|browse|open|reveal)\b"
)
_DOORS_MAX: Final = 40
_APPEARS_SECONDS: Final = 0.3


def is_searching(step: Step) -> bool:
    """Whether the step's words say that its target may be hidden."""
    return bool(_SAYS_FIND.search(step.source))


async def reveal(work: Work, step: Step) -> bool:
    """Open one closed thing after the other until the step's target is there.

    Returns:
        Whether it is; False too when the instruction does not say to look for it.
    """
    if step.target is None or not is_searching(step):
        return False
    opened: set[tuple[str, str, str]] = set()
    for _ in range(_DOORS_MAX):
        view = await work.look()
        door = next((e for e in view.elements if _is_closed(e) and _mark(e) not in opened), None)
        if door is None:
            return False
        opened.add(_mark(door))
        if not await _open(work, door, view):
            continue
        try:
            await work.find(step.target, step.method, _APPEARS_SECONDS)
        except TargetNotFound:
            continue
        work.log.note("opened to find it", opened=[work.mask(name) for _, _, name in opened])
        return True
    return False


async def _open(work: Work, door: Element, view: View) -> bool:
    step = Step(method=Method.EXPAND, source="")
    try:
        if door.role == "tab":
            await click(work.tab, await work.point(Found(door, view)))
        else:
            await expand(work, Found(door, view), step)
    except (TargetNotFound, TargetCovered, TargetDetached, TargetDisabled):
        return False
    await work.settle()
    return True


def _is_closed(element: Element) -> bool:
    if "disabled" in element.states or not element.visible:
        return False
    if element.role == "tab":
        return "selected" not in element.states
    if is_menu_item(element):
        return "expanded" not in element.states
    return "collapsed" in element.states and element.role not in {"combobox", "listbox"}


def _mark(element: Element) -> tuple[str, str, str]:
    return (element.frame_id, element.attributes.get("id", ""), element.name or element.text[:80])
