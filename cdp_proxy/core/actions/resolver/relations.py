"""Where things are, seen from others: in them, next to them, above, after them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cdp_proxy.core.actions.elements import Box, Element
from cdp_proxy.core.actions.resolver.view import View
from cdp_proxy.core.actions.steps import Relation

_OFF_LINE = 3.0
"""How much farther a pixel across the line of sight counts than one along it: people look along
lines and columns."""
_OVERLAP = 0.5
"""Share of the smaller one by which two boxes may overlap and one still be above the other."""
_CLEARLY = 1.25
"""How many times farther the next one must be for the first to be *the* near one."""
_CLEARLY_PX = 4.0
_HEADING_TAGS = {f"h{level}": level for level in range(1, 7)}
_DEFAULT_LEVEL = 2

_IN_ORDER = frozenset({Relation.AFTER, Relation.BEFORE})
"""Relations in which one is always the next."""

DIRECTIONS = frozenset(Relation) - {Relation.WITHIN, Relation.NEAR}
"""Relations that order what they apply to by distance."""


def apply(
    relation: Relation, anchors: Sequence[int], refs: Sequence[int], view: View
) -> dict[int, float]:
    """Those of `refs` that stand in a relation to one of the anchors, and how far off each is.

    The distance is in pixels or in elements and compares within one answer only; it is 0 for all
    that are within.
    """
    if relation is Relation.WITHIN:
        return dict.fromkeys(_within(anchors, refs, view), 0.0)
    if relation is Relation.NEAR:
        return _near(anchors, refs, view)
    distances: dict[int, float] = {}
    for anchor in anchors:
        for ref in refs:
            far = _distance(relation, anchor, ref, view)
            if far is not None:
                distances[ref] = min(far, distances.get(ref, far))
    return distances


def nearest(relation: Relation, refs: Iterable[int], distances: dict[int, float]) -> list[int]:
    """The one that is clearly nearest, or those that are about as near."""
    ordered = sorted(refs, key=lambda ref: distances[ref])
    if not ordered or relation in _IN_ORDER:
        return ordered[:1]
    reach = max(distances[ordered[0]] * _CLEARLY, distances[ordered[0]] + _CLEARLY_PX)
    return [ref for ref in ordered if distances[ref] < reach]


def _within(anchors: Sequence[int], refs: Sequence[int], view: View) -> list[int]:
    """What an anchor contains, controls, or is the heading of; else what shares its place."""
    inside = [ref for ref in refs if any(view.contains(anchor, ref) for anchor in anchors)]
    if inside:
        return inside
    regions = [region for anchor in anchors for region in _controlled(anchor, view)]
    if regions:
        inside = [ref for ref in refs if any(view.contains(region, ref) for region in regions)]
    if not inside:
        inside = [ref for ref in refs if any(_heads(anchor, ref, view) for anchor in anchors)]
    return inside or _sharing(anchors, refs, view)


def _controlled(anchor: int, view: View) -> list[int]:
    element = view.elements[anchor]
    identifiers = element.attributes.get("aria-controls", "").split()
    found = (view.by_id(element.frame_id, identifier) for identifier in identifiers)
    return [ref for ref in found if ref is not None]


def _heads(anchor: int, ref: int, view: View) -> bool:
    """Whether the anchor is the last heading of its level, or a higher one, before an element."""
    level = _heading_level(view.elements[anchor])
    if level is None or ref <= anchor:
        return False
    between = (_heading_level(view.elements[other]) for other in range(anchor + 1, ref))
    return all(other is None or other > level for other in between)


def _heading_level(element: Element) -> int | None:
    if element.tag in _HEADING_TAGS:
        return _HEADING_TAGS[element.tag]
    if element.role != "heading":
        return None
    level = element.attributes.get("aria-level", "")
    return int(level) if level.isdigit() else _DEFAULT_LEVEL


def _sharing(anchors: Sequence[int], refs: Sequence[int], view: View) -> list[int]:
    """What is in the smallest surroundings that an anchor shares with any of them."""
    shared = {
        ref: min(view.sizes[view.meeting_point(anchor, ref)] for anchor in anchors)
        for ref in refs
        if ref not in anchors
    }
    smallest = min(shared.values(), default=0)
    if smallest == len(view.elements):
        return []  # Only the page itself: that says nothing.
    return [ref for ref, size in shared.items() if size == smallest]


def _near(anchors: Sequence[int], refs: Sequence[int], view: View) -> dict[int, float]:
    """The named thing itself or what contains it, else what shares the smallest surroundings."""
    named = set(anchors) | {view.labelled_control(anchor) for anchor in anchors}
    same = [
        ref for ref in refs if ref in named or any(view.contains(ref, anchor) for anchor in anchors)
    ]
    if same:
        return dict.fromkeys(same, 0.0)
    shared = {
        ref: min(view.sizes[view.meeting_point(anchor, ref)] for anchor in anchors) for ref in refs
    }
    smallest = min(shared.values(), default=0)
    distances: dict[int, float] = {}
    for ref, size in shared.items():
        gaps = [_gap(view.elements[anchor].box, view.elements[ref].box) for anchor in anchors]
        if size == smallest and None not in gaps:
            distances[ref] = min(gap for gap in gaps if gap is not None)
    return distances


def _gap(one: Box | None, other: Box | None) -> float | None:
    if one is None or other is None:
        return None
    across = max(one.x - other.right, other.x - one.right, 0.0)
    return across + _OFF_LINE * abs(one.center[1] - other.center[1])


def _distance(relation: Relation, anchor: int, ref: int, view: View) -> float | None:
    """How far an element is from the anchor, in the relation's direction; None if it is not."""
    if ref == anchor or view.contains(anchor, ref) or view.contains(ref, anchor):
        return None
    if relation is Relation.AFTER:
        return float(ref - anchor) if ref > anchor else None
    if relation is Relation.BEFORE:
        return float(anchor - ref) if ref < anchor else None
    here, there = view.elements[anchor].box, view.elements[ref].box
    if here is None or there is None:
        return None
    if relation in {Relation.LEFT_OF, Relation.RIGHT_OF}:
        here, there = _turned(here), _turned(there)
    if relation in {Relation.ABOVE, Relation.LEFT_OF}:
        here, there = there, here
    return _below(here, there)


def _turned(box: Box) -> Box:
    return Box(box.y, box.x, box.height, box.width)


def _below(upper: Box, lower: Box) -> float | None:
    """How far one box is below another, sideways steps counted more; None if it is not below."""
    gap = lower.y - upper.bottom
    if gap < -_OVERLAP * min(upper.height, lower.height) or lower.center[1] <= upper.center[1]:
        return None
    aside = max(upper.x - lower.right, lower.x - upper.right, 0.0)
    return max(gap, 0.0) + _OFF_LINE * aside
