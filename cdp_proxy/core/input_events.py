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
    KeyInput,
    Modifier,
    MouseInput,
    PageInput,
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


Fingers = dict[int, cdp.input_.TouchPoint]
"""Those that are on a page, by their ids."""


def commands_for(
    event: PageInput, view: PageView | None, fingers: Fingers
) -> Iterator[CdpCommand[Any]]:
    """The commands, in order.

    Args:
        event: positions refer to its `frame`.
        view: where the newest picture of the screencast lies on the page, if there is one.
        fingers: the page's; kept up to date here.

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
            yield _touch(event, view, fingers)
        case _:
            assert_never(event)


def _mouse(event: MouseInput, view: PageView | None) -> CdpCommand[None]:
    x, y = _on_page(event.x, event.y, event.frame, view)
    wheel = event.action == "wheel"
    button: str = event.button
    held, count = event.buttons, event.click_count
    if event.action == "move" and button == "none":
        button = _first_held(held)  # Blink drags with the event's button, not with those held
    elif event.action in ("down", "up"):
        button = "left" if button == "none" else button
        count = count or 1
    if event.action == "down":
        held |= _BUTTONS[button]
    return cdp.input_.dispatch_mouse_event(
        type_=_MOUSE[event.action],
        x=x,
        y=y,
        modifiers=_modifiers(event.modifiers),
        button=button,
        buttons=held,
        click_count=count,
        delta_x=event.delta_x if wheel else None,
        delta_y=event.delta_y if wheel else None,
    )


def _first_held(buttons: int) -> str:
    return next((name for name, bit in _BUTTONS.items() if buttons & bit), "none")


def _key(event: KeyInput) -> Iterator[CdpCommand[None]]:
    if len(event.key) > 1 and not event.key.isascii():  # no key's name, but what one typed
        if event.action != "up":
            yield insert_text(event.key)
        return
    modifiers = _modifiers(event.modifiers)
    key = strike(event.key, event.code, modifiers)
    if event.action in ("down", "press"):
        yield key.down(modifiers, auto_repeat=event.repeat)
    if event.action in ("up", "press"):
        yield key.up(modifiers)


def _touch(event: TouchInput, view: PageView | None, fingers: Fingers) -> CdpCommand[None]:
    """People tell which fingers are there; Chromium is told which of them have been lifted."""
    there: Fingers = {}
    for point in event.points:
        x, y = _on_page(point.x, point.y, event.frame, view)
        there[point.id] = cdp.input_.TouchPoint(x=x, y=y, id_=point.id)
    kind, points = _TOUCH[event.action], list(there.values())
    if event.action in ("start", "move"):
        if not points:
            raise InvalidRequest("A touch that starts or moves has points.", field="event.points")
    elif points:
        lifted = [point for number, point in fingers.items() if number not in there]
        # With points a touch ends for those alone; it cannot be cancelled for some.
        kind, points = ("touchEnd", lifted) if lifted else ("touchMove", points)
    fingers.clear()
    fingers.update(there)
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
        x * view.width_dip / frame.width / view.scale,
        (y * view.height_dip / frame.height - view.offset_top_dip) / view.scale,
    )


def _modifiers(names: Sequence[Modifier]) -> int:
    bits = 0
    for name in names:
        bits |= _BITS[name]
    return bits
