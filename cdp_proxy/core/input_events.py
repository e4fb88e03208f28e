"""`INPUT_EVENT`: what a person did, as the `Input.*` commands that do it to a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, assert_never

import cdp.input_

from cdp_proxy.core.commands import CdpCommand, insert_text
from cdp_proxy.core.keyboard import ALT, CONTROL, META, SHIFT, strike
from cdp_proxy.core.pictures import PageView
from shared.envelope.incoming import (
    FrameSize,
    InputDescription,
    KeyInput,
    Modifier,
    MouseInput,
    PasteInput,
    TextInput,
    TouchInput,
)
from shared.errors import InvalidRequest

_BITS: Final = {"Alt": ALT, "Control": CONTROL, "Meta": META, "Shift": SHIFT}
_MOUSE: Final = {
    "move": "mouseMoved",
    "down": "mousePressed",
    "up": "mouseReleased",
    "wheel": "mouseWheel",
}
_TOUCH: Final = {
    "start": "touchStart",
    "move": "touchMove",
    "end": "touchEnd",
    "cancel": "touchCancel",
}
_BUTTONS: Final = {"none": 0, "left": 1, "right": 2, "middle": 4, "back": 8, "forward": 16}
"""`MouseEvent.buttons`."""


def commands_for(event: InputDescription, view: PageView | None) -> Iterator[CdpCommand[Any]]:
    """The commands, in order.

    Args:
        event: positions refer to its `frame`.
        view: where the newest picture of the screencast lies on the page, if there is one.

    Raises:
        InvalidRequest: positions of a picture, and there is none.
    """
    match event:
        case MouseInput():
            yield _mouse(event, view)
        case KeyInput():
            yield from _key(event)
        case TextInput() | PasteInput():
            yield insert_text(event.text)
        case TouchInput():
            yield _touch(event, view)
        case _:
            assert_never(event)


def _mouse(event: MouseInput, view: PageView | None) -> CdpCommand[None]:
    x, y = _on_page(event.x, event.y, event.frame, view)
    wheel = event.action == "wheel"
    pressed = event.buttons or (_BUTTONS[event.button] if event.action == "down" else 0)
    return cdp.input_.dispatch_mouse_event(
        type_=_MOUSE[event.action],
        x=x,
        y=y,
        modifiers=_modifiers(event.modifiers),
        button=event.button,
        buttons=pressed,
        click_count=event.click_count,
        delta_x=event.delta_x if wheel else None,
        delta_y=event.delta_y if wheel else None,
    )


def _key(event: KeyInput) -> Iterator[CdpCommand[None]]:
    modifiers = _modifiers(event.modifiers)
    key = strike(event.key, event.code, modifiers)
    if event.action in ("down", "press"):
        yield key.down(modifiers, auto_repeat=event.repeat)
    if event.action in ("up", "press"):
        yield key.up(modifiers)


def _touch(event: TouchInput, view: PageView | None) -> CdpCommand[None]:
    points = []
    for point in event.points:
        x, y = _on_page(point.x, point.y, event.frame, view)
        points.append(cdp.input_.TouchPoint(x=x, y=y, id_=point.id))
    kind = _TOUCH[event.action]
    if points and event.action in ("end", "cancel"):
        # Chromium takes no points with an end; those it misses among the moved have been lifted.
        kind = "touchMove"
    if not points and event.action in ("start", "move"):
        raise InvalidRequest("A touch that starts or moves has points.", field="event.points")
    return cdp.input_.dispatch_touch_event(
        type_=kind, touch_points=points, modifiers=_modifiers(event.modifiers)
    )


def _on_page(
    x: float, y: float, frame: FrameSize | None, view: PageView | None
) -> tuple[float, float]:
    """Pixels of a picture, or of the page, as CSS pixels of the page's viewport."""
    if frame is None:
        return x, y
    if view is None:
        raise InvalidRequest(
            "Positions in a frame need a screencast that has shown one; leave frame out for"
            " positions on the page.",
            field="event.frame",
        )
    return (
        x * view.width_dip / frame.width,
        y * view.height_dip / frame.height - view.offset_top_dip,
    )


def _modifiers(names: Sequence[Modifier]) -> int:
    bits = 0
    for name in names:
        bits |= _BITS[name]
    return bits
