"""Things of a page in words, with where they are: *the "Edit" button in the row of "Bob"*."""

from __future__ import annotations

from dataclasses import replace

from cdp_proxy.core.actions.instruction.errors import not_understood
from cdp_proxy.core.actions.instruction.lexicon import (
    COLOURS,
    DETERMINERS,
    KINDS,
    PRONOUNS,
    QUALITIES,
)
from cdp_proxy.core.actions.instruction.nouns import noun_phrase
from cdp_proxy.core.actions.instruction.phrases import phrase_set, word_set
from cdp_proxy.core.actions.instruction.relations import Marker, Segment, segments
from cdp_proxy.core.actions.instruction.tokens import Words
from cdp_proxy.core.actions.steps import Kind, Relation, Target

MAX_RELATIONS = 6
"""Things that one target may be placed by; beyond, nobody means what is written."""

PAGE = phrase_set(
    f"{determiner}{noun}"
    for determiner in ("", "the ", "this ", "the current ", "the whole ", "the entire ")
    for noun in ("page", "screen", "website", "site", "web page", "webpage", "document", "window")
)
OPEN_ENDED = phrase_set(
    "starts with|ends with|begins with|if it|if they|if there|when it|everything else|"
    "anything else|all others|all the others|as many|as much|the following color"
    "|the following colour|the following colors|the following colours"
)
"""What only looking at the page, or at the rest of a conversation, could make a thing of."""
NOISE = word_set("below above here please shown again there")
"""Last words that say nothing about a thing."""
PLACES = word_set("left right top bottom upper lower middle center corner side edge")
HOLDERS = frozenset(
    {
        Kind.ROW,
        Kind.ITEM,
        Kind.CELL,
        Kind.SECTION,
        Kind.DIALOG,
        Kind.FORM,
        Kind.TABLE,
        Kind.OPTION,
        Kind.HEADING,
        Kind.IMAGE,
        Kind.ICON,
    }
)
LABELLED = frozenset(
    {
        Kind.FIELD,
        Kind.CHECKBOX,
        Kind.RADIO,
        Kind.SWITCH,
        Kind.LIST,
        Kind.SLIDER,
        Kind.SPINNER,
        Kind.DATE,
        Kind.FILE,
    }
)
"""*The field for "Email"*: what comes after *for* is their label."""
POSSESSIVE_NAMES = word_set("today's what's men's women's kid's editor's let's it's")
"""First words of names such as *Today's deals*, which are nobody's."""


def read_target(
    words: Words, expected: Kind = Kind.ELEMENT, previous: Target | None = None
) -> Target:
    """Read a thing and where it is.

    Args:
        words: All of them, and nothing else.
        expected: Its kind when none is said, for the sake of the verb.
        previous: What *it* and *them* stand for.

    Raises:
        InstructionNotUnderstood: there are no words, nothing was spoken of before, or the
            relations are too many.
    """
    words = _trimmed(words)
    if not len(words):
        raise not_understood(words.source, "What to act on is missing")
    if len(words) == 1 and words.key(0) in PRONOUNS:
        if previous is None:
            raise not_understood(words.source, "Nothing was spoken of before")
        return previous
    if any(OPEN_ENDED.at(words, at) for at in range(len(words))):
        raise not_understood(words.source, "This describes something instead of naming it")
    owner = _owner(words)
    if owner is not None:
        return owner
    parts = segments(_without_purpose(_without_middle(words)))
    if len(parts) > MAX_RELATIONS:
        raise not_understood(words.source, "Too many relations")
    return _assembled(parts, expected)


def is_page(words: Words) -> bool:
    """Whether the words say the page itself, or nothing at all."""
    words = _trimmed(words)
    return not len(words) or words in PAGE


def _trimmed(words: Words) -> Words:
    words = words.stripped()
    while len(words) > 1 and words[len(words) - 1].text in NOISE:
        words = words[: len(words) - 1].stripped()
    return words


def _without_middle(words: Words) -> Words:
    """*The center of the circle* is where the circle is clicked anyway."""
    start = 1 if words.key(0) in DETERMINERS else 0
    middle = words.key(start) in {"center", "centre", "middle"} and words.key(start + 1) == "of"
    return words[start + 2 :] if middle and len(words) > start + 2 else words


def _without_purpose(words: Words) -> Words:
    """*The star icon to mark it as important*: what it is for says nothing of what it is."""
    for at in range(1, len(words) - 1):
        noun = KINDS.before(words, at)
        complete = words[at - 1].literal or (noun is not None and words[at - 1].text.islower())
        begins = words[at + 1].text.islower() and words.key(at + 1) not in DETERMINERS
        if words.key(at) == "to" and complete and begins and not words[at + 1].literal:
            return words[:at]
    return words


def _assembled(parts: list[Segment], expected: Kind) -> Target:
    """Join the segments: names to what they name, relations to what follows them."""
    things: list[tuple[Marker | None, Target]] = []
    for marker, words in parts:
        if things and marker is not None and _names(things[-1][1], marker, words):
            named = -2 if _names_the_one_before(things, marker) else -1
            things[named] = (things[named][0], _named(things[named][1], words))
        elif words in PAGE and things:
            continue
        else:
            things.append((marker, noun_phrase(words, Kind.ELEMENT if things else expected)))
    marker, target = things.pop()
    while things:
        relation = marker
        marker, thing = things.pop()
        target = _placed(thing, relation, target)
    return target


def _names(target: Target, marker: Marker, words: Words) -> bool:
    """Whether what follows a marker is the name of the thing before it."""
    if marker.relation is None:
        return True
    if target.text or not marker.containing or words.key(0) in DETERMINERS:
        return False
    return target.kind in HOLDERS or (
        target.kind in LABELLED and marker.relation is Relation.NEAR and not target.every
    )


def _names_the_one_before(things: list[tuple[Marker | None, Target]], marker: Marker) -> bool:
    """*The button in the dialog labelled "OK"*: a nameless control is what has the label."""
    if len(things) == 1 or marker.relation is not None:
        return False
    control, around = things[-2][1], things[-1][1]
    nameless = not control.text and control.ordinal is None and not around.text
    return nameless and around.kind is Kind.DIALOG and control.kind in {Kind.BUTTON, Kind.LINK}


def _named(target: Target, words: Words) -> Target:
    words = words.stripped()
    literals = [token for token in words if token.literal]
    name, quoted = (literals[0].text, True) if len(literals) == 1 else (words.value, False)
    said = (target.text.lower(),) if target.text else ()
    qualities = tuple(dict.fromkeys((*target.qualities, *said)))
    return replace(target, text=name, quoted=quoted, qualities=qualities)


def _placed(target: Target, marker: Marker | None, anchor: Target) -> Target:
    """A thing at its place: mostly a relation, but *in red* and *at the top* are qualities."""
    relation = marker.relation if marker is not None else None
    unnamed = not target.text and target.kind is Kind.ELEMENT and not target.qualities
    if relation is Relation.WITHIN and unnamed and not (marker and marker.strong):
        counted = target.ordinal is not None or target.every
        if counted and anchor.relation is None:
            return replace(anchor, ordinal=target.ordinal, every=target.every)
    looks = _looks(anchor)
    if looks and relation in {Relation.WITHIN, Relation.NEAR}:
        qualities = tuple(dict.fromkeys((*target.qualities, *looks)))
        return replace(target, qualities=qualities, relation=anchor.relation, anchor=anchor.anchor)
    if marker is not None and marker.heading and anchor.kind in {Kind.HEADING, Kind.SECTION}:
        relation = Relation.WITHIN
    every = target.every or (anchor.every and not anchor.ordinal)
    return replace(target, relation=relation, anchor=anchor, every=every)


def _looks(anchor: Target) -> tuple[str, ...]:
    """The colour or place that an anchor merely is, such as *red* or *the top right corner*."""
    said = (*anchor.qualities, *anchor.text.split())
    if anchor.quoted or anchor.kind is not Kind.ELEMENT or not said:
        return ()
    merely = all(word in PLACES or word in COLOURS for word in said)
    return tuple(word for word in said if word in QUALITIES) if merely else ()


def _owner(words: Words) -> Target | None:
    """*Bob's row*, *Alice's "Edit" button*: a thing that is somebody's."""
    first = words[0]
    noun = KINDS.before(words, len(words))
    owned = not first.quoted and first.key.endswith("'s") and first.key not in POSSESSIVE_NAMES
    if len(words) == 1 or noun is None or not owned:
        return None
    rest = words[1:]
    name = first.text[: -len("'s")]
    if noun[0] == len(rest) and noun[1][0] in HOLDERS:
        return Target(text=name, kind=noun[1][0])
    thing = noun_phrase(rest)
    if not thing.text and thing.kind in HOLDERS:
        return replace(thing, text=name)
    return replace(thing, relation=Relation.NEAR, anchor=Target(text=name))
