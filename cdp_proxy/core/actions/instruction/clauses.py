"""An instruction divided into clauses: one verb each, with the words that belong to it.

1. Sentences, lines, `;` and *then* always end a clause; *and* and commas only where a verb follows
   that has what it needs (so that *Terms and conditions*, *Save and close*, *A, B and C* stay
   whole). Quoted text is never divided.
2. What only opens or closes a clause politely is left out.
3. *In the dialog, click OK*: what a clause begins with, before its verb, is its **setting**.
4. *Click A, then B*: a part without a verb takes the one before.
5. *Expand the sections to find and click X*: the first clause is only a way to the second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from cdp_proxy.core.actions.instruction.courtesy import skip_fillers, verb_at, without_courtesy
from cdp_proxy.core.actions.instruction.deeds import VERBS as DEEDS
from cdp_proxy.core.actions.instruction.deeds import read_deed
from cdp_proxy.core.actions.instruction.errors import not_understood
from cdp_proxy.core.actions.instruction.lexicon import KINDS
from cdp_proxy.core.actions.instruction.relations import MARKERS
from cdp_proxy.core.actions.instruction.tokens import Words
from cdp_proxy.core.actions.instruction.verbs import (
    GERUNDS,
    HARD_CONNECTORS,
    PURPOSE,
    SOFT_CONNECTORS,
    VERBS,
    Verb,
)

MAX_CLAUSES = 100
"""Steps that one instruction may ask for; longer chains are several requests."""
RUNNING_ON = frozenset({"click", "press", "hit", "tap"})
"""Verbs that begin a clause even without a comma before them."""
FINDING = frozenset({"find", "locate", "look"})
"""*Find and click*: kept in a step's source, since it says that the target may be hidden."""
SENTENCE_ENDS = frozenset(".!?")
INITIALS = 2
"""A full stop after so few letters ends an abbreviation, not a sentence."""

_DEFINITE = frozenset({"the", "this", "that", "these", "those", "my", "our", "your", "it", "them"})
"""What tells *and save the changes* from a name that goes on (*Copy and share*)."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One verb and its words."""

    verb: Verb
    spoken: str
    """The verb as it was said, in lower case."""
    words: Words
    """What follows the verb, without what is polite."""
    source: str
    """The clause as written; after *to find (and)* with the clause before, *find* included."""
    setting: Words | None = None
    """What stood before the verb: *in the dialog*."""
    searching: bool = False
    """What the clause before does is only to find the target of this one."""
    means: Words | None = None
    """What follows *by*: *by clicking "x"*, from its gerund on."""


def divide(words: Words) -> list[Clause]:
    """Divide an instruction into clauses, in their order.

    Raises:
        InstructionNotUnderstood: there is no verb, or too many.
    """
    clauses: list[Clause] = []
    for part in _parts(words):
        clause = _clause(part, clauses[-1] if clauses else None)
        if clause is not None:
            clauses.append(clause)
        if len(clauses) > MAX_CLAUSES:
            raise not_understood(part.words.source, f"More than {MAX_CLAUSES} steps at once")
    if not clauses:
        raise not_understood(words.source, "There is no action in it")
    return clauses


class _Part(NamedTuple):
    """The words of one clause."""

    words: Words
    searching: bool
    """They follow *to find (and)*."""
    elidable: bool
    """They may do without a verb: they follow *then*."""
    led: Words
    """The words, and before those that follow *to find* what leads there."""


class _Boundary(NamedTuple):
    """What stands between two clauses, or only looks like it."""

    after: int
    """The first place after it."""
    divides: bool
    hard: bool = False
    """Whether it ends even what has no verb, such as *In the dialog*."""
    searching: bool = False
    elidable: bool = False


def _parts(words: Words) -> Iterator[_Part]:
    """The words of each clause."""
    start, led, begun = 0, 0, _Boundary(0, divides=True)
    at, spoken = _after_verb(words, 0)
    while at < len(words):
        boundary = _boundary(words, start, at)
        if not boundary.divides:
            at = boundary.after
        elif not spoken and not boundary.hard:
            at, spoken = _after_verb(words, boundary.after)
        else:
            yield _Part(words[start:at], begun.searching, begun.elidable, words[led:at])
            led = start if boundary.searching else boundary.after
            start, begun = boundary.after, boundary
            at, spoken = _after_verb(words, start)
    yield _Part(words[start:], begun.searching, begun.elidable, words[led:])


def _boundary(words: Words, start: int, at: int) -> _Boundary:
    """What is at a place: the end of a clause, or something to go on after."""
    after, hard, elidable = at, False, False
    while after < len(words):
        purpose = _purpose(words, after)
        if purpose is not None:
            return _Boundary(purpose, divides=True, hard=hard, searching=True)
        connector = _connector(words, start, after)
        if connector is None:
            break
        hard = hard or connector[1]
        elidable = elidable or (connector[1] and words.key(after).isalpha())
        after += connector[0]
    if after == at:
        return (
            _Boundary(at, divides=True)
            if _runs_on(words, start, at)
            else _Boundary(at + 1, divides=False)
        )
    begin = skip_fillers(words, after)
    verb = after < len(words) and (verb_at(words, begin) is not None or _deed_at(words, begin))
    divides = hard or (verb and not _name_goes_on(words, at, after))
    return _Boundary(after, divides, hard, elidable=elidable)


def _deed_at(words: Words, at: int) -> bool:
    """Whether a deed begins there: what is done, and something definite that it is done to."""
    return words.key(at) in DEEDS and words.key(at + 1) in _DEFINITE


def _runs_on(words: Words, start: int, at: int) -> bool:
    """Whether a verb follows a complete thing without a comma: *… into "Name" click Save*."""
    if at - 1 <= start or words[at].text not in RUNNING_ON or verb_at(words, at) is None:
        return False
    before = words[at - 1]
    return before.literal or (before.text.islower() and KINDS.before(words, at) is not None)


def _connector(words: Words, start: int, at: int) -> tuple[int, bool] | None:
    """How long the connector at a place is, and whether it ends a clause in any case."""
    hard = HARD_CONNECTORS.at(words, at)
    if hard is not None:
        return hard[0], words.key(at) != "\n" or not _form_goes_on(words, start, at)
    if words.key(at) in SENTENCE_ENDS:
        before = words[at - 1] if at else None
        short = before is not None and not before.literal and len(before.text) <= INITIALS
        ended = at + 1 == len(words) or words[at].end < words[at + 1].start
        return 1, ended and not (short and words.key(at) == ".")
    soft = SOFT_CONNECTORS.at(words, at)
    return (soft[0], False) if soft is not None else None


def _form_goes_on(words: Words, start: int, at: int) -> bool:
    """Whether a line is one more `name = value` of a form, rather than the next clause."""
    line = words[at + 1 :]
    end = next((i for i, token in enumerate(line) if token.key == "\n"), len(line))
    pairs = any(token.key in {"=", ":"} for token in line[:end])
    verb = VERBS.at(words, skip_fillers(words, start))
    return pairs and verb is not None and verb[1] in {Verb.FILL, Verb.WRITE, Verb.SET}


def _purpose(words: Words, at: int) -> int | None:
    """Where the words after *to find (and)* begin."""
    purpose = PURPOSE.at(words, at)
    if purpose is None:
        return None
    after = at + purpose[0]
    if verb_at(words, after):
        return after
    return at + 1 if words.key(at + 1) in {"find", "locate", "look"} else None


def _name_goes_on(words: Words, at: int, after: int) -> bool:
    """Whether *Cut and Paste* goes on, as a name does: a capital on both sides of an *and*."""
    before, verb = words[at - 1], words[skip_fillers(words, after)]
    if at == 0 or before.literal or after - at > 1 or words.key(at) != "and":
        return False
    shouting = before.text.isupper() and verb.text.isupper()
    return before.text[:1].isupper() and verb.text[:1].isupper() and not shouting


def _after_verb(words: Words, start: int) -> tuple[int, bool]:
    """The first place at which a clause could end, after its verb; and whether it has one."""
    at = skip_fillers(words, start)
    verb = verb_at(words, at)
    return (at + verb[0], True) if verb is not None else (max(at, start + 1), False)


def _clause(part: _Part, before: Clause | None) -> Clause | None:
    """Read the words of a clause: its verb, its setting, its means."""
    begin = skip_fillers(part.words, 0)
    body = without_courtesy(part.words[begin:])
    if not len(body):
        return None
    verb = verb_at(body, 0)
    if verb is not None:
        finding = next((at for at in range(begin) if part.words.key(at) in FINDING), begin)
        source = part.led if part.searching else part.words[finding:]
        return _spoken(body, verb, source.stripped().source, part.searching, None)
    setting = _setting_end(body)
    if setting is not None and _is_setting(body):
        rest = body[skip_fillers(body, setting) :]
        found = verb_at(rest, 0)
        if found is not None:
            return _spoken(rest, found, body.source, part.searching, body[:setting])
    if read_deed(body.source) is not None:
        return Clause(Verb.DO, "", body, body.source, None)
    if body.key(0) in {"if", "unless"}:
        raise not_understood(body.source, "Conditions need a model")
    if before is None or not part.elidable or VERBS.at(body, 0) is not None:
        raise not_understood(body.source)
    return Clause(before.verb, before.spoken, body, body.source, before.setting)


def _spoken(
    body: Words, verb: tuple[int, Verb], source: str, searching: bool, setting: Words | None
) -> Clause:
    spoken = " ".join(token.key for token in body[: verb[0]])
    words = body[verb[0] :]
    means = _means_start(words)
    for at in range(len(words) - 1):
        if words.key(at) in {"before", "after"} and GERUNDS.at(words, at + 1) is not None:
            raise not_understood(source, "Say the steps in the order in which to do them")
    return Clause(
        verb=verb[1],
        spoken=spoken,
        words=words if means is None else words[:means],
        source=source,
        setting=setting,
        searching=searching,
        means=None if means is None else words[means + 1 :],
    )


def _means_start(words: Words) -> int | None:
    """Where *by clicking …* begins."""
    for at in range(len(words) - 1):
        if words.key(at) in {"by", "via"} and GERUNDS.at(words, at + 1) is not None:
            return at
    return None


def _is_setting(words: Words) -> bool:
    """Whether words begin as a place does: *in the dialog*, *for Bob*, *using the slider*."""
    return words.key(0) in {"using", "with"} or MARKERS.at(words, 0) is not None


def _setting_end(words: Words) -> int | None:
    """The comma after *In the dialog, …* when a verb follows it."""
    for at, token in enumerate(words):
        if token.key in {",", ":"} and verb_at(words, skip_fillers(words, at + 1)):
            return at
    return None
