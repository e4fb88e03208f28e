"""Keeps a page within so many tokens: the lines that matter most to a request stay."""

from __future__ import annotations

import re

_ASCII_CHARS_PER_TOKEN = 3
"""Of outlines and Markdown; prose has about four. Erring low keeps prompts within the budget."""
_LINE_CHARS_MAX = 2_000
_WORD = re.compile(r"\w{3,}")


def estimate_tokens(text: str) -> int:
    """About how many tokens a text is, for any model: rather too many than too few."""
    beyond_ascii = sum(1 for character in text if ord(character) > 127)  # noqa: PLR2004
    return -(-(len(text) - beyond_ascii) // _ASCII_CHARS_PER_TOKEN) + beyond_ascii


def fit(text: str, max_tokens: int, about: str = "") -> str:
    """At most about `max_tokens` of `text`, whole lines in their order.

    Args:
        text: one thing a line, as outlines and Markdown are.
        max_tokens: as `estimate_tokens` counts.
        about: lines that share a word with it are kept before others.

    Returns:
        The text itself when it fits; else with `[… n lines left out]` where lines are missing.
    """
    if estimate_tokens(text) <= max_tokens:
        return text
    lines = [_shortened(line) for line in text.split("\n")]
    words = set(_WORD.findall(about.casefold()))
    fits = [bool(words & set(_WORD.findall(line.casefold()))) for line in lines]
    return _with_gaps(lines, _chosen(lines, fits, max_tokens))


def _shortened(line: str) -> str:
    return line if len(line) <= _LINE_CHARS_MAX else line[: _LINE_CHARS_MAX - 1] + "…"


def _chosen(lines: list[str], fits: list[bool], max_tokens: int) -> set[int]:
    """Indices of the lines to keep: those about the request first, each in reading order."""
    kept: set[int] = set()
    left = max_tokens
    for index in sorted(range(len(lines)), key=lambda index: not fits[index]):
        cost = estimate_tokens(lines[index]) + 1
        if cost > left:
            continue
        kept.add(index)
        left -= cost
    return kept


def _with_gaps(lines: list[str], kept: set[int]) -> str:
    parts: list[str] = []
    missing = 0
    for index, line in enumerate(lines):
        if index not in kept:
            missing += 1
            continue
        if missing:
            parts.append(_gap(missing))
            missing = 0
        parts.append(line)
    if missing:
        parts.append(_gap(missing))
    return "\n".join(parts)


def _gap(lines: int) -> str:
    return f"[… {lines} lines left out]"
