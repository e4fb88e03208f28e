"""Where a target's words divide: what it is called, and where it is (*next to*, *in*, *labelled*).

A **strong** marker (*next to*, *below*, *labelled*) always divides. A **weak** one (*in*, *of*,
*for*, *with* …) occurs within names (*Sign in*, *Terms of service*), so that it only divides after
something that is complete (a quoted name, a noun such as *button*, an ordinal), or before something
that is plainly another thing (*the …*, a quoted text).
"""

from __future__ import annotations

from typing import NamedTuple

from cdp_proxy.core.actions.instruction.lexicon import DETERMINERS, EVERY, KINDS, ordinal_of
from cdp_proxy.core.actions.instruction.phrases import Phrases
from cdp_proxy.core.actions.instruction.tokens import Words
from cdp_proxy.core.actions.steps import Relation


class Marker(NamedTuple):
    """What a dividing phrase says of the words after it."""

    relation: Relation | None
    """None: they are the name of what stands before."""
    strong: bool = True
    containing: bool = False
    """*Row with "Bob"*: after a thing that holds others, they are its name."""
    heading: bool = False
    """*Under*: within, where it is a heading."""


class Segment(NamedTuple):
    """Words of a target up to the next marker."""

    marker: Marker | None
    """What stands before them; None for the first."""
    words: Words


_NAMED = (
    "labelled|labeled|labelled as|labeled as|labelled with|labeled with|named|called|titled"
    "|entitled|captioned|marked|marked as|marked with|that says|which says|saying|that reads"
    "|which reads|reading|that is called|which is called|that is named|that is labelled"
    "|that is labeled|which is labelled|which is labeled|showing|that shows|with title|with label"
    "|with name|with text|with placeholder|with caption|with value|with heading|with alt text"
    "|with the title|with the label|with the name|with the text|with the placeholder"
    "|with the caption|with the value|with the heading|with the words|with the word"
    "|with the alt text|with the placeholder text|with a label|with a title|with a name"
    "|with a placeholder|with the label of|with the text of|with the name of|whose text is"
    "|whose label is|whose name is|whose title is|whose placeholder is|whose value is"
    "|having the text|having the label|that has the text|that has the label|with an aria-label"
    "|with aria-label|with the aria-label|with an aria-label of"
)
_CONTAINING = (
    "containing|that contains|which contains|containing the text|that contains the text"
    "|which contains the text|containing the word|that has|which has|mentioning|that mentions"
)
_STRONG = {
    Relation.NEAR: (
        "next to|beside|besides|adjacent to|near|near to|close to|alongside|opposite|nearest to"
        "|closest to|across from|belonging to|corresponding to|associated with|nearest"
    ),
    Relation.ABOVE: "above|on top of|over top of",
    Relation.BELOW: "below",
    Relation.LEFT_OF: (
        "left of|to the left of|on the left of|on the left side of|at the left of|left from"
    ),
    Relation.RIGHT_OF: (
        "right of|to the right of|on the right of|on the right side of|at the right of|right from"
    ),
    Relation.AFTER: "after|following|that follows|coming after",
    Relation.BEFORE: "before|preceding|that precedes|coming before",
    Relation.WITHIN: "inside|inside of|within|contained in",
}
_WEAK = {Relation.WITHIN: "in|from|on|of|into", Relation.NEAR: "for|with|by|at"}
_ADVERBS = ("just", "right", "directly", "immediately", "that is", "which is", "located", "shown")


def _markers() -> dict[str, Marker]:
    table = {
        phrase: Marker(relation)
        for relation, phrases in _STRONG.items()
        for phrase in phrases.split("|")
    }
    table |= {phrase: Marker(Relation.BELOW, heading=True) for phrase in ("under", "underneath")}
    table["beneath"] = table["under"]
    weak = {
        phrase: Marker(relation, strong=False, containing=phrase in {"of", "for", "with", "by"})
        for relation, phrases in _WEAK.items()
        for phrase in phrases.split("|")
    }
    emphatic = {
        f"{adverb} {phrase}": marker._replace(strong=True)
        for adverb in _ADVERBS
        for phrase, marker in (table | weak).items()
    }
    named = dict.fromkeys(_NAMED.split("|"), Marker(None))
    containing = dict.fromkeys(_CONTAINING.split("|"), Marker(Relation.NEAR, containing=True))
    return emphatic | table | weak | named | containing


MARKERS = Phrases(_markers())
"""*In the same row as "Bob"*: in the row that Bob is in."""


def segments(words: Words) -> list[Segment]:
    """Divide a target's words at the markers between them; the first has none before it."""
    found: list[Segment] = []
    marker: Marker | None = None
    start = at = 0
    while at < len(words):
        match = MARKERS.at(words, at)
        if match is not None and _divides(words, start, at, at + match[0], match[1]):
            found.append(Segment(marker, words[start:at]))
            start = at = at + match[0]
            marker = match[1]
        else:
            at += 1
    return [*found, Segment(marker, words[start:])]


def _divides(words: Words, start: int, at: int, after: int, marker: Marker) -> bool:
    if after >= len(words):
        return False
    if marker.strong:
        return True
    return at > start and (_complete(words, start, at) or _begins_another(words, after, marker))


def _complete(words: Words, start: int, end: int) -> bool:
    """Whether the words before a weak marker need nothing more."""
    last = words[end - 1]
    if last.literal or (end - start <= len("nd") and ordinal_of(last.key) is not None):
        return True
    noun = KINDS.before(words, end)
    if noun is None or end - noun[0] < start:
        return False
    alone = end - start == 1
    return not (alone and last.text[:1].isupper())


def _begins_another(words: Words, at: int, marker: Marker) -> bool:
    """Whether the words after a weak marker are plainly a thing of their own."""
    if words[at].literal:
        return True
    owned = any(
        words.key(at + more).endswith("'s") for more in (0, 1) if at + more + 1 < len(words)
    )
    said = owned or words.key(at) in DETERMINERS or EVERY.at(words, at) is not None
    return said and marker.relation is Relation.WITHIN and words.key(at - 1) != "of"
