"""Several things in a row: *A, B and C*, `Name = Bob, Email = b@x.org`."""

from __future__ import annotations

from typing import NamedTuple

from cdp_proxy.core.actions.instruction.lexicon import DETERMINERS, EVERY, KINDS
from cdp_proxy.core.actions.instruction.phrases import phrase_set
from cdp_proxy.core.actions.instruction.tokens import Words

MAX_ITEMS = 100
"""More than any form or list that one instruction fills."""
SEPARATORS = frozenset([",", "\n", ";"])
CONJUNCTIONS = frozenset(["and", "&", "plus"])
ASSIGNMENTS = (frozenset("="), frozenset(":"), frozenset(["with"]), frozenset(["is", "to", "as"]))
"""What stands between a field and its value; the surer first."""
FIELD_NAMES = phrase_set(
    "name|first name|last name|full name|family name|given name|middle name|user name|username"
    "|user|email|e-mail|email address|e-mail address|mail|phone|phone number|telephone"
    "|telephone number|mobile|mobile number|password|passcode|pin|code|address|street"
    "|street address|city|town|state|country|zip|zip code|postal code|postcode|company"
    "|organisation|organization|message|subject|comment|comments|title|age|number|quantity"
    "|amount|birthday|date of birth|card number|login|user id|userid|id|nickname|website|url"
    "|search term|text|value|description|location|price|date|time|credentials"
)
"""What fields are often called, for pairs without a separator: *password hunter2*."""


class Pair(NamedTuple):
    """A field, and what goes into it."""

    name: Words
    value: Words


def items(words: Words, bare_and: bool = False) -> list[Words]:
    """The parts of an enumeration, or the whole if it is none.

    Args:
        words: Without what comes before or after the enumeration.
        bare_and: Whether *A and B* is two even where neither is plainly a thing of its own.
    """
    words = words.stripped()
    commas = any(token.key in SEPARATORS for token in words)
    pieces = [words[start:end].stripped() for start, end in spans(words)]
    pieces = [piece for piece in pieces if len(piece)]
    if len(pieces) <= 1:
        return [words]
    if commas or bare_and or _stand_alone(pieces):
        return pieces[:MAX_ITEMS]
    return [words]


def pairs(words: Words) -> list[Pair]:
    """Fields and values; a part that is no pair belongs to the value before it."""
    found: list[tuple[Pair, int]] = []
    for start, end in spans(words):
        pair = pair_of(words[start:end])
        if pair is not None:
            found.append((pair, end - len(pair.value)))
        elif found:
            (name, _), begin = found[-1]
            found[-1] = (Pair(name, words[begin:end]), begin)
        else:
            return []
        if len(found) > MAX_ITEMS:
            return []
    return [pair for pair, _ in found]


def pair_of(words: Words) -> Pair | None:
    """One field and its value: *Name = Bob*, *the password "x"*, *email b@x.org*."""
    if words.key(0) in DETERMINERS:
        words = words[1:]
    for signs in ASSIGNMENTS:
        for at in range(1, len(words) - 1):
            if words[at].key in signs:
                return Pair(words[:at], words[at + 1 :])
    last = len(words) - 1
    if last > 0 and words[last].literal:
        return Pair(words[:last], words[last:])
    named = FIELD_NAMES.at(words, 0)
    if named is not None and named[0] < len(words):
        return Pair(words[: named[0]], words[named[0] :])
    return None


def spans(words: Words) -> list[tuple[int, int]]:
    """Where the parts between commas and conjunctions begin and end."""
    found: list[tuple[int, int]] = []
    start = 0
    for at in range(len(words) + 1):
        ended = at == len(words) or words.key(at) in SEPARATORS | CONJUNCTIONS
        if ended:
            if at > start:
                found.append((start, at))
            start = at + 1
    return found


def _stand_alone(pieces: list[Words]) -> bool:
    """Whether each piece is plainly a thing of its own: by how it begins, or how it ends."""
    return all(map(_begins, pieces)) or all(map(_ends, pieces))


def _begins(words: Words) -> bool:
    determined = words.key(0) in DETERMINERS or EVERY.at(words, 0) is not None
    return words[0].literal or determined


def _ends(words: Words) -> bool:
    noun = KINDS.before(words, len(words))
    return words[len(words) - 1].literal or (noun is not None and words[0].text.islower())
