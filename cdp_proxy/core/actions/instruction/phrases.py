"""Tables of phrases: several words that mean one thing, the longest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from cdp_proxy.core.actions.instruction.tokens import Words

T = TypeVar("T")


class Phrases(Generic[T]):
    """Phrases and what they mean, looked up at a place in the words of an instruction."""

    def __init__(self, meanings: Mapping[str, T]) -> None:
        """Keys are phrases in lower case; alternatives with one meaning are divided by `|`."""
        self._meanings: dict[tuple[str, ...], T] = {
            tuple(phrase.split(" ")): meaning
            for phrases, meaning in meanings.items()
            for phrase in phrases.split("|")
        }
        self._longest = max(map(len, self._meanings))

    def at(self, words: Words, start: int) -> tuple[int, T] | None:
        """The longest phrase that begins at a place: how many words it has, and its meaning."""
        for length in range(min(self._longest, len(words) - start), 0, -1):
            found = self._meanings.get(_keys(words, start, start + length))
            if found is not None:
                return length, found
        return None

    def before(self, words: Words, end: int) -> tuple[int, T] | None:
        """The longest phrase that ends just before a place."""
        for length in range(min(self._longest, end), 0, -1):
            found = self._meanings.get(_keys(words, end - length, end))
            if found is not None:
                return length, found
        return None

    def __contains__(self, words: object) -> bool:
        return isinstance(words, Words) and _keys(words, 0, len(words)) in self._meanings


def phrase_set(phrases: str | Iterable[str]) -> Phrases[bool]:
    """Phrases that only matter by being there; in one string they are divided by `|`."""
    return Phrases(dict.fromkeys([phrases] if isinstance(phrases, str) else phrases, True))


def word_set(words: str) -> frozenset[str]:
    """Words that only matter by being there, divided by blanks."""
    return frozenset(words.split())


def _keys(words: Words, start: int, end: int) -> tuple[str, ...]:
    return tuple(token.key for token in words.tokens[start:end])
