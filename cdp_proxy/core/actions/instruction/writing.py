"""Clauses that write: type, enter, fill, append, clear."""

from __future__ import annotations

from typing import NamedTuple

from cdp_proxy.core.actions.instruction.casing import Change, without_casing
from cdp_proxy.core.actions.instruction.context import Context
from cdp_proxy.core.actions.instruction.errors import not_understood
from cdp_proxy.core.actions.instruction.lexicon import DETERMINERS, KINDS, PRONOUNS
from cdp_proxy.core.actions.instruction.lists import (
    FIELD_NAMES,
    MAX_ITEMS,
    pair_of,
    pairs,
    spans,
)
from cdp_proxy.core.actions.instruction.phrases import Phrases, phrase_set
from cdp_proxy.core.actions.instruction.tokens import Words
from cdp_proxy.core.actions.instruction.values import value_step
from cdp_proxy.core.actions.steps import Kind, Method, Step

SURE, LIKELY, LOOSE = range(3)
PLACES = Phrases(
    {
        "into|in to|inside|inside of|onto": SURE,
        "as|as the value of|as the value for|as value for|as value of": LIKELY,
        "in|for|on|to|under|at": LOOSE,
    }
)
"""What comes between a text and its field, and how surely it does."""
GENERIC = phrase_set(
    "the text|the value|the word|the words|the string|the phrase|the following|the following text"
    "|the number|the character|the characters|text|word|the letters|the sentence|the string of"
    "|the following :|the following text :|the text :|a value of|the value of"
)
"""What a text is called that is not a field's name."""
LIKENESS = phrase_set("starts with|begins with|ends with|starting with|ending with")
FORM = phrase_set(
    f"{determiner}{noun}{suffix}"
    for determiner in ("", "the ", "this ", "in the ", "out the ", "all the ")
    for noun in ("form", "fields", "form fields", "details", "following", "following fields")
    for suffix in (
        " :",
        " with",
        " using",
        " as follows :",
        " with :",
        " below with",
        " as follows",
    )
)
VALUED = frozenset(["with", "=", ":"])
"""What says that the field comes first, and then its text."""


class _Portion(NamedTuple):
    """A text, and where it goes."""

    value: Words
    place: Words | None
    """The field, after *into*."""
    name: Words | None = None
    """What the text is said to be: *the password "x"*."""


def write(context: Context) -> list[Step]:
    """*Type "x" into Email*, *enter the password "x"*, *type "x"* into what has the focus."""
    words, change = without_casing(context.words.stripped())
    if any(LIKENESS.at(words, at) for at in range(len(words))):
        raise not_understood(context.clause.source, "This describes a text instead of giving it")
    if any(token.key in {"=", ":"} for token in words[1:-1]) and GENERIC.at(words, 0) is None:
        found = _paired(context, words, change)
        if found:
            return found
    portions = [_portion(part) for part in _split(words)]
    alone = len(portions) == 1
    return [step for portion in portions for step in _write(context, portion, change, alone)]


def fill(context: Context) -> list[Step]:
    """*Fill in "Name" with "Bob"*, *fill the form: Name = Bob, Email = b@x.org*."""
    words, change = without_casing(context.words.stripped())
    form = FORM.at(words, 0)
    if form is None and not any(token.key in VALUED for token in words):
        portions = [_portion(part) for part in _split(words)]
        if all(portion.place is not None or portion.name is not None for portion in portions):
            return write(context)
        raise not_understood(context.clause.source, "What to fill in is missing")
    found = _paired(context, words[form[0] if form is not None else 0 :], change)
    if not found:
        raise not_understood(context.clause.source, "What to fill in is missing")
    return found


def append(context: Context) -> list[Step]:
    """*Add "x" to the comment*: the text comes after what is there already."""
    portion = _portion(context.words.stripped())
    if not portion.value.quoted or (context.clause.spoken == "add" and portion.place is None):
        raise not_understood(context.clause.source)
    target = context.target(portion.place, Kind.FIELD) if portion.place is not None else None
    return [context.step(Method.TYPE, target, [portion.value.value])]


def clear(context: Context) -> list[Step]:
    """*Clear the search box*."""
    return [
        context.step(Method.CLEAR, target) for target in context.targets(context.words, Kind.FIELD)
    ]


def _paired(context: Context, words: Words, change: Change) -> list[Step]:
    return [
        value_step(context, context.target(pair.name, Kind.FIELD), change(pair.value.value))
        for pair in pairs(words.stripped())
    ]


def _split(words: Words) -> list[Words]:
    """The portions of *"a" into A and "b" into B*; what is no portion goes with the one before."""
    groups: list[tuple[int, int, bool]] = []
    for start, end in spans(words):
        portion = _is_portion(words[start:end])
        if groups and not (portion and groups[-1][2]):
            begin, _, before = groups.pop()
            groups.append((begin, end, portion or before))
        else:
            groups.append((start, end, portion))
    return [words[start:end].stripped() for start, end, _ in groups[:MAX_ITEMS]]


def _is_portion(words: Words) -> bool:
    """Whether the words are a text with its field: *"x" into A*, *the password "x"*, *x as A*."""
    if len(words) <= 1:
        return False
    named = FIELD_NAMES.at(_undetermined(words), 0)
    if named is not None and named[0] < len(_undetermined(words)):
        return True
    placed = any(PLACES.at(words, at) for at in range(1, len(words) - 1))
    return placed or (not words[0].literal and any(token.literal for token in words))


def _portion(words: Words) -> _Portion:
    """Read a text and its field."""
    generic = GENERIC.at(words, 0)
    if generic is not None and len(words) > generic[0] and _is_text(words, generic[0]):
        words = words[generic[0] :]
    if not len(words):
        raise not_understood(words.source, "What to write is missing")
    leading = PLACES.at(words, 0)
    last = len(words) - 1
    if leading is not None and words[last].literal and last > leading[0]:
        return _Portion(words[last:], words[leading[0] : last])
    literal = next((at for at, token in enumerate(words) if token.literal), None)
    if literal is not None:
        found = _literal_portion(words, literal)
        if found is not None:
            return found
    return _bare_portion(words)


def _is_text(words: Words, at: int) -> bool:
    """Whether what comes at a place, after *the text*, is that text."""
    return words[at].literal or words.key(at - 1) == ":" or words.key(at).strip("+-").isdigit()


def _literal_portion(words: Words, at: int) -> _Portion | None:
    """A literal text, perhaps with what it is before it, and its field after it."""
    if any(PLACES.at(words, before) for before in range(1, at)):
        return None
    rest = words[at + 1 :]
    name = words[:at] if at else None
    if not len(rest):
        return _Portion(words[at:], None, name)
    place = PLACES.at(rest, 0)
    return _Portion(words[at : at + 1], rest[place[0] :], name) if place is not None else None


def _bare_portion(words: Words) -> _Portion:
    """A text without quotes: it ends at the surest preposition."""
    places = [
        (place[1], at if place[1] != LOOSE else -at, place[0])
        for at in range(1, len(words) - 1)
        if (place := PLACES.at(words, at)) is not None
        and at + place[0] < len(words)
        and (place[1] != LOOSE or _is_field(words[at + place[0] :]))
    ]
    if places:
        _, at, length = min(places)
        return _Portion(words[: abs(at)], words[abs(at) + length :])
    pair = pair_of(words) if FIELD_NAMES.at(_undetermined(words), 0) is not None else None
    return _Portion(pair.value, None, pair.name) if pair is not None else _Portion(words, None)


def _undetermined(words: Words) -> Words:
    return words[1:] if words.key(0) in DETERMINERS else words


def _is_field(words: Words) -> bool:
    """Whether words after a loose preposition are plainly a field."""
    return (
        words[0].literal
        or words.key(0) in DETERMINERS
        or words.key(0) in {"it", "both", "all", "each", "every"}
        or KINDS.before(words, len(words)) is not None
        or words in FIELD_NAMES
    )


def _refuse_description(value: Words) -> None:
    """*The total number of blocks*, *it*, *your answer*: words about a text are not the text."""
    first = value.key(0)
    described = len(value) > 1 and first in DETERMINERS and value[0].text.islower()
    if not value.quoted and (described or first in PRONOUNS):
        raise not_understood(
            value.source, "This describes a text; put it in quotes if it is the text itself"
        )


def _write(context: Context, portion: _Portion, change: Change, alone: bool) -> list[Step]:
    """The steps that write one text."""
    _refuse_description(portion.value)
    text = change(portion.value.value)
    if portion.place is not None:
        targets = context.targets(portion.place, Kind.FIELD)
        unnamed = not targets[0].text and targets[0].ordinal is None and not targets[0].relation
        if portion.name is None or not unnamed or (alone and targets[0].every):
            return [value_step(context, target, text) for target in targets]
    if portion.name is not None:
        target = context.target(portion.name, Kind.FIELD)
        instrument = context.instrument()
        return [value_step(context, instrument or target, text)]
    instrument = context.instrument()
    if instrument is not None:
        return [value_step(context, instrument, text)]
    return [context.step(Method.TYPE, None, [text])]
