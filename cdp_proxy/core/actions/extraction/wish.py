"""What extract is asked for, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict


class Format(StrEnum):
    """What the page is given as when no schema says what to look for."""

    MARKDOWN = "markdown"
    TEXT = "text"
    HTML = "html"
    LINKS = "links"
    TABLES = "tables"


class Missing(TypedDict):
    """One thing that was asked for and is not in the result, or not as asked."""

    path: str
    """JSON pointer into the result (RFC 6901); `""` is the whole."""
    reason: str
    """For people: what was looked for and why nothing was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractWish:
    """What to read off a page."""

    schema: Mapping[str, object] | None = None
    """JSON Schema (2020-12) of the result; hints: `x-selector`, `x-attribute`."""
    selector: str | None = None
    """CSS: only what is within the first element that matches."""
    format: Format | str | None = None
    """Without a schema; None for everything there is to say about a page at once."""
    instruction: str | None = None
    """For a model; the schema's rules do not need it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What was read. All of it is JSON."""

    result: object
    """As the schema says, with null for what was not found; or what `format` names."""
    missing: Sequence[Missing]
    url: str
    title: str
