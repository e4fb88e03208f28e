"""The one error of this package, and what it tells the caller."""

from __future__ import annotations

from shared.errors import InstructionNotUnderstood

UNDERSTOOD = (
    "Understood are imperative sentences: click / double-click / right-click / hover / drag, "
    'type or enter "text" into a field, fill a form (Name = Bob), set … to …, clear, select … from '
    "…, check / uncheck, press a key, upload, scroll, go to a URL, back, forward, reload, wait "
    "for, expand / collapse, close, accept or dismiss an alert, submit, log in; put in a row with "
    '"and", "then", ";" or as sentences. Put names and texts in quotes.'
)
"""What the message of the error ends with."""

MAX_WORDS_SHOWN = 200
"""Characters of the unread part that are repeated to the caller."""


def not_understood(words: str, why: str = "This part could not be read as an action") -> Exception:
    """The error that names the part that was not read; to be raised by the caller."""
    shown = " ".join(words.split())
    if len(shown) > MAX_WORDS_SHOWN:
        shown = shown[: MAX_WORDS_SHOWN - 1] + "…"
    return InstructionNotUnderstood(f"{why}: {shown!r}. {UNDERSTOOD}", words=shown)
