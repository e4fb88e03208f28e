"""What the readers of clauses share: a clause, what was spoken of before, how to say steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cdp_proxy.core.actions.instruction.clauses import Clause
from cdp_proxy.core.actions.instruction.lists import items
from cdp_proxy.core.actions.instruction.relations import MARKERS, segments
from cdp_proxy.core.actions.instruction.targets import read_target
from cdp_proxy.core.actions.instruction.tokens import Words
from cdp_proxy.core.actions.steps import Kind, Method, Relation, Step, Target

INSTRUMENTS = frozenset(
    {Kind.FIELD, Kind.LIST, Kind.SLIDER, Kind.SPINNER, Kind.DATE, Kind.FILE, Kind.RADIO}
)
"""What takes a value itself, rather than being a place for something that does."""


@dataclass(frozen=True)
class Context:
    """One clause to be read."""

    clause: Clause
    previous: Target | None
    """What *it* stands for."""

    @property
    def words(self) -> Words:
        """What follows the verb."""
        return self.clause.words

    def target(self, words: Words, expected: Kind = Kind.ELEMENT) -> Target:
        """Read one thing; where nothing else is said it is in the clause's setting."""
        target = read_target(words, expected, self.previous)
        setting = self.setting()
        if setting is None or target.relation is not None:
            return target
        relation, anchor = setting
        return replace(target, relation=relation, anchor=anchor)

    def targets(self, words: Words, expected: Kind = Kind.ELEMENT) -> list[Target]:
        """Read an enumeration of things; a kind and a place said once are of all of them."""
        parts = items(words)
        if any(len(segments(part)) > 1 for part in parts[:-1]):
            parts = [words]
        found = [self.target(part, expected) for part in parts]
        if len(found) == 1:
            return found
        kinds = [target.kind for target in (found[-1], found[0]) if target.kind is not expected]
        kind = kinds[0] if kinds else expected
        relation, anchor = found[-1].relation, found[-1].anchor
        return [
            replace(
                target,
                kind=kind if target.kind is expected else target.kind,
                relation=target.relation or relation,
                anchor=target.anchor or anchor,
            )
            for target in found
        ]

    def instrument(self) -> Target | None:
        """The control that is the setting: *using the slider, …*, *in the Name field, …*."""
        setting = self.setting()
        return setting[1] if setting is not None and setting[1].kind in INSTRUMENTS else None

    def setting(self) -> tuple[Relation, Target] | None:
        """Where the clause says that it takes place: *in the dialog, …*."""
        words = self.clause.setting
        if words is None:
            return None
        marker = MARKERS.at(words, 0)
        relation = (marker[1].relation if marker else None) or Relation.WITHIN
        return relation, read_target(words[marker[0] if marker else 0 :], previous=self.previous)

    def step(
        self,
        method: Method,
        target: Target | None = None,
        arguments: Iterable[str] = (),
        destination: Target | None = None,
    ) -> Step:
        """A step of this clause."""
        return Step(
            method=method,
            target=target,
            arguments=tuple(arguments),
            destination=destination,
            source=self.clause.source,
        )
