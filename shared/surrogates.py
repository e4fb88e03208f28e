"""Lone surrogates in JSON: JavaScript writes them, UTF-8 and msgspec have no place for them."""

from __future__ import annotations

import re
from typing import Final

_HIGH: Final = rb"\\u[dD][89abAB][0-9a-fA-F]{2}"
_LOW: Final = rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
# Both ways begin with the same bytes so that `re` can search for these: four times as fast.
_LONE: Final = re.compile(
    rb"\\u[dD](?:"
    rb"[89abAB][0-9a-fA-F]{2}(?!" + _LOW + rb")"
    rb"|[c-fC-F][0-9a-fA-F]{2}(?<!" + _HIGH + rb"\\u[0-9a-fA-F]{4})"
    rb")"
)
_BACKSLASH: Final = rb"\\"
_NOT_IN_JSON: Final = b"\0\0"
"""Stands for an escaped backslash while escapes are looked for."""
_REPLACEMENT: Final = rb"\\ufffd"


def mend_surrogates(text: bytes) -> bytes:
    """JSON whose strings are Unicode: each lone surrogate becomes U+FFFD, all else stays.

    JavaScript's strings may hold half of a pair, and pages cut their texts in the midst of an emoji
    all the time; Chromium writes the half as an escape (RFC 8259 8.2), which most parsers refuse.
    """
    if (rb"\ud" not in text and rb"\uD" not in text) or b"\0" in text:  # a NUL is no JSON
        return text
    hidden = text.replace(_BACKSLASH, _NOT_IN_JSON)
    return _LONE.sub(_REPLACEMENT, hidden).replace(_NOT_IN_JSON, _BACKSLASH)


def mended(text: str) -> str:
    """As `mend_surrogates`, of text; a lone surrogate of its own becomes `?`."""
    return mend_surrogates(text.encode(errors="replace")).decode()
