"""Finding what a schema wants: one fact for each field, or a reason why there is none.

A value is taken only when one fact fits better than every other that says something else. Facts are
weighed by how alike label and name are and by how the label is known (`facts.Source`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter, itemgetter
from typing import Final

from cdp_proxy.core.actions.extraction import arrays, validation, values
from cdp_proxy.core.actions.extraction.capture import Match
from cdp_proxy.core.actions.extraction.facts import Fact, Facts
from cdp_proxy.core.actions.extraction.finding import Finding, nothing
from cdp_proxy.core.actions.extraction.groups import Scope
from cdp_proxy.core.actions.extraction.kinds import kinds
from cdp_proxy.core.actions.extraction.schema import Plan, Want
from cdp_proxy.core.actions.extraction.tree import Node
from cdp_proxy.core.actions.extraction.values import NoValue
from cdp_proxy.core.actions.extraction.words import Query, likeness

SCORE_MIN: Final = 0.5
MARGIN: Final = 0.04
"""A fact this close to the best, known the same way and saying something else, makes a tie."""
CHOICES_MAX: Final = 40
"""Facts tried for one field, the best first."""
WORK_MAX: Final = 200_000
"""Facts tried in all."""
_ASIDE: Final = 0.85
"""What facts in navigation, footers and the like are worth."""
_SELECTED: Final = 1.0
_VAGUE: Final = frozenset({"name", "title", "url", "link", "id", "value", "image", "description"})


@dataclass(frozen=True, slots=True)
class _Choice:
    score: float
    fact: Fact
    value: object


class Finder:
    """Looks for the wants of one plan on one page."""

    def __init__(
        self,
        plan: Plan,
        matches: Sequence[Match],
        facts: Facts,
        aside: Iterable[Node],
        language: str,
    ) -> None:
        """Args are of one reading: `matches` of the plan's selectors, `aside` what is around the
        content (see `main_text`).
        """
        self.matches = matches
        self.facts = facts
        self.language = language
        self._plan = plan
        self._aside = _outermost(aside)
        self._work_left = WORK_MAX

    def look(self, want: Want, scope: Scope) -> Finding:
        """Find a want within a scope."""
        if want.kind == "array":
            return arrays.look(self, want, scope)
        if want.kind == "object":
            return self._object(want, scope)
        return self._scalar(want, scope)

    def selected(self, want: Want, scope: Scope) -> list[Node] | None:
        """What a want's own selector matches within a scope; None when it has no selector."""
        if want.selector is None:
            return None
        return self.matches[want.selector].within(scope.node)

    def no_match(self, want: Want) -> str:
        """Why there is nothing, when a selector matches nothing."""
        assert want.selector is not None  # noqa: S101 -- asked only of wants that have one
        return f"Nothing matches the selector {self._plan.selectors[want.selector].css!r}."

    def choices(self, want: Want, scope: Scope) -> list[tuple[float, Fact]]:
        """Every fact that may be about a want, the likeliest first."""
        known = [(s, f) for s, f in self._about(want.query, scope) if s >= SCORE_MIN]
        known += [(f.source.weight, f) for f in kinds(want, scope)]
        known = [(s * (_ASIDE if self._is_aside(f, scope) else 1.0), f) for s, f in known]
        outside = [(s, f) for s, f in known if not _is_in(f, scope.without)]
        known = outside or known
        known.sort(key=lambda pair: (-pair[0], pair[1].last - pair[1].first, pair[1].first))
        self._work_left -= len(known)
        return known[:CHOICES_MAX] if self._work_left > 0 else []

    def value(self, held: object, want: Want) -> object:
        """What is held, as a want wants it.

        Raises:
            NoValue: it is not of the type, or the schema forbids it.
        """
        if want.attribute is not None:
            said = values.attribute(held, want.attribute) if isinstance(held, Node) else None
            if said is None:
                raise NoValue(f"there is no attribute `{want.attribute}`")
            if values.is_address(want) and isinstance(held, Node):
                said = held.url(said)
            held = said
        value = values.coerce(held, want, self.language)
        for error in validation.errors(value, self._plan.validator.evolve(schema=want.schema)):
            raise NoValue(f"the page says {str(value)[:80]!r}, but {error['reason']}")
        return value

    def _about(self, query: Query, scope: Scope) -> Iterator[tuple[float, Fact]]:
        for known in scope.facts:
            yield likeness(query, known.label) * known.source.weight, known
        yield from self.facts.about(query, scope.node, page=scope.page)

    def is_aside(self, node: Node) -> bool:
        """Whether an element is not of the page's content."""
        return self._is_within_aside(node.index, node.last)

    def _is_within_aside(self, first: int, last: int) -> bool:
        place = bisect_right(self._aside, first, key=itemgetter(0)) - 1
        return place >= 0 and first <= last <= self._aside[place][1]

    def _is_aside(self, known: Fact, scope: Scope) -> bool:
        return scope.page and self._is_within_aside(known.first, known.last)

    def _scalar(self, want: Want, scope: Scope) -> Finding:
        nodes = self.selected(want, scope)
        if nodes is not None:
            return self._of_selected(want, nodes)
        if want.attribute is not None and want.attribute in scope.node.attributes:
            return self._of_selected(want, [scope.node])
        why = ""
        found: list[_Choice] = []
        for score, known in self.choices(want, scope):
            if found and score < found[0].score - MARGIN:
                break
            try:
                found.append(_Choice(score, known, self.value(known.held, want)))
            except NoValue as error:
                why = why or f"For {want.query.shown!r} {error}."
        if not found:
            return nothing(why or _not_named(want, scope))
        rivals = _rivals(found)
        if rivals:
            told = ", ".join(repr(value)[:60] for value in (found[0].value, *rivals[:4]))
            return nothing(f"Several values fit {want.query.shown!r} equally well: {told}.")
        return Finding(found[0].value, found[0].score)

    def _of_selected(self, want: Want, nodes: Sequence[Node]) -> Finding:
        if not nodes:
            return nothing(self.no_match(want))
        try:
            return Finding(self.value(nodes[0], want), _SELECTED)
        except NoValue as error:
            return nothing(f"What the selector matches is not it: {error}.")

    def _object(self, want: Want, scope: Scope) -> Finding:
        nodes = self.selected(want, scope)
        if nodes is not None:
            return self.fill(want, Scope(nodes[0])) if nodes else nothing(self.no_match(want))
        if scope.page and not want.query.name:
            return self.fill(want, scope)
        best = nothing(f"Nothing on the page is called {want.query.shown!r}.")
        for score, known in self.choices(want, scope)[:8]:
            if isinstance(known.held, Node) and any(known.held.elements):
                filled = self.fill(want, Scope(known.held))
                filled.score *= score
                best = max(best, filled, key=lambda finding: finding.score)
        apart = self.fill(_told_apart(want), scope)
        apart.score *= _ASIDE
        return max(best, apart, key=lambda finding: finding.score)

    def fill(self, want: Want, scope: Scope) -> Finding:
        """An object's properties, all within one scope; arrays first, so that what belongs to
        their items is not taken for the object's own.
        """
        findings: dict[str, Finding] = {}
        order = sorted(want.properties, key=lambda name: want.properties[name].kind != "array")
        for name in order:
            findings[name] = self.look(want.properties[name], scope)
            if findings[name].nodes:
                scope = Scope(
                    scope.node, scope.page, scope.facts, (*scope.without, *findings[name].nodes)
                )
        return _assembled(want, findings)


def _outermost(nodes: Iterable[Node]) -> list[tuple[int, int]]:
    """Where elements begin and end, those within others left out, in reading order."""
    ranges: list[tuple[int, int]] = []
    for node in sorted(nodes, key=attrgetter("index")):
        if not ranges or node.index > ranges[-1][1]:
            ranges.append((node.index, node.last))
    return ranges


def _assembled(want: Want, findings: dict[str, Finding]) -> Finding:
    made: dict[str, object] = {}
    whole = Finding(score=sum(f.score for f in findings.values()) / max(len(findings), 1))
    for name in want.properties:
        found = findings[name]
        whole.missing += [((name, *path), why) for path, why in found.missing]
        if found.found:
            made[name] = found.value
        elif name in want.required:
            made[name] = None
    if any(found.found for found in findings.values()) or not findings:
        whole.value = made
        return whole
    return Finding(missing=whole.missing)


def _told_apart(want: Want) -> Want:
    """An object whose properties are looked for all over: *name* of *seller* as *seller name*."""
    made = replace(want, properties={})
    for name, part in want.properties.items():
        query = part.query
        if name.casefold() in _VAGUE:
            query = Query(f"{want.query.name} {name}", context=query.context)
        made.properties[name] = replace(part, query=query)
    return made


def _rivals(found: Sequence[_Choice]) -> list[object]:
    """Other values that are as likely as the best."""
    best = found[0]
    rivals: dict[str, object] = {}
    for other in found[1:]:
        same_way = other.fact.source is best.fact.source
        nested = other.fact.first <= best.fact.first and best.fact.last <= other.fact.last
        if same_way and not nested and not _same(other.value, best.value):
            rivals.setdefault(repr(other.value), other.value)
    return list(rivals.values())


def _same(one: object, other: object) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return one == other


def _is_in(known: Fact, nodes: Sequence[Node]) -> bool:
    return any(node.index <= known.first and known.last <= node.last for node in nodes)


def _not_named(want: Want, scope: Scope) -> str:
    where = "on the page" if scope.page else "there"
    name = want.query.shown
    return f"Nothing {where} is labelled {name!r}." if name else "It has no name to look for."
