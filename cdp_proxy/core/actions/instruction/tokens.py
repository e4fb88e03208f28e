"""An instruction cut into words, quoted texts and punctuation, each knowing where it stood.

1. Quoted text (`"…"`, `'…'`, `` `…` ``, `«…»`, also curly) is one token, never looked into.
   A quote that is not closed is an ordinary character; an apostrophe within a word opens nothing.
2. Everything else is cut at white space; trailing `. , ; : ! ?` are tokens of their own, and so are
   line breaks, `=` and the arrows of a menu path.
3. Addresses, dates, times and `%variables%` stay whole.

Each character is looked at a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import overload

_DOUBLE = re.compile('["”]')
_SINGLE = re.compile(r"['’](?!\w)")  # noqa: RUF001
CLOSING_QUOTES = {
    '"': _DOUBLE,
    "“": _DOUBLE,
    "”": _DOUBLE,
    "„": re.compile('["“”]'),
    "'": _SINGLE,
    "‘": _SINGLE,  # noqa: RUF001
    "`": re.compile("`"),
    "«": re.compile("»"),
}
"""What may close the quote that a character opens; an apostrophe only where a word ends."""
TRAILING = ".,;:!?"
ARROWS = {">": ">", "→": ">", "›": ">", "»": ">", "->": ">", "=>": ">", ">>": ">"}  # noqa: RUF001
"""Separators of a menu path, as the one key that stands for them."""
APOSTROPHES = "'‘’"  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Token:
    """One word, quoted text or punctuation mark."""

    text: str
    """As written; of quoted text what is between the quotes, byte for byte."""
    key: str
    """What tables are asked for: lower case, plain apostrophes; `""` for quoted text."""
    start: int
    end: int
    """Where it stands in the instruction, quotes included."""
    quoted: bool = False

    @property
    def literal(self) -> bool:
        """Whether it is to be taken as it is: quoted text or a `%variable%`."""
        return self.quoted or is_variable(self.text)

    @property
    def punctuation(self) -> bool:
        """Whether it only separates words."""
        return not self.quoted and self.key in PUNCTUATION


PUNCTUATION = frozenset([*TRAILING, "\n", ">", "="])


def is_variable(text: str) -> bool:
    """Whether a word is a `%name%`."""
    return len(text) > len("%%") and text[0] == text[-1] == "%" and text[1:-1].isidentifier()


class Words:
    """A run of tokens, and the text it was cut from."""

    __slots__ = ("_instruction", "tokens")

    def __init__(self, instruction: str, tokens: tuple[Token, ...]) -> None:
        self._instruction = instruction
        self.tokens = tokens

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[Token]:
        return iter(self.tokens)

    @overload
    def __getitem__(self, index: int) -> Token: ...

    @overload
    def __getitem__(self, index: slice) -> Words: ...

    def __getitem__(self, index: int | slice) -> Token | Words:
        if isinstance(index, slice):
            return Words(self._instruction, self.tokens[index])
        return self.tokens[index]

    @property
    def source(self) -> str:
        """The text they were cut from, from the first to the last."""
        return self._instruction[self.tokens[0].start : self.tokens[-1].end] if self.tokens else ""

    @property
    def value(self) -> str:
        """What they say: the text between the quotes of a single quoted one, else the source."""
        return self.tokens[0].text if len(self.tokens) == 1 else self.source

    @property
    def quoted(self) -> bool:
        """Whether they are one literal."""
        return len(self.tokens) == 1 and self.tokens[0].literal

    def key(self, index: int) -> str:
        """What tables are asked for at a place; `""` past either end."""
        return self.tokens[index].key if -len(self.tokens) <= index < len(self.tokens) else ""

    def without(self, start: int, end: int) -> Words:
        """All but those from one place up to another."""
        return Words(self._instruction, self.tokens[:start] + self.tokens[end:])

    def stripped(self) -> Words:
        """Without punctuation at either end."""
        start, end = 0, len(self.tokens)
        while start < end and self.tokens[start].punctuation:
            start += 1
        while end > start and self.tokens[end - 1].punctuation:
            end -= 1
        return self[start:end]


def tokenize(instruction: str) -> Words:
    """Cut an instruction into tokens; never fails."""
    return Words(instruction, tuple(_Scanner(instruction).scan()))


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._hopeless: set[str] = set()
        """Quotes for which no end was found; there is none further on either."""

    def scan(self) -> Iterator[Token]:
        text, at = self._text, 0
        while at < len(text):
            char = text[at]
            if char == "\n":
                yield Token("\n", "\n", at, at + 1)
            elif not char.isspace():
                end = self._quote_end(at)
                if end is not None:
                    yield Token(text[at + 1 : end], "", at, end + 1, quoted=True)
                    at = end + 1
                    continue
                end = self._word_end(at)
                yield from _cut(text[at:end], at)
                at = end
                continue
            at += 1

    def _quote_end(self, at: int) -> int | None:
        """Where the quote that opens here closes, if one does."""
        opener = self._text[at]
        closing = CLOSING_QUOTES.get(opener)
        if closing is None or opener in self._hopeless:
            return None
        found = closing.search(self._text, at + 1)
        if found is None:
            self._hopeless.add(opener)
            return None
        return found.start()

    def _word_end(self, start: int) -> int:
        """Where the word that begins here ends: at white space, or where a quote opens."""
        text, at = self._text, start + 1
        while at < len(text) and not text[at].isspace():
            opens = text[at] in CLOSING_QUOTES and not text[at - 1].isalnum()
            if opens and text[at - 1] not in APOSTROPHES and self._quote_end(at) is not None:
                break
            at += 1
        return at


def _cut(run: str, start: int) -> Iterator[Token]:
    """Cut a run without white space into words and punctuation."""
    if run in ARROWS:
        yield Token(run, ARROWS[run], start, start + len(run))
        return
    body = run if run.endswith(("...", "…")) else run.rstrip(TRAILING)
    end = len(body)
    if "://" in body:
        yield _word(body, start)
    else:
        yield from _cut_inside(body, start)
    for offset, mark in enumerate(run[end:], end):
        yield Token(mark, mark, start + offset, start + offset + 1)


def _cut_inside(body: str, start: int) -> Iterator[Token]:
    """Cut at `=` and arrows, and at commas that are in no number and in no brackets."""
    begin = depth = 0
    for at, char in enumerate(body):
        depth += (char in "([") - (char in ")]")
        within_number = body[at - 1 : at].isdigit() and body[at + 1 : at + 2].isdigit()
        comma = char == "," and not within_number and depth <= 0
        arrow = char in ARROWS and 0 < at < len(body) - 1 and "<" not in body
        if char in "=;" or comma or arrow:
            if at > begin:
                yield _word(body[begin:at], start + begin)
            yield Token(char, ARROWS.get(char, char), start + at, start + at + 1)
            begin = at + 1
    if begin < len(body):
        yield _word(body[begin:], start + begin)


def _word(text: str, start: int) -> Token:
    key = text.lower().replace("’", "'")  # noqa: RUF001
    return Token(text, key, start, start + len(text))
