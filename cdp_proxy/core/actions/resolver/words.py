"""How alike two texts are, once what people leave out or write differently is taken away."""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

LITERAL = 1.0
"""The very same characters."""
SAME = 0.98
"""The same but for case, white space, punctuation and accents."""
ALIKE = 0.93
"""The same but for word breaks, articles and a plural's *s* (*log in* and *Login*)."""
PHRASE = 0.72
"""The text has the words in it, one after the other; up to `COVERAGE` more when little else."""
SCATTERED = 0.66
"""The text has all the words, in another order or with others between."""
PART = 0.6
"""The text has the characters in it, from the middle of a word."""
COVERAGE = 0.13
"""What a text gains when it is nearly all taken up by what was asked for: enough to prefer a
short label to a paragraph, too little to prefer one of two labels (`search.MARGIN`)."""
MISSPELT = 0.7
"""The most that a text with a typing error in it is worth."""
LEAST_RATIO = 0.8
"""Below this share of equal characters it is another word (*Sign in*, *Sign up*: 0.71)."""
LEAST_FUZZY_CHARACTERS = 4
"""Shorter words become others by one letter (*cat*, *cut*)."""
LEAST_RESEMBLANCE = 0.75
"""Share of equal characters below which nothing that `Needle.resembles` looks for can be."""
LEAST_COVERED = 0.6
"""A name that is part of what was asked for must be most of it."""

_SPACE_FOR_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation, " "))
_NOT_WORD = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DIGITS = re.compile(r"\d+")
_FILLERS = frozenset({"a", "an", "and", "the"})
_SHORTEST_PLURAL = 4


def fold(text: str) -> str:
    """A text without case, accents, punctuation and doubled white space.

    A text of punctuation alone (`+`, `$`) stays what it is.
    """
    if text.isascii():
        folded = " ".join(text.lower().translate(_SPACE_FOR_PUNCTUATION).split())
        return folded or text
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _NOT_WORD.sub(" ", bare).strip() or text


def squash(folded: str) -> str:
    """A folded text without word breaks, articles and plurals."""
    words = folded.split()
    telling = [word for word in words if word not in _FILLERS] or words
    return "".join(_singular(word) for word in telling)


def identifier_words(identifier: str) -> str:
    """`userName`, `user_name` and `user-name` as the folded words *user name*."""
    return fold(_CAMEL.sub(" ", identifier))


def _singular(word: str) -> str:
    if len(word) >= _SHORTEST_PLURAL and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


@dataclass(frozen=True)
class Needle:
    """What is looked for."""

    raw: str

    @cached_property
    def folded(self) -> str:
        """See `fold`."""
        return fold(self.raw)

    @cached_property
    def squashed(self) -> str:
        """See `squash`."""
        return squash(self.folded)

    @cached_property
    def key(self) -> str:
        """Characters that any text has that has the needle in it."""
        return max(self.words, key=len, default=self.folded)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The folded words."""
        return tuple(self.folded.split())

    @cached_property
    def _padded(self) -> str:
        return f" {self.folded} "

    @cached_property
    def _digits(self) -> list[str]:
        return _DIGITS.findall(self.folded)

    def found_in(self, folded: str) -> float:
        """How well a folded text fits without any guessing: 0, or `PART` to `SAME`."""
        if folded == self.folded:
            return SAME
        if self.folded not in folded:
            return self._scattered_in(folded)
        gain = COVERAGE * len(self.folded) / len(folded)
        return (PHRASE if self._padded in f" {folded} " else PART) + gain

    def _scattered_in(self, folded: str) -> float:
        if len(self.words) < 2 or any(word not in folded for word in self.words):  # noqa: PLR2004
            return 0.0
        if not set(self.words) <= set(folded.split()):
            return 0.0
        return SCATTERED + COVERAGE * min(1.0, len(self.folded) / len(folded))

    def resembles(self, folded: str) -> float:
        """How well a folded text fits when people write things differently or mistype them.

        Numbers are never taken for one another: *Item 12* is not *Item 13*.
        """
        if squash(folded) == self.squashed:
            return ALIKE
        if _DIGITS.findall(folded) != self._digits or len(self.folded) < LEAST_FUZZY_CHARACTERS:
            return 0.0
        ratio = fuzz.ratio(self.folded, folded, score_cutoff=100 * LEAST_RATIO) / 100
        return MISSPELT * ratio or self._beginning_with(folded)

    def _beginning_with(self, folded: str) -> float:
        covered = len(folded) / len(self.folded)
        if covered < LEAST_COVERED or f" {folded} " not in self._padded:
            return 0.0
        return MISSPELT * covered
