"""Words that only mean something among several: *large*, *leftmost*, *tall*."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cdp_proxy.core.actions.elements import Box
from cdp_proxy.core.actions.resolver import traits
from cdp_proxy.core.actions.resolver.view import View

_SIZES_DIFFER = 1.2
"""Larger to smaller measure, from which people tell a large thing from a small one."""
_SUPERLATIVE = "est"
_IN_LINE_PX = 10.0
"""Centres this close together are in one row or column."""
_SVG_TEXTS = frozenset({"text", "tspan"})
_NOWHERE = Box(0, 0, 0, 0)

Measure = Callable[[Box], float]


def _area(box: Box) -> float:
    return box.width * box.height


def _width(box: Box) -> float:
    return box.width


def _height(box: Box) -> float:
    return box.height


def _longer_side(box: Box) -> float:
    return max(box.width, box.height)


_LARGE: Mapping[str, Measure] = {
    **dict.fromkeys(("large", "big", "larger", "bigger", "largest", "biggest", "huge"), _area),
    **dict.fromkeys(("long", "longer", "longest"), _longer_side),
    **dict.fromkeys(("tall", "taller", "tallest"), _height),
    **dict.fromkeys(("wide", "wider", "widest"), _width),
}
_SMALL: Mapping[str, Measure] = {
    **dict.fromkeys(("small", "little", "tiny", "smaller", "smallest"), _area),
    **dict.fromkeys(("short", "shorter", "shortest"), _longer_side),
    **dict.fromkeys(("narrow", "narrower", "narrowest"), _width),
}
_EDGES: Mapping[str, Measure] = {
    **dict.fromkeys(("left", "leftmost"), lambda box: box.center[0]),
    **dict.fromkeys(("right", "rightmost"), lambda box: -box.center[0]),
    **dict.fromkeys(("top", "upper", "topmost"), lambda box: box.center[1]),
    **dict.fromkeys(("bottom", "lower", "bottommost"), lambda box: -box.center[1]),
}
"""What is the least for whatever is farthest that way."""
_MIDDLE = frozenset({"middle", "center", "central"})
WORDS = frozenset({*_LARGE, *_SMALL, *_EDGES, *_MIDDLE, "medium"})
"""All words that this module knows."""


def among(refs: Sequence[int], qualities: Sequence[str], view: View) -> list[int]:
    """Those of some elements that are as large, or as far left, as the qualities say.

    Words that no difference between them corresponds to leave them as they are.
    """
    left = list(refs)
    for quality in qualities:
        if quality in _LARGE or quality in _SMALL:
            left = _sized(left, quality, view) or left
        elif quality in _EDGES:
            left = _outermost(left, _EDGES[quality], view)
        elif quality in _MIDDLE or quality == "medium":
            left = _middle(left, by_size=quality == "medium", view=view)
    return left


def _box(ref: int, view: View) -> Box:
    return view.elements[ref].box or _NOWHERE


def _sized(refs: list[int], quality: str, view: View) -> list[int]:
    """By their kin: the others and, of a shape, all beside it (it may be the only large circle)."""
    measure = _LARGE.get(quality) or _SMALL[quality]
    if measure is _area and all(view.elements[ref].tag in _SVG_TEXTS for ref in refs):
        measure = _height  # An *i* is no smaller than an *m*.
    kin = {other: measure(_box(other, view)) for ref in refs for other in (ref, *_kin(ref, view))}
    largest, smallest = max(kin.values(), default=0.0), min(kin.values(), default=0.0)
    if largest <= smallest * _SIZES_DIFFER:
        return refs
    if quality.endswith(_SUPERLATIVE):
        extreme = (max if quality in _LARGE else min)(kin[ref] for ref in refs)
        return [ref for ref in refs if kin[ref] == extreme]
    between = (largest * max(smallest, 1.0)) ** 0.5
    return [ref for ref in refs if (kin[ref] > between) == (quality in _LARGE)]


def _kin(ref: int, view: View) -> list[int]:
    element = view.elements[ref]
    if element.parent is None or element.tag not in traits.SVG_SHAPES:
        return []
    siblings = view.snapshot.children.get(element.parent, ())
    sort = _SVG_TEXTS if element.tag in _SVG_TEXTS else traits.SVG_SHAPES - _SVG_TEXTS
    return [other for other in siblings if view.elements[other].tag in sort]


def _outermost(refs: list[int], measure: Measure, view: View) -> list[int]:
    least = min((measure(_box(ref, view)) for ref in refs), default=0.0)
    return [ref for ref in refs if measure(_box(ref, view)) <= least + _IN_LINE_PX]


def _middle(refs: list[int], *, by_size: bool, view: View) -> list[int]:
    """The one with as many on either side; all of them if there is none."""
    if len(refs) % 2 == 0:
        return refs
    boxes = [_box(ref, view) for ref in refs]
    if by_size:
        ordered = sorted(refs, key=lambda ref: _area(_box(ref, view)))
    else:
        across = max(box.x for box in boxes) - min(box.x for box in boxes)
        down = max(box.y for box in boxes) - min(box.y for box in boxes)
        axis = 0 if across >= down else 1
        ordered = sorted(refs, key=lambda ref: _box(ref, view).center[axis])
    return [ordered[len(ordered) // 2]]
