"""How much a field's name and a label on the page mean the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

LABEL_CHARS_MAX: Final = 80
"""Longer texts are no labels."""
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_STOP: Final = frozenset(
    {"the", "a", "an", "in", "of", "for", "this", "your", "our", "is", "has", "are"}
)
_KINDS: Final = frozenset(
    [
        "date",
        "time",
        "at",
        "on",
        "value",
        "amount",
        "number",
        "count",
        "num",
        "no",
        "text",
        "name",
        "title",
        "url",
        "uri",
        "link",
        "href",
        "id",
        "percent",
        "pct",
        "kg",
        "g",
        "lb",
        "oz",
        "km",
        "cm",
        "mm",
        "gb",
        "mb",
        "string",
        "list",
        "items",
        "total",
    ]
)
"""Words that say what sort of value a field holds, which labels leave out."""
_GENERIC: Final = frozenset(
    ["product", "item", "article", "page", "post", "entry", "record", "current", "main", "full"]
)
"""Words that say what the field is of, which labels leave out."""
_QUALIFIERS: Final = frozenset(
    [
        "old",
        "was",
        "former",
        "previous",
        "original",
        "list",
        "strike",
        "regular",
        "rrp",
        "msrp",
        "minimum",
        "min",
        "maximum",
        "max",
        "shipping",
        "delivery",
        "tax",
        "vat",
        "saving",
        "save",
        "discount",
        "next",
        "last",
        "related",
        "sub",
        "per",
        "unit",
        "user",
        "other",
        "similar",
        "label",
        "no",
        "not",
        "new",
        "add",
        "edit",
        "remove",
        "hide",
        "show",
        "sort",
        "filter",
        "search",
        "login",
    ]
)
"""Words that make something else of what they stand with."""
_SYNONYMS: Final = (
    "title headline heading name subject",
    "description summary abstract excerpt snippet overview teaser",
    "image photo picture thumbnail img thumb",
    "url link href website",
    "author writer byline creator",
    "published posted created publication",
    "price cost",
    "rating stars score",
    "phone telephone tel mobile",
    "email mail",
    "quantity qty",
    "company organisation organization employer",
    "brand manufacturer maker vendor",
    "location place",
    "availability stock",
    "category genre",
    "tags keywords topics",
    "language lang",
    "size dimensions",
    "sku mpn",
    "zip postcode postal",
    "salary pay compensation",
    "symbol ticker",
    "text body content",
)
_EXACT, _REORDERED, _TRIMMED, _SYNONYM, _NARROWER, _WIDER, _NEAR = (
    1.0,
    0.97,
    0.92,
    0.9,
    0.78,
    0.8,
    0.8,
)
_SHORT: Final = 3
_NEAR_RATIO: Final = 90.0
_NEAR_CHARS_MIN: Final = 6
_TITLE_FACTOR, _DESCRIPTION = 0.98, 0.75


@dataclass(frozen=True, slots=True)
class Query:
    """What a field is called."""

    name: str
    title: str = ""
    description: str = ""
    context: tuple[str, ...] = ()
    """Stems of the names of the objects around it."""

    @property
    def shown(self) -> str:
        """For reasons."""
        return self.title or self.name


@lru_cache(maxsize=20_000)
def stems(text: str) -> tuple[str, ...]:
    """The words of a name or label, without endings and words that say nothing."""
    split = _CAMEL.sub(" ", text.replace("e-mail", "email").replace("E-Mail", "email"))
    words = tuple(word.casefold() for word in _WORD.findall(split))
    telling = [word for word in words if word not in _STOP] or words
    return tuple(_stem(word) for word in telling)


def _stem(word: str) -> str:
    """An English word without plural and verbal endings; close enough to compare."""
    if len(word) <= _SHORT:
        return word
    for ending, put in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("s", "")):
        if word.endswith(ending) and not word.endswith(("ss", "us", "is")):
            kept = word[: -len(ending)] + put
            if len(kept) >= _SHORT:
                return kept.removesuffix("e")
    return word.removesuffix("e")


def _stem_all(words: Iterable[str]) -> frozenset[str]:
    return frozenset(_stem(word) for word in words)


_KIND_STEMS: Final = _stem_all(_KINDS)
_GENERIC_STEMS: Final = _stem_all(_GENERIC)
_QUALIFIER_STEMS: Final = _stem_all(_QUALIFIERS)
_CANONICAL: Final = {_stem(word): group.split()[0] for group in _SYNONYMS for word in group.split()}


@lru_cache(maxsize=200_000)
def likeness(query: Query, label: str) -> float:
    """From 0 (nothing to do with each other) to 1 (the same words)."""
    if not label or len(label) > LABEL_CHARS_MAX:
        return 0.0
    said = stems(label)
    if not said:
        return 0.0
    best = _compare(stems(query.name), said, query.context)
    if query.title:
        best = max(best, _TITLE_FACTOR * _compare(stems(query.title), said, query.context))
    if best < _DESCRIPTION and _is_phrase_of(said, stems(query.description)):
        best = _DESCRIPTION
    return best


def _compare(asked: Sequence[str], said: Sequence[str], context: Sequence[str]) -> float:
    if not asked:
        return 0.0
    if "".join(asked) == "".join(said):
        return _EXACT
    if sorted(asked) == sorted(said):
        return _REORDERED
    if _trim(asked, context) == _trim(said, context):
        return _TRIMMED
    if [_canonical(word) for word in asked] == [_canonical(word) for word in said]:
        return _SYNONYM
    return _compare_sets(frozenset(asked), frozenset(said), context)


def _compare_sets(asked: frozenset[str], said: frozenset[str], context: Sequence[str]) -> float:
    """One more word on one side."""
    more = said - asked
    if asked < said and len(more) == 1 and not more & _QUALIFIER_STEMS:
        return _NARROWER
    less = asked - said
    if said < asked and less <= _GENERIC_STEMS | _KIND_STEMS | frozenset(context):
        return _WIDER
    trimmed = [_canonical(word) for word in _trim(tuple(asked), context)]
    if sorted(trimmed) == sorted(_canonical(word) for word in said):
        return _WIDER
    one, other = " ".join(sorted(asked)), " ".join(sorted(said))
    if min(len(one), len(other)) >= _NEAR_CHARS_MIN and fuzz.ratio(one, other) >= _NEAR_RATIO:
        return _NEAR
    return 0.0


def _trim(words: Sequence[str], context: Sequence[str]) -> tuple[str, ...]:
    """Without what labels leave out, unless nothing were left."""
    dropped = _KIND_STEMS | _GENERIC_STEMS | frozenset(context)
    return tuple(word for word in words if word not in dropped) or tuple(words)


def _canonical(word: str) -> str:
    return _CANONICAL.get(word, word)


def means(query: Query, *words: str) -> bool:
    """Whether a field's name (or title) has one of these words, or a synonym of it."""
    wanted = {_canonical(_stem(word)) for word in words}
    asked = (*stems(query.name), *stems(query.title))
    return any(_canonical(word) in wanted for word in asked)


def _is_phrase_of(said: Sequence[str], description: Sequence[str]) -> bool:
    """Whether the description uses the label, word for word; one word alone proves little."""
    if len(said) == 1:
        return len(description) in {1, 2} and said[0] in description
    return any(
        tuple(description[place : place + len(said)]) == tuple(said)
        for place in range(len(description) - len(said) + 1)
    )
