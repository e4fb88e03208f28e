"""Takes the values of variables out of what a model gets to see."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from cdp_proxy.core.actions.elements import Element, Snapshot

_SHORT = 4
"""Values shorter than this are only replaced where they stand alone: `1` is in every price."""

Hide = Callable[[str], str]


def hider(variables: Mapping[str, str]) -> Hide:
    """A function that puts `%name%` wherever the value of a variable is.

    Args:
        variables: name to value; empty values hide nothing.
    """
    names = {_collapsed(value): name for name, value in variables.items() if value.strip()}
    names |= {value: name for name, value in variables.items() if value.strip()}
    if not names:
        return lambda text: text
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile("|".join(_pattern_of(value) for value in longest_first))
    return lambda text: pattern.sub(lambda found: f"%{names[found.group()]}%", text)


def hide_values(snapshot: Snapshot, hide: Hide) -> Snapshot:
    """The same page with what `hide` hides hidden, in the address, names, texts and attributes."""
    return replace(
        snapshot,
        url=hide(snapshot.url),
        title=hide(snapshot.title),
        elements=[_hidden(element, hide) for element in snapshot.elements],
    )


def _hidden(element: Element, hide: Hide) -> Element:
    return replace(
        element,
        name=hide(element.name),
        text=hide(element.text),
        own_text=hide(element.own_text),
        label=hide(element.label),
        value=hide(element.value),
        attributes={name: hide(value) for name, value in element.attributes.items()},
    )


def _collapsed(value: str) -> str:
    """As an element's strings are."""
    return " ".join(value.split())


def _pattern_of(value: str) -> str:
    escaped = re.escape(value)
    return escaped if len(value) >= _SHORT else rf"(?<!\w){escaped}(?!\w)"
