"""*In all upper case letters*: how a text is to be changed before it is typed."""

from __future__ import annotations

import re
from collections.abc import Callable

from cdp_proxy.core.actions.instruction.phrases import Phrases
from cdp_proxy.core.actions.instruction.tokens import Words

Change = Callable[[str], str]
_VARIABLE = re.compile(r"(%[A-Za-z_]\w{0,99}%)")


def _outside_variables(change: Change) -> Change:
    """Change what is not the name of a variable; its value is not known yet."""

    def changed(text: str) -> str:
        parts = _VARIABLE.split(text)
        return "".join(part if at % 2 else change(part) for at, part in enumerate(parts))

    return changed


def unchanged(text: str) -> str:
    """The text as it was given."""
    return text


def _phrases(case: str) -> str:
    cases = [f"{case} case", f"{case}case", f"{case}-case", case]
    if case == "upper":
        cases += ["capital", "capitalized", "capitalised", "caps", "capitals", "block capital"]
    return "|".join(
        f"in {every}{word}{letters}"
        for every in ("", "all ", "only ")
        for word in cases
        for letters in ("", " letters", " characters", " text")
    )


CASES = Phrases[Change](
    {
        _phrases("upper") + "|all caps|in all-caps|uppercased": _outside_variables(str.upper),
        _phrases("lower") + "|in small letters|lowercased": _outside_variables(str.lower),
        "in title case|capitalized|capitalised": _outside_variables(str.title),
    }
)


def without_casing(words: Words) -> tuple[Words, Change]:
    """The words without the phrase that says a case, and what it does to a text."""
    for at in range(1, len(words)):
        found = CASES.at(words, at)
        if found is not None:
            return words.without(at, at + found[0]), found[1]
    return words, unchanged
