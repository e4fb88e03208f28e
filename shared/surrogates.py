r"""Lone surrogates in JSON text: JavaScript writes them, UTF-8 and msgspec have no place for them.

A text cut through an emoji is enough: `JSON.stringify("😀".slice(0, 1))` is `"\ud83d"`, and so is
what Chromium says of a page that holds such a text.
"""

from __future__ import annotations

import re
from typing import Final

_HIGH: Final = rb"\\u[dD][89abAB][0-9a-fA-F]{2}"
_LOW: Final = rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
# Both begin with the same three bytes so that `re` can search for these.
_LONE: Final = re.compile(
    rb"\\u[dD](?:"
    rb"[89abAB][0-9a-fA-F]{2}(?!" + _LOW + rb")"
    rb"|[c-fC-F][0-9a-fA-F]{2}(?<!" + _HIGH + rb"\\u[0-9a-fA-F]{4})"
    rb")"
)
_BACKSLASH: Final = rb"\\"
_STAND_IN: Final = b"\0\0"
"""For an escaped backslash, which begins no escape; JSON itself holds no NUL."""


def without_lone_surrogates(json_text: bytes) -> bytes:
    r"""The same JSON, with the escape of U+FFFD where that of a lone surrogate was.

    JavaScript's `toWellFormed` does so to a string. Nothing changes its length or place. Text with
    a NUL, which is no JSON, comes back as it is.
    """
    if b"\0" in json_text:
        return json_text
    marked = json_text.replace(_BACKSLASH, _STAND_IN)
    return _LONE.sub(rb"\\ufffd", marked).replace(_STAND_IN, _BACKSLASH)
