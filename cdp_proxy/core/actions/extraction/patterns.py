"""`pattern` of schemas nobody vouches for.

Python's `re` cannot be stopped once it backtracks. The `regex` module can, and reads the lookaheads
that schema generators emit (RE2 does not). Compiling is what it cannot stop: it writes counted
repeats out, so a pattern is measured first (`expanded_size`).
"""

from __future__ import annotations

from typing import Final

import regex

CHARS_MAX: Final = 1_000
EXPANDED_MAX: Final = 10_000
"""Symbols with counted repeats written out; compiling takes about 10 µs for each."""
SECONDS: Final = 0.05
"""For one value."""

_TOKEN: Final = regex.compile(
    r"(?P<atom>\\.|\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\((?:\?[^)]{0,3}?[:=!>])?)|(?P<close>\))"
    r"|\{(?P<low>\d{0,6})(?:,(?P<high>\d{0,6}))?\}|(?P<other>.)",
    regex.DOTALL,
)


class BadPattern(Exception):
    """It is no regular expression, or too large a one; the text says which."""


class TooSlow(Exception):
    """Matching took longer than `SECONDS`."""


def check(pattern: str) -> None:
    """Refuse a pattern before it is compiled for good.

    Raises:
        BadPattern: see there.
    """
    if len(pattern) > CHARS_MAX:
        raise BadPattern(f"it has more than {CHARS_MAX} characters")
    if expanded_size(pattern) > EXPANDED_MAX:
        raise BadPattern("its repeats multiply too much")
    try:
        regex.compile(pattern)
    except (regex.error, ValueError, OverflowError) as error:
        raise BadPattern(str(error)) from None


def matches(pattern: str, text: str) -> bool:
    """Whether a checked pattern is found anywhere in a text.

    Raises:
        TooSlow: nobody knows.
    """
    try:
        return regex.search(pattern, text, timeout=SECONDS) is not None
    except TimeoutError as error:
        raise TooSlow from error


def expanded_size(pattern: str) -> int:
    """About how many symbols a pattern has once its counted repeats are written out."""
    sizes = [0]  # of each open group, the whole first
    last = 0  # of what a repeat would repeat
    for token in _TOKEN.finditer(pattern):
        match token.lastgroup:
            case "open":
                sizes.append(0)
                last = 0
            case "close" if len(sizes) > 1:
                last = sizes.pop() + 1
                sizes[-1] += last
            case "low" | "high":
                times = int(token["high"] or token["low"] or 1)
                sizes[-1] += last * max(times - 1, 0)
                last *= max(times, 1)
            case _:
                last = 1
                sizes[-1] += 1
        if sizes[-1] > EXPANDED_MAX:
            break
    return sum(sizes)
