"""From a target in words to the elements that it may mean.

1. Whatever has the words among its names is a hit (`view.View.called`).
2. A hit stands for the row, dialog or item it is in, or for the control that it labels.
3. Each is weighed: words, kind, method and qualities multiply.
4. What amounts to the same thing (an icon and its button, a label and its box) becomes one.
5. Where it is said to be narrows the rest.
6. Those that lead within `MARGIN` are the answer: one, or a tie that is not for us to break.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from cdp_proxy.core.actions.resolver import (
    comparisons,
    kinds,
    methods,
    qualities,
    relations,
    traits,
)
from cdp_proxy.core.actions.resolver.names import IDENTIFIER
from cdp_proxy.core.actions.resolver.view import Replayed, View
from cdp_proxy.core.actions.resolver.words import COVERAGE, LITERAL, PHRASE, Needle, fold
from cdp_proxy.core.actions.steps import Kind, Method, Relation, Target

MARGIN = 0.06
"""Scores closer than this are a tie. It is less than any difference that means something (a plain
text for a control, a link for a button, part of a name for all of it) and more than those that do
not (where the words were found, how long the rest of the name is)."""
EVERY_MARGIN = 0.1
"""The same for *every*: shades of a colour are to be among those of the colour."""
EXACT = PHRASE + COVERAGE
"""A hit above this has all of the words and no others."""
ELEVATED = 0.97
"""What a row or a dialog is worth of the best thing in it that has the words."""
ANY_KIND = 0.8
"""What something of another kind is worth, when nothing of the kind that was said is there."""


_LOOKING = frozenset({Method.WAIT_FOR, Method.WAIT_GONE, Method.SCROLL_TO})
"""Methods that what is only read is a target of as much as what is operated."""


class Candidate(NamedTuple):
    """An element that may be meant."""

    ref: int
    score: float
    words: float
    """How well its name alone fits, before kind and method were weighed."""


def find(target: Target, method: Method, view: View, *, as_anchor: bool = False) -> list[int]:
    """`ref`s of what a target may mean.

    Args:
        as_anchor: others are sought in relation to it: which of a tie it is may be for them to say.

    Returns:
        One; none; all that are tied; or, for `target.every`, all that are meant.

    Raises:
        AnchorNotFound: what the target is said to stand in relation to is not there.
    """
    key = ("found", target, method, as_anchor)
    return view.once(key, lambda: _find(target, method, view, as_anchor=as_anchor))


def _find(target: Target, method: Method, view: View, *, as_anchor: bool) -> list[int]:
    anchors = _anchors(target, view)
    for attempt in _attempts(target, method, view):
        candidates = _narrowed(attempt, target, anchors, view)
        refs = _chosen(candidates, target, anchors, view) if candidates else []
        if refs:
            return refs if as_anchor or target.every else _preferring(refs, target, method, view)
    return []


class AnchorNotFound(Exception):
    """What a target is said to be in or near is not on the page."""

    def __init__(self, anchor: Target) -> None:
        super().__init__(anchor.text)
        self.anchor = anchor


def _anchors(target: Target, view: View) -> list[int]:
    """What `target.relation` refers to; all of a tie, for the target may tell which."""
    if target.anchor is None or target.relation is None:
        return []
    found = find(target.anchor, Method.WAIT_FOR, view, as_anchor=True)
    if not found:
        raise AnchorNotFound(target.anchor)
    return found


def _attempts(target: Target, method: Method, view: View) -> Iterable[list[Candidate]]:
    """Candidates by ever more lenient readings of the words; the first that leave any are taken.

    Where the target is, and which of several, is not looked at yet.
    """
    anywhere = replace(target, ordinal=None, every=False, relation=None, anchor=None)
    key = ("attempts", anywhere, method)
    return view.once(key, lambda: Replayed(_readings(anywhere, method, view)))


def _readings(target: Target, method: Method, view: View) -> Iterator[list[Candidate]]:
    if not target.text:
        yield from _by_kind_alone(target, method, view)
        return
    needle = Needle(target.text)
    yield _literally(needle, target, method, view)
    hits = view.called(needle)
    called = _weighed(hits, target, method, view)
    if any(candidate.words > EXACT for candidate in called):
        yield called
    resembling = view.nearly_called(needle)
    alike = {ref: worth for ref, worth in resembling.items() if worth > EXACT}
    if not alike and not _are_names(called):
        yield _of_sort(needle.folded, target, method, view)
    yield _merged(called, _weighed(alike, target, method, view))
    if target.kind is not Kind.ELEMENT:
        yield _of_any_kind({**alike, **hits}, target, method, view)
    if target.text in target.qualities:  # *the password field*, which may be called anything
        yield from _by_kind_alone(replace(target, text=""), method, view)
    if not target.quoted:
        yield _weighed(resembling, target, method, view)


def _by_kind_alone(target: Target, method: Method, view: View) -> Iterator[list[Candidate]]:
    """Of a target that has no name: what is of the kind, then what some people call so."""
    for least in (kinds.PROPER, kinds.LOOSE):
        like = _looking_like(target, _of_kind(target.kind, least, view), view)
        yield _weighed(dict.fromkeys(like, LITERAL), target, method, view)
    if target.kind is Kind.ITEM and any(map(qualities.is_seen, target.qualities)):
        anything = replace(target, kind=Kind.ELEMENT)  # *A red item* may be any red thing.
        like = _looking_like(target, range(len(view.elements)), view)
        yield _weighed(dict.fromkeys(like, LITERAL), anything, method, view)


def _looking_like(target: Target, refs: Iterable[int], view: View) -> Iterable[int]:
    """Those of the colour or shape that is said, if one is: it rules most out, and is cheap."""
    look = next(filter(qualities.is_seen, target.qualities), None)
    if look is None:
        return refs
    return [ref for ref in refs if qualities.fit(view.elements[ref], look, view)]


def _literally(needle: Needle, target: Target, method: Method, view: View) -> list[Candidate]:
    """What is called by all that was said, and by nothing else."""
    if not target.quoted:
        return _called_with_kind(target, method, view)
    same = view.called(needle, exactly=True)
    exact = {ref: worth for ref, worth in same.items() if worth > EXACT}
    return _weighed(exact, target, method, view)


def _of_kind(kind: Kind, least: float, view: View) -> list[int]:
    """All of a kind; rows that hold headings only are not counted as rows."""
    like = [element.ref for element in view.elements if kinds.fit(element, kind) >= least]
    return [ref for ref in like if kind is not Kind.ROW or not view.is_header_row(ref)]


def _called_with_kind(target: Target, method: Method, view: View) -> list[Candidate]:
    """What is operated and called by all that was said: the button *Reset form* is no form."""
    if method in _LOOKING or target.kind is Kind.ELEMENT:
        return []
    whole = Needle(f"{target.text} {target.kind.value}")
    exact = {ref: worth for ref, worth in view.called(whole, exactly=True).items() if worth > EXACT}
    named = Target(text=whole.raw, qualities=target.qualities)
    return [c for c in _weighed(exact, named, method, view) if _operates(c.ref, view)]


def _are_names(candidates: list[Candidate]) -> bool:
    """Whether any has the words where users see them, not only in a class or an id."""
    return any(candidate.words > IDENTIFIER for candidate in candidates)


def _of_sort(word: str, target: Target, method: Method, view: View) -> list[Candidate]:
    """What is of the sort that a word means in HTML or ARIA (*textarea*, *radio*, *button*)."""
    if target.kind is not Kind.ELEMENT:
        return []
    like = [element.ref for element in view.elements if word in traits.sorts(element)]
    return _weighed(dict.fromkeys(like, LITERAL), replace(target, text=""), method, view)


def _of_any_kind(
    hits: dict[int, float], target: Target, method: Method, view: View
) -> list[Candidate]:
    exact = {ref: worth * ANY_KIND for ref, worth in hits.items() if worth > EXACT}
    loose = Target(text=target.text, qualities=target.qualities)
    return _weighed(exact, loose, method, view)


def _merged(*lists: list[Candidate]) -> list[Candidate]:
    best: dict[int, Candidate] = {}
    for candidate in (candidate for candidates in lists for candidate in candidates):
        known = best.get(candidate.ref)
        if known is None or candidate.score > known.score:
            best[candidate.ref] = candidate
    return sorted(best.values())


def _weighed(hits: dict[int, float], target: Target, method: Method, view: View) -> list[Candidate]:
    """What the hits come down to, each once, in reading order."""
    found: list[Candidate] = []
    for hit, words in hits.items():
        for ref, worth in _meant_by(hit, target, method, view):
            if not methods.is_reachable(view.elements[ref], method):
                continue
            if words <= EXACT and _only_mentions(ref, target, method, view):
                continue
            kind = max(
                kinds.fit(view.elements[ref], target.kind),
                kinds.fit(view.elements[hit], target.kind),
            )
            score = words * worth * kind * methods.fit(view.elements[ref], method)
            score = score and score * _qualities_fit(hit, ref, target, view)
            if score:
                found.append(Candidate(ref, score, words))
    return _merged(found)


def _only_mentions(ref: int, target: Target, method: Method, view: View) -> bool:
    """Whether it is prose in which the words happen to occur, of no use to who wants to click."""
    if target.kind is not Kind.ELEMENT or method not in methods.CLICKING:
        return False
    return bool(target.text) and not _operates(ref, view)


def _meant_by(hit: int, target: Target, method: Method, view: View) -> Iterator[tuple[int, float]]:
    """What a hit may stand for, and how much of its worth that has."""
    element = view.elements[hit]
    if target.text and target.kind in kinds.CONTAINERS and not kinds.fit(element, target.kind):
        holder = _holder(hit, target.kind, view)
        if holder is None:
            return
        hit, worth = holder, ELEVATED
    else:
        worth = 1.0
    need = methods.needed(method, target.kind)
    if need is None or need(view.elements[hit]):
        yield methods.acted_on(hit, method, view), worth
        return
    control = view.control_of(hit, need) if target.text else None
    if control is not None:
        yield control, worth * methods.BY_PLACE
    if methods.fit(view.elements[hit], method) > 0:
        yield methods.acted_on(hit, method, view), worth


def _holder(hit: int, kind: Kind, view: View) -> int | None:
    return next((ref for ref in view.around(hit) if kinds.fit(view.elements[ref], kind)), None)


def _qualities_fit(hit: int, ref: int, target: Target, view: View) -> float:
    fit = 1.0
    for quality in target.qualities:
        seen = qualities.fit(view.elements[ref], quality, view)
        if hit != ref:
            seen = max(seen, qualities.fit(view.elements[hit], quality, view))
        fit *= seen
    return fit


def _narrowed(
    candidates: list[Candidate], target: Target, anchors: list[int], view: View
) -> list[Candidate]:
    """Those that are where they are said to be; in the open modal dialog if any is."""
    if target.relation and anchors:
        refs = [candidate.ref for candidate in candidates]
        placed = relations.apply(target.relation, anchors, refs, view)
        candidates = [candidate for candidate in candidates if candidate.ref in placed]
    on_top = [candidate for candidate in candidates if candidate.ref in view.modals]
    if on_top and _is_exact(on_top) >= _is_exact(candidates):
        return on_top
    return candidates


def _is_exact(candidates: list[Candidate]) -> bool:
    return any(candidate.words > EXACT for candidate in candidates)


def _chosen(
    candidates: list[Candidate], target: Target, anchors: list[int], view: View
) -> list[int]:
    leading = _leading(candidates, EVERY_MARGIN if target.every else MARGIN)
    refs = _distinct([candidate.ref for candidate in leading], target, view)
    refs = comparisons.among(refs, target.qualities, view)
    if target.every:
        return refs
    if target.ordinal is not None:
        everyone = _distinct([candidate.ref for candidate in candidates], target, view)
        return _nth(target, refs, everyone, anchors, view)
    if target.relation and anchors and target.relation is not Relation.WITHIN:
        distances = relations.apply(target.relation, anchors, refs, view)
        refs = relations.nearest(target.relation, refs, distances)
    literal = {candidate.ref for candidate in leading if candidate.words == LITERAL}
    refs = [ref for ref in refs if ref in literal] or refs
    return refs[:1] if "any" in target.qualities else refs


def _leading(candidates: list[Candidate], margin: float) -> list[Candidate]:
    best = max(candidate.score for candidate in candidates)
    return [candidate for candidate in candidates if candidate.score > best - margin]


def _nth(
    target: Target, leading: list[int], everyone: list[int], anchors: list[int], view: View
) -> list[int]:
    """The one an ordinal means: among those that lead or, if they are too few, among all."""
    ordinal = target.ordinal or 1
    refs = leading if len(leading) >= abs(ordinal) else everyone
    if target.relation in relations.DIRECTIONS and anchors:
        distances = relations.apply(target.relation, anchors, refs, view)
        refs = sorted(refs, key=lambda ref: (distances[ref], ref))
    if not 0 < abs(ordinal) <= len(refs):
        return []
    return [refs[ordinal - 1 if ordinal > 0 else ordinal]]


def _distinct(refs: list[int], target: Target, view: View) -> list[int]:
    """Of things one inside another, the one to act on: the innermost that can be operated.

    Without words, of rows in rows and items in items it is the outermost: they are what one counts.
    """
    outermost = not target.text and target.kind in kinds.CONTAINERS
    key = ("distinct", outermost, tuple(refs))
    return view.once(key, lambda: _without_nested(refs, view, outermost=outermost))


def _without_nested(refs: list[int], view: View, *, outermost: bool) -> list[int]:
    members, dropped = set(refs), set()
    for inner in refs:
        for outer in view.around(inner):
            if outer in members:
                dropped.add(inner if outermost or _rules(outer, inner, view) else outer)
        labelled = view.labelled_control(inner)
        if labelled != inner and labelled in members:
            dropped.add(inner)
    return [ref for ref in refs if ref not in dropped]


def _rules(outer: int, inner: int, view: View) -> bool:
    return _operates(outer, view) > _operates(inner, view)


def _operates(ref: int, view: View) -> int:
    element = view.elements[ref]
    return 2 * traits.is_control(element) or int(element.interactive)


def _preferring(refs: list[int], target: Target, method: Method, view: View) -> list[int]:
    """Fewer of a tie, by what anyone would go by who sees the page; still a tie if that fails."""
    preferences: tuple[Callable[[int], bool], ...] = (
        lambda ref: ref in view.dialogs,
        lambda ref: "disabled" not in view.elements[ref].states,
        lambda ref: methods.is_due(view.elements[ref], method),
        lambda ref: _in_view(ref, view),
        lambda ref: _is_named_for_kind(ref, target, view),
    )
    for prefers in preferences:
        if len(refs) > 1:
            refs = [ref for ref in refs if prefers(ref)] or refs
    destinations = {view.elements[ref].attributes.get("href") for ref in refs}
    if len(destinations) == 1 and None not in destinations:
        return refs[:1]  # Links to one place: whichever.
    return refs


def _is_named_for_kind(ref: int, target: Target, view: View) -> bool:
    """*The section* is rather the one called *Section 2* than the one called *Summary*."""
    if target.text or target.kind is Kind.ELEMENT:
        return False
    element = view.elements[ref]
    return f" {target.kind.value} " in f" {fold(element.name or element.text)} "


def _in_view(ref: int, view: View) -> bool:
    box, viewport = view.elements[ref].box, view.snapshot.viewport
    if box is None:
        return False
    x, y = box.center
    return viewport.x <= x <= viewport.right and viewport.y <= y <= viewport.bottom
