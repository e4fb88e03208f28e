"""What the remote page has noticed, and what is typed there."""

from __future__ import annotations

from playwright.sync_api import (
    Page,
)

ASCII = "".join(map(chr, range(32, 127)))
EVERYTHING = ASCII + "漢字かな한국어 äßñ €" + "😀👩‍👩‍👧🇳🇴"


def seen(there: Page, what: str) -> None:
    """Wait until the remote page has noticed an event."""
    there.wait_for_function("what => seen.includes(what)", arg=what)
