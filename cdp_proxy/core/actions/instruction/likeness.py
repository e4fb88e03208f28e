"""Choices told by how they begin and end: *enter an item that starts with "An" and ends with "a"*.

That is what one says of suggestions: the beginning is typed, and what is suggested is chosen from.
"""

from __future__ import annotations

import re
from typing import Final

from cdp_proxy.core.actions.steps import Kind, Method, Step, Target

_QUOTED: Final = r"[\"\u201c'](?P<{name}>[^\"\u201d']{{1,100}})[\"\u201d']"
_SAYS: Final = re.compile(
    r"(?i)^\s*(?:enter|type|choose|select|pick|input|find)\s[\w\s]{0,60}?"
    r"\b(?:starts|starting|begins|beginning)\s+with\s+"
    + _QUOTED.format(name="begin")
    + r"(?:\s+and\s+(?:that\s+)?(?:ends|ending)\s+with\s+"
    + _QUOTED.format(name="end")
    + r")?\s*\.?\s*$"
)
STARTS: Final = "starts with "
ENDS: Final = "ends with "
"""What a target's qualities begin with that are about its text."""


def read_likeness(source: str) -> list[Step]:
    """The steps of a clause that is about a likeness; none when it is not."""
    said = _SAYS.match(source)
    if said is None:
        return []
    qualities = [STARTS + said["begin"]]
    if said["end"] is not None:
        qualities.append(ENDS + said["end"])
    return [
        Step(
            method=Method.FILL,
            target=Target(kind=Kind.FIELD),
            arguments=(said["begin"],),
            source=source,
        ),
        Step(
            method=Method.CLICK,
            target=Target(kind=Kind.OPTION, qualities=tuple(qualities)),
            source=source,
        ),
    ]
