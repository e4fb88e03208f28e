"""Where each node is on the page, and whether a user sees it.

Boxes come relative to their document; here they are moved to the top-level viewport through all
frames around them. What is clipped away by `overflow: hidden` for good is not seen; what is only
scrolled out, of a container, a frame or the viewport, is: one can scroll to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cdp_proxy.core.actions.elements import Box
from cdp_proxy.core.actions.nodes import Node

_SCROLLS = frozenset({"auto", "scroll"})
_CLIPS = frozenset({"hidden", "clip"})
_VIEWPORT_TAGS = frozenset({"html", "body"})
"""Their overflow is the viewport's."""
_SHAPES = frozenset({"line", "path", "polyline", "polygon", "rect", "circle", "ellipse"})
"""Of SVG; a level line has no height."""
_EMPTY_CLIPS = frozenset({"rect(0px, 0px, 0px, 0px)", "rect(1px, 1px, 1px, 1px)"})
_EMPTY_CLIP_PATHS = frozenset({"inset(50%)", "inset(100%)"})
_EVERYWHERE = 1e9
_NO_STYLE: Mapping[str, str] = {}


class Clip(NamedTuple):
    """The part of the page that something can be seen in; edges in CSS pixels."""

    left: float = -_EVERYWHERE
    top: float = -_EVERYWHERE
    right: float = _EVERYWHERE
    bottom: float = _EVERYWHERE

    def cut(self, box: Box) -> Box | None:
        """What is left of a box; the very same if that is all of it, whatever the rounding."""
        if (
            self.left <= box.x
            and self.top <= box.y
            and box.x + box.width <= self.right
            and box.y + box.height <= self.bottom
        ):
            return box
        left, top = max(self.left, box.x), max(self.top, box.y)
        right, bottom = min(self.right, box.right), min(self.bottom, box.bottom)
        if right < left or bottom < top:
            return None
        return Box(left, top, right - left, bottom - top)


_ALL = Clip()
_NONE = Clip(0.0, 0.0, -1.0, -1.0)


class Surroundings(NamedTuple):
    """What a node's descendants inherit."""

    x: float
    y: float
    """The document's top left corner in the top-level viewport."""
    frame: Box | None
    """The part of the top-level viewport that the frame takes; None for the page's own."""
    visible: bool
    """CSS `visibility`."""
    opaque: bool
    """No `opacity: 0` so far."""
    clip: Clip
    """For what is in flow."""
    outer_clip: Clip
    """For what is positioned absolutely: that of the containing block."""


_TOP = Surroundings(0.0, 0.0, None, True, True, _ALL, _ALL)


class Placing:
    """The places of all nodes of a page."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        """`nodes` in reading order, the page's own document first."""
        self.boxes: dict[Node, Box] = {}
        """Of what is laid out, also where it is not seen."""
        self.painted: set[Node] = set()
        """What is seen itself; text included."""
        self.shown: set[Node] = set()
        """What is seen, or has something within that is."""
        self._below: dict[Node, Surroundings] = {}
        for node in nodes:
            self._place(node)
        for node in reversed(nodes):
            if node in self.painted or any(child in self.shown for child in node.children):
                self.shown.add(node)
                if node not in self.painted:
                    self._enclose(node)

    def _place(self, node: Node) -> None:
        if node.tag == "#document":
            self._below[node] = self._document_surroundings(node)
            return
        around = self._below[node.parent] if node.parent is not None else _TOP
        style = node.style
        if style:
            around = _styled(style, around)
        if node.bounds is not None:
            x, y, width, height = node.bounds
            box = self.boxes[node] = Box(x + around.x, y + around.y, width, height)
            if around.visible and around.opaque and _is_seen(node, box, around.clip):
                self.painted.add(node)
            if style:
                around = _within(node, style, box, around)
        self._below[node] = around

    def _document_surroundings(self, document: Node) -> Surroundings:
        scroll_x, scroll_y = document.document.scroll
        owner = document.parent
        if owner is None:
            corner = _ALL._replace(left=-scroll_x, top=-scroll_y)
            return Surroundings(-scroll_x, -scroll_y, None, True, True, corner, corner)
        if owner not in self.painted:
            return Surroundings(0.0, 0.0, None, False, False, _NONE, _NONE)
        inner = _content_box(self.boxes[owner], owner.style or _NO_STYLE)
        outer = self._below[owner].frame
        visible_part = _clip_of(outer).cut(inner) if outer is not None else inner
        x, y = inner.x - scroll_x, inner.y - scroll_y
        corner = _ALL._replace(left=x, top=y)
        return Surroundings(x, y, visible_part or inner, True, True, corner, corner)

    def _enclose(self, node: Node) -> None:
        """Give what is not painted itself the box around what is within."""
        boxes = [self.boxes[child] for child in node.children if child in self.shown]
        if boxes:
            left, top = min(box.x for box in boxes), min(box.y for box in boxes)
            right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
            self.boxes[node] = Box(left, top, right - left, bottom - top)

    def visible_box(self, node: Node) -> Box | None:
        """A node's box, without what the frames around it cut off; all of it if that is all."""
        box = self.boxes.get(node)
        frame = self._below[node].frame
        if box is None or frame is None:
            return box
        return _clip_of(frame).cut(box) or box


def _styled(style: Mapping[str, str], around: Surroundings) -> Surroundings:
    """What a node with a style of its own is in; most change nothing."""
    visible = style.get("visibility", "visible") == "visible"
    opaque = around.opaque and not _is_vanished(style)
    clip = _clip_for(style.get("position"), around)
    if visible == around.visible and opaque == around.opaque and clip is around.clip:
        return around
    return around._replace(visible=visible, opaque=opaque, clip=clip)


def _is_vanished(style: Mapping[str, str]) -> bool:
    """Transparent, or clipped to nothing as texts for screen readers are."""
    return (
        style.get("opacity") == "0"
        or (style.get("clip") in _EMPTY_CLIPS and style.get("position") in {"absolute", "fixed"})
        or style.get("clip-path") in _EMPTY_CLIP_PATHS
    )


def _clip_for(position: str | None, around: Surroundings) -> Clip:
    if position == "fixed":
        return _ALL
    return around.outer_clip if position == "absolute" else around.clip


def _is_seen(node: Node, box: Box, clip: Clip) -> bool:
    if node.tag == "#text" and not (node.text or "").strip():
        return False
    if box.width <= 0 and box.height <= 0:
        return False
    if (box.width <= 0 or box.height <= 0) and node.tag not in _SHAPES:
        return False
    left = clip.cut(box)
    if left is None:
        return False
    return left == box or (left.width > 1 and left.height > 1)


def _within(node: Node, style: Mapping[str, str], box: Box, around: Surroundings) -> Surroundings:
    """What a laid out node's descendants are in."""
    clip = around.clip
    if node.tag not in _VIEWPORT_TAGS:
        clip = _inner_clip(style, box, clip)
    positioned = style.get("position", "static") != "static"
    outer_clip = clip if positioned else around.outer_clip
    if clip is around.clip and outer_clip is around.outer_clip:
        return around
    return around._replace(clip=clip, outer_clip=outer_clip)


def _inner_clip(style: Mapping[str, str], box: Box, clip: Clip) -> Clip:
    across, down = style.get("overflow-x"), style.get("overflow-y")
    if across in _SCROLLS or down in _SCROLLS:
        # All of it can be scrolled to, if there is any of the container to be seen.
        seen = clip.cut(box)
        return _ALL if seen is not None and seen.width > 1 and seen.height > 1 else _NONE
    if across not in _CLIPS and down not in _CLIPS:
        return clip
    left, right = (box.x, box.right) if across in _CLIPS else (-_EVERYWHERE, _EVERYWHERE)
    top, bottom = (box.y, box.bottom) if down in _CLIPS else (-_EVERYWHERE, _EVERYWHERE)
    return Clip(
        max(clip.left, left), max(clip.top, top), min(clip.right, right), min(clip.bottom, bottom)
    )


def _clip_of(box: Box) -> Clip:
    return Clip(box.x, box.y, box.right, box.bottom)


def _content_box(box: Box, style: Mapping[str, str]) -> Box:
    left, top, right, bottom = (
        _pixels(style, (f"border-{side}-width", f"padding-{side}"))
        for side in ("left", "top", "right", "bottom")
    )
    width, height = box.width - left - right, box.height - top - bottom
    return Box(box.x + left, box.y + top, max(width, 0.0), max(height, 0.0))


def _pixels(style: Mapping[str, str], names: Iterable[str]) -> float:
    values = (style.get(name, "") for name in names)
    return sum(float(value.removesuffix("px")) for value in values if value.endswith("px"))
