"""JSON as text: how deep and how large it is, before anybody builds a tree of it.

A message may have 100 MB. As one string (a script, a file in base64) that is harmless; as
`[],[],…` its tree would take gigabytes, and a walk over it in Python seconds in which no other
client is served. Every check here costs the usual message nothing, and the worst one well under
a second.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Final

TREE_VALUES_MAX: Final = 250_000
"""How many values a tree may have; each takes up to 240 bytes (an object in an object), so 60 MB.

Only what the proxy has to read becomes a tree: parameters of methods with a rule, and JSON with
lone surrogates. What it passes on unseen may have any number.
"""
NESTING_MAX: Final = 290
"""Chromium refuses more than 300 levels (`crdtp` JSON parser), and one or two are its own."""
BRACKETS_MAX: Final = 4_000_000
"""How many brackets are looked at for their nesting, and quotes for what they enclose: 0.2 s."""

_BRACKETS: Final = b"{[}]"
_SEPARATORS: Final = b",{["
_STEPS: Final = bytes.maketrans(_BRACKETS, b"\x01\x01\xff\xff")
"""One level down, one up, as signed bytes."""
_STRING: Final = re.compile(rb'"[^"]*+"')


class TooLarge(ValueError):
    """There is more of it than is looked at."""


class TooDeep(ValueError):
    """It is nested deeper than Chromium's parser goes."""


class TreeReader:
    """Reads what Python takes for JSON, and notes for what Chromium would refuse it."""

    def __init__(self) -> None:
        self.fault: str | None = None
        """A value that is not JSON, whatever Python's parser says."""
        self.repeats = False
        """Whether a key of the outermost object is repeated."""

    def read(self, text: bytes) -> object:
        """The tree of UTF-8 `text`.

        Raises:
            TooLarge: it has more than `TREE_VALUES_MAX` values.
            ValueError, RecursionError: it cannot be read.
        """
        check_size(text)
        # Decoded first: given bytes, `json` would take UTF-16 too, with NULs that cut the pipe.
        return json.loads(
            text.decode(), parse_constant=self._constant, object_pairs_hook=self._object
        )

    def _constant(self, name: str) -> None:
        self.fault = f"{name} is not JSON"

    def _object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        tree = dict(pairs)
        self.repeats = len(tree) != len(pairs)  # the outermost object comes last
        return tree


def check_size(text: bytes) -> None:
    """Refuse to build a tree of more than `TREE_VALUES_MAX` values.

    Raises:
        TooLarge: it would have more.
    """
    if len(text) <= TREE_VALUES_MAX:
        return
    if sum(map(text.count, (b",", b"{", b"["))) <= TREE_VALUES_MAX:
        return
    if len(_outside_strings(text, _SEPARATORS)) > TREE_VALUES_MAX:
        raise TooLarge("more values than can be read")


def check_nesting(text: bytes) -> None:
    """Refuse JSON nested deeper than Chromium's parser goes.

    Raises:
        TooDeep: it is.
        TooLarge: nobody can tell, with so many brackets.
    """
    if text.count(b"{") + text.count(b"[") <= NESTING_MAX:
        return
    brackets = _outside_strings(text, _BRACKETS)
    if len(brackets) > BRACKETS_MAX:
        raise TooLarge("more brackets than can be matched")
    steps = memoryview(brackets.translate(_STEPS)).cast("b")
    if max(accumulate(steps), default=0) > NESTING_MAX:
        raise TooDeep("nested too deeply")


def _outside_strings(text: bytes, wanted: bytes) -> bytes:
    """Those of the `wanted` characters that stand outside of strings, in their order.

    Done without a step of Python for each string: escapes go, then all that is not wanted, and
    what is `""` then. A pair of quotes less leaves every other character in or out as it was.
    """
    dropped = bytes(set(range(256)) - set(wanted) - {ord('"')})
    text = text.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, dropped)
    text = text.replace(b'""', b"")
    if text.count(b'"') > BRACKETS_MAX:
        raise TooLarge("more strings than can be read")
    return _STRING.sub(b"", text)
