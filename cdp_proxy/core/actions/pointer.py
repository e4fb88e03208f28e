"""The pointer: real mouse events at a point of the top-level viewport."""

from __future__ import annotations

from typing import Any

import cdp.input_

from cdp_proxy.core.actions.ports import BlockedByDialog, Tab
from cdp_proxy.core.commands import CdpCommand

Point = tuple[float, float]

_BUTTONS = {"none": 0, "left": 1, "right": 2}
_DRAG_STEPS = 8
"""Moves between the two ends of a drag: libraries start one after some pixels."""


async def move(tab: Tab, point: Point) -> None:
    """Move to a point."""
    await _send(tab, [_event("mouseMoved", point)])


async def click(tab: Tab, point: Point, *, button: str = "left", times: int = 1) -> None:
    """Click; `times` 2 is a double click."""
    events = [_event("mouseMoved", point)]
    for count in range(1, times + 1):
        events.append(_event("mousePressed", point, button, count))
        events.append(_event("mouseReleased", point, button, count))
    await _send(tab, events)


async def drag(tab: Tab, start: Point, end: Point) -> None:
    """Press at one point, move to another, release there.

    Pages with HTML drag and drop need `Input.setInterceptDrags` on (`dragging`).
    """
    await _send(tab, [_event("mouseMoved", start), _event("mousePressed", start, "left", 1)])
    for step in range(1, _DRAG_STEPS + 1):
        share = step / _DRAG_STEPS
        between = (
            start[0] + (end[0] - start[0]) * share,
            start[1] + (end[1] - start[1]) * share,
        )
        await _send(tab, [_event("mouseMoved", between, "left")])
    await _send(tab, [_event("mouseReleased", end, "left", 1)])


async def wheel(tab: Tab, point: Point, delta_y: float) -> None:
    """Turn the wheel over a point by CSS pixels."""
    await _send(
        tab,
        [
            cdp.input_.dispatch_mouse_event(
                type_="mouseWheel", x=point[0], y=point[1], delta_x=0, delta_y=delta_y
            )
        ],
    )


async def _send(tab: Tab, events: list[CdpCommand[Any]]) -> None:
    """Have the events dispatched; a dialog that one of them opens comes after it."""
    try:
        await tab.call_all(events)
    except BlockedByDialog:
        return


def _event(kind: str, point: Point, button: str = "none", click_count: int = 0) -> CdpCommand[None]:
    held = 0 if kind == "mouseReleased" else _BUTTONS[button]
    return cdp.input_.dispatch_mouse_event(
        type_=kind,
        x=point[0],
        y=point[1],
        button=button,
        buttons=held,
        click_count=click_count,
    )
