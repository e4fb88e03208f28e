"""The outcome of looking for one want."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from cdp_proxy.core.actions.extraction.tree import Node

ABSENT: Final = object()
Path = tuple[str | int, ...]


@dataclass(slots=True)
class Finding:
    """What was found for a want."""

    value: object = ABSENT
    score: float = 0.0
    """How sure, 0 to 1; of objects and arrays the mean of what was asked for."""
    missing: list[tuple[Path, str]] = field(default_factory=list)
    """What was not found, seen from the want, and why."""
    nodes: tuple[Node, ...] = ()
    """Of an array: the elements of its items."""

    @property
    def found(self) -> bool:
        """Whether there is a value."""
        return self.value is not ABSENT


def nothing(why: str) -> Finding:
    """Not found."""
    return Finding(missing=[((), why)])
