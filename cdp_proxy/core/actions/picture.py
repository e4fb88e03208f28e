"""A picture of a tab: what is in view, the whole page, or one element."""

from __future__ import annotations

from dataclasses import dataclass

from cdp_proxy.core.actions.elements import Box
from cdp_proxy.core.actions.ports import Tab
from cdp_proxy.core.actions.selectors import find_node
from cdp_proxy.core.actions.snapshot import take_snapshot
from cdp_proxy.core.actions.touch import Wants, point_of
from cdp_proxy.core.commands import capture_screenshot, page_layout
from shared.errors import TargetNotFound

_CAPTURE_SECONDS = 30.0
_SCROLL_SECONDS = 1.0
_SIDE_PX_MAX = 16_384
"""Chromium's compositor draws no larger surfaces."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded image."""

    base64: str
    width: int
    height: int
    """CSS pixels."""


async def take_picture(
    tab: Tab,
    image_format: str = "png",
    quality: int | None = None,
    *,
    full_page: bool = False,
    selector: str | None = None,
) -> Picture:
    """Capture a tab.

    Args:
        tab: of what.
        image_format: `png`, `jpeg` or `webp`.
        quality: 0 to 100, not for png.
        full_page: what is outside the viewport as well.
        selector: only the first element that it finds.

    Raises:
        TargetNotFound: the selector finds nothing visible.
        CommandFailed: the tab cannot be captured.
    """
    layout = await tab.call(page_layout())
    clip: Box | None = None
    if selector is not None:
        in_view = await _box_of(tab, selector)
        scrolled = (await tab.call(page_layout())).viewport
        clip = Box(scrolled.x + in_view.x, scrolled.y + in_view.y, in_view.width, in_view.height)
    elif full_page:
        width, height = layout.content
        clip = Box(0, 0, min(width, _SIDE_PX_MAX), min(height, _SIDE_PX_MAX))
    data = await tab.call(
        capture_screenshot(image_format, quality, clip), timeout_seconds=_CAPTURE_SECONDS
    )
    shown = clip or layout.viewport
    return Picture(data, round(shown.width), round(shown.height))


async def _box_of(tab: Tab, selector: str) -> Box:
    """Where an element is in the viewport, once scrolled to."""
    box = await _visible_box(tab, selector)
    viewport = (await tab.call(page_layout())).viewport
    if not _is_within(box, viewport):
        box = await _visible_box(tab, selector, scroll=True)
    return box


async def _visible_box(tab: Tab, selector: str, *, scroll: bool = False) -> Box:
    key = await find_node(tab, selector)
    snapshot = await take_snapshot(tab)
    element = next((e for e in snapshot.elements if e.key == key), None)
    if element is None or element.box is None:
        raise TargetNotFound(f"{selector!r} finds nothing visible.", selector=selector)
    if not scroll:
        return element.box
    wants = Wants(enabled=False, hit=False)
    await point_of(tab, element, snapshot, wants, tab.now() + _SCROLL_SECONDS)
    return await _visible_box(tab, selector)


def _is_within(box: Box, viewport: Box) -> bool:
    return (
        box.x >= 0 and box.y >= 0 and box.right <= viewport.width and box.bottom <= viewport.height
    )
