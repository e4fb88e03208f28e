"""What a thing is called, of what kind, which one of several, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cdp_proxy.core.actions.instruction.errors import not_understood
from cdp_proxy.core.actions.instruction.lexicon import (
    COLOURED,
    COLOURS,
    DETERMINERS,
    EVERY,
    KINDS,
    PRONOUNS,
    QUALITIES,
    TYPES,
    number_of,
    ordinal_of,
)
from cdp_proxy.core.actions.instruction.phrases import word_set
from cdp_proxy.core.actions.instruction.tokens import Token, Words
from cdp_proxy.core.actions.steps import Kind, Target

CONTROLS = frozenset(
    {
        Kind.BUTTON,
        Kind.LINK,
        Kind.FIELD,
        Kind.CHECKBOX,
        Kind.RADIO,
        Kind.SWITCH,
        Kind.LIST,
        Kind.TAB,
        Kind.ICON,
        Kind.SLIDER,
        Kind.SPINNER,
        Kind.MENU_ITEM,
        Kind.DIALOG,
    }
)
"""Kinds whose nouns are hardly ever part of a name."""
TOPICS = frozenset({Kind.DIALOG, Kind.ITEM, Kind.TEXT, Kind.HEADING})
"""Kinds whose nouns are what fields are called, where one is written into: *the message*."""
UNMISTAKABLE = CONTROLS - {Kind.DIALOG, Kind.LIST, Kind.MENU_ITEM}
"""Kinds that a single bare noun says: *click button*."""
CONDITIONAL = frozenset(["and", "if", "when", "while", "unless", "once", "until"])
"""Words that make something else of what is quoted beside them."""
_INDEFINITE = frozenset({"a", "an", "any"})
PROFORMS = frozenset(["one", "ones"])
RELATIVES = word_set("that which whose whom how")
"""Words that begin a description; a name in lower case has none."""
LAST_BUT_ONE = {("second", "to", "last"), ("second", "last"), ("next", "to", "last")}


@dataclass(frozen=True)
class _Prefix:
    """What stands before a name."""

    length: int
    determined: bool = False
    every: bool = False
    ordinal: int | None = None
    indefinite: bool = False
    """*A button*, *any link*: the first will do."""


def noun_phrase(words: Words, expected: Kind = Kind.ELEMENT) -> Target:
    """Read a thing without its relations, such as *the second red "Delete" button*.

    Args:
        words: Those of the thing alone.
        expected: The kind when none is said, for the sake of the verb.
    """
    words = words.stripped()
    prefix = _prefix(words)
    body = _without_alternative(words[prefix.length :])
    if prefix.ordinal is not None and number_of(body.key(0)) is not None and len(body) > 1:
        raise not_understood(words.source, "Ask for one after the other instead")
    target = _described(body, prefix, expected)
    single = prefix.ordinal is None and not prefix.every
    anyone = prefix.indefinite and single and not target.every
    owned = target.kind is Kind.ROW and not target.quoted  # Bob's row
    return replace(
        target,
        text=target.text.removesuffix("'s") if owned else target.text,
        qualities=(*target.qualities, "any") if anyone else target.qualities,
        ordinal=prefix.ordinal if prefix.ordinal is not None else target.ordinal,
        every=prefix.every or (target.every and single),
    )


def _without_alternative(words: Words) -> Words:
    """*Folder or file named X*: the last noun is as good as both."""
    noun = KINDS.at(words, 0)
    if noun is None or words.key(noun[0]) != "or" or KINDS.at(words, noun[0] + 1) is None:
        return words
    return words[noun[0] + 1 :]


def _prefix(words: Words) -> _Prefix:
    """Determiners, *all*, and ordinals, as far as they go."""
    at, determined, every, indefinite = 0, False, False, False
    ordinal: int | None = None
    while at < len(words):
        quantity = EVERY.at(words, at)
        if quantity is not None and _quantifies(words, at, quantity[0]):
            at, every, determined = at + quantity[0], True, True
        elif words.key(at) in DETERMINERS and (at + 1 < len(words) or words[at].text.islower()):
            indefinite = indefinite or words[at].text in _INDEFINITE
            at, determined = at + 1, True
        elif ordinal is None and (place := _ordinal(words, at, determined)) is not None:
            at, ordinal, determined = at + place[0], place[1], True
        else:
            break
    return _Prefix(at, determined, every, ordinal, indefinite)


def _quantifies(words: Words, at: int, length: int) -> bool:
    """*All* and its kin count something that follows; *Select All* is a name."""
    return at + length < len(words) and not (length == 1 and _capitalised(words[at]) and at == 0)


def _ordinal(words: Words, at: int, determined: bool) -> tuple[int, int] | None:
    """How many words an ordinal takes, and the place it says."""
    for length in (3, 2):
        if tuple(words.key(at + offset) for offset in range(length)) in LAST_BUT_ONE:
            return length, -2
    if words.key(at) == "number" and words.key(at + 1).isdigit():
        return None
    place = ordinal_of(words.key(at))
    if place is None or words.key(at + 1) in {"name", "names"}:
        return None
    named = _capitalised(words[at]) and not determined
    if named and not (at + 1 < len(words) and _thing_follows(words, at + 1)):
        return None
    return 1, place


def _thing_follows(words: Words, at: int) -> bool:
    return words[at].literal or KINDS.at(words, at) is not None


def _described(body: Words, prefix: _Prefix, expected: Kind) -> Target:
    """The kind, the name and the qualities of what determiners and ordinals left over."""
    if not len(body):
        return Target(kind=expected)
    noun = KINDS.before(body, len(body))
    if noun is not None and _is_noun(body, noun[0], noun[1][0], prefix):
        length, (kind, said, plural) = noun
        before = body[: len(body) - length]
        if expected is Kind.FIELD and kind in TOPICS:
            boxed = body[len(body) - 1].key in {"box", "boxes"}
            name = body[: len(body) - 1] if boxed and len(body) > 1 else body
            return _with_qualities(name, Kind.FIELD, (), plural=False)
        if said == ("box",) and expected is Kind.FIELD:
            kind, said = Kind.FIELD, ()
        return _with_qualities(before, kind if kind is not Kind.ELEMENT else expected, said, plural)
    noun = KINDS.at(_without_qualities(body), 0)
    if noun is not None:
        kind = noun[1][0] if noun[1][0] is not Kind.ELEMENT else expected
        prefixed = _kind_first(body, noun[0], kind, noun[1][1], prefix)
        if prefixed is not None:
            return prefixed
    return _with_qualities(body, expected, (), plural=False)


def _is_noun(body: Words, length: int, kind: Kind, prefix: _Prefix) -> bool:
    """Whether the noun at the end says a kind, or is (part of) a name such as *Contact Form*."""
    noun = body[len(body) - length :]
    bare = not prefix.determined
    if noun.tokens[-1].key in {"one", "ones"} and (
        not prefix.determined or KINDS.before(body, len(body) - length) is not None
    ):
        return False
    if len(body) == length:
        return not bare or (kind in UNMISTAKABLE and not _capitalised(noun[0]))
    if kind is Kind.TEXT and bare and not body[0].literal:
        return False
    before = body[len(body) - length - 1]
    named = bare and _capitalised(noun[0]) and _capitalised(before)
    return not named or kind in CONTROLS


def _kind_first(
    body: Words, length: int, kind: Kind, said: tuple[str, ...], prefix: _Prefix
) -> Target | None:
    """*Button ONE*, *the link "x"*, *tab #2*; None when the noun is but part of a name."""
    qualities = body[: len(body) - len(_without_qualities(body))]
    name = body[len(qualities) + length :].stripped()
    if not len(name):
        return None
    noun = body[len(qualities)]
    place = ordinal_of(name.key(0)) if len(name) == 1 and name.key(0).startswith("#") else None
    if place is not None:
        return _with_qualities(qualities, kind, said, plural=False, ordinal=place)
    bare = not prefix.determined and not name.quoted
    if bare and _capitalised(noun) and (kind not in CONTROLS or name.key(0).isdigit()):
        return Target(text=body.value, kind=kind) if name.key(0).isdigit() else None
    described = _with_qualities(qualities, kind, said, plural=False)
    return replace(described, text=name.value, quoted=name.quoted)


def _without_qualities(words: Words) -> Words:
    start = 0
    while start < len(words) - 1 and words.key(start) in QUALITIES and words[start].text.islower():
        start += 1
    return words[start:]


def _with_qualities(
    words: Words, kind: Kind, said: tuple[str, ...], plural: bool, ordinal: int | None = None
) -> Target:
    """The words before a noun: what describes the thing, and its name."""
    words = words.stripped()
    found: list[str] = []
    noun = kind is not Kind.ELEMENT or bool(said) or plural
    literals = [token for token in words if token.literal]
    if len(literals) == 1:
        described = [token.key.strip("()") for token in words if token is not literals[0]]
        if not CONDITIONAL.isdisjoint(described):
            raise not_understood(words.source)
        found += [key for key in described if key not in COLOURED | DETERMINERS | PROFORMS]
        name, quoted = literals[0].text, True
    else:
        start = 0
        while start < len(words) and _describes(words, start, noun):
            if words.key(start) not in COLOURED:
                found.append(words.key(start))
            start += 1
        _refuse_clauses(words[start:])
        name, quoted = words[start:].value, False
        if name in TYPES and noun:
            found.append(name)
    qualities = tuple(dict.fromkeys((*found, *said)))
    return Target(
        text=name,
        quoted=quoted,
        kind=kind,
        qualities=qualities,
        ordinal=ordinal,
        every=plural and not name,
    )


def _refuse_clauses(words: Words) -> None:
    """A name has no relative clause and no further verb: *the button that best fits*, *X and send
    it*.
    """
    for at, token in enumerate(words):
        pointing = words.key(at + 2) in DETERMINERS | PRONOUNS
        unread_verb = token.key == "and" and words[at + 1 :].source[:1].islower() and pointing
        if token.text in RELATIVES or unread_verb:
            raise not_understood(words.source, "This describes something instead of naming it")


def _describes(words: Words, at: int, noun: bool) -> bool:
    """Whether a word before the noun is an adjective; types of fields stay part of the name."""
    token = words[at]
    if not token.text.islower() or not (noun or at + 1 < len(words)):
        return False
    if token.key in COLOURED:
        return at > 0 and words.key(at - 1) in COLOURS
    return token.key in QUALITIES - TYPES


def _capitalised(token: Token) -> bool:
    return token.text[:1].isupper()
