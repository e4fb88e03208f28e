"""Sliders: moved with the arrow keys to the value that they, or the page beside them, say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from cdp_proxy.core.actions import scripts
from cdp_proxy.core.actions.elements import Element, NodeKey
from cdp_proxy.core.actions.performing import fields
from cdp_proxy.core.actions.performing.work import Found, Work
from cdp_proxy.core.actions.resolver import View
from cdp_proxy.core.actions.touch import call_on
from shared.errors import ActionFailed

_STROKES_MAX: Final = 1_000
_NUMBER: Final = re.compile(r"[-+]?\d+(?:\.\d+)?")
_HANDLE: Final = re.compile(r"(?i)handle|thumb|knob")
_BLOCK: Final = 25
"""Strokes in one go, while the goal is far: a stroke takes a look at the page otherwise."""


async def slide(work: Work, found: Found, wanted: float) -> None:
    """Strike arrow keys until the slider says the value, as long as that brings it nearer.

    Raises:
        ActionFailed: it does not get there; `details["value"]` is where it is.
    """
    handle = _handle_of(found)
    await fields.focus(work, handle)
    gauge = await _gauge(work, handle)
    held = await gauge.read(work)
    strokes = 1
    struck = 0
    while held != wanted and struck < _STROKES_MAX:
        strokes = min(strokes, _STROKES_MAX - struck)
        for _ in range(strokes):
            await fields.press(work, "ArrowRight" if held < wanted else "ArrowLeft")
        struck += strokes
        now = await gauge.read(work)
        if now == held:
            break
        step = abs(now - held) / strokes
        if abs(now - wanted) >= abs(held - wanted) and strokes == 1:
            held = now
            break
        held = now
        strokes = max(1, min(_BLOCK, int(abs(wanted - held) / step))) if step else 1
    if held != wanted:
        raise ActionFailed(f"The slider stays at {held:g}; {wanted:g} was asked for.", value=held)


class _Gauge:
    """Where a slider's value is to be read: on itself, or in a text that moves with it."""

    def __init__(self, handle: Found, beside: NodeKey | None) -> None:
        self._handle = handle
        self._beside = beside

    async def read(self, work: Work) -> float:
        """The value now.

        Raises:
            ActionFailed: it is to be read no more.
        """
        if self._beside is None:
            value = await call_on(work.tab, self._handle.element, scripts.SLIDER_VALUE)
        else:
            value = _numbers(await work.look()).get(self._beside)
        if value is None:
            raise ActionFailed("The slider does not say its value any more.")
        return float(value)


async def _gauge(work: Work, handle: Found) -> _Gauge:
    """Find out where the value shows, by moving the slider one step there and back.

    Raises:
        ActionFailed: nothing on the page tells it.
    """
    if await call_on(work.tab, handle.element, scripts.SLIDER_VALUE) is not None:
        return _Gauge(handle, None)
    before = _numbers(await work.look())
    for there, back in (("ArrowRight", "ArrowLeft"), ("ArrowLeft", "ArrowRight")):
        await fields.press(work, there)
        after = _numbers(await work.look())
        moved = [key for key, value in after.items() if before.get(key, value) != value]
        await fields.press(work, back)
        if moved:
            return _Gauge(handle, moved[-1])
    raise ActionFailed("Nothing on the page says the slider's value.")


def _numbers(view: View) -> Mapping[NodeKey, float]:
    """Every text that is a number, and whose it is."""
    return {
        element.key: float(element.own_text)
        for element in view.elements
        if _NUMBER.fullmatch(element.own_text)
    }


def _handle_of(found: Found) -> Found:
    """What takes the keys: the slider itself, or the handle within it."""
    if found.element.role == "slider":
        return found
    for element in found.snapshot.descendants(found.element):
        if element.role == "slider" or _is_handle(element):
            return Found(element, found.view)
    return found


def _is_handle(element: Element) -> bool:
    return bool(_HANDLE.search(element.attributes.get("class", "")))
