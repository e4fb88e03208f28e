"""Reads a model's answer to a question of `extract`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

_MISSING_MAX = 1_000
_TEXT_MAX = 500


@dataclass(frozen=True, slots=True)
class Missing:
    """A value that the page does not have."""

    path: str
    """In the result, as `$.items[0].price`."""
    reason: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a model read on a page."""

    result: object
    missing: tuple[Missing, ...]


def read_extraction(answer: object) -> Extraction:
    """Understand an answer of the shape `schemas.extraction_schema`.

    Each null of the result is in `missing`, with the model's reason or, where it gave none, ours.
    """
    record = cast("Mapping[str, Any]", answer)
    said = {
        item["path"][:_TEXT_MAX]: item["reason"][:_TEXT_MAX]
        for item in record["missing"][:_MISSING_MAX]
    }
    for path in _nulls(record["result"]):
        said.setdefault(path, "The model found nothing on the page.")
    return Extraction(record["result"], tuple(Missing(*item) for item in said.items()))


def _nulls(result: object) -> list[str]:
    """Paths of the nulls in a result, as many as are reported at most."""
    found: list[str] = []
    stack: list[tuple[str, object]] = [("$", result)]
    while stack and len(found) < _MISSING_MAX:
        path, value = stack.pop()
        if value is None:
            found.append(path)
        elif isinstance(value, dict):
            stack.extend((f"{path}.{name}", inner) for name, inner in reversed(value.items()))
        elif isinstance(value, list):
            inner = list(enumerate(value))
            stack.extend((f"{path}[{index}]", item) for index, item in reversed(inner))
    return found
