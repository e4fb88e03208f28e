"""Reads a model's answer to a question of `extract`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from cdp_proxy.core.actions.extraction.wish import Missing

_MISSING_MAX = 1_000
_TEXT_MAX = 500


class Reading(NamedTuple):
    """What a model read on a page."""

    result: object
    missing: Sequence[Missing]


def read_extraction(answer: object) -> Reading:
    """Understand an answer of the shape `schemas.extraction_schema`.

    Each null of the result is in `missing`, with the model's reason or, where it gave none, ours.
    Whether the result is as the caller's schema says is still to be checked
    (`extraction.validation`): the model was asked with a laxer one.
    """
    record = cast("Mapping[str, Any]", answer)
    said = {
        item["path"][:_TEXT_MAX]: item["reason"][:_TEXT_MAX]
        for item in record["missing"][:_MISSING_MAX]
    }
    for path in _nulls(record["result"]):
        said.setdefault(path, "The model found nothing on the page.")
    missing = tuple(Missing(path=path, reason=reason) for path, reason in said.items())
    return Reading(record["result"], missing)


def _nulls(result: object) -> list[str]:
    """JSON pointers (RFC 6901) to the nulls in a result, as many as are reported at most."""
    found: list[str] = []
    stack: list[tuple[str, object]] = [("", result)]
    while stack and len(found) < _MISSING_MAX:
        pointer, value = stack.pop()
        if value is None:
            found.append(pointer)
        elif isinstance(value, dict | list):
            stack.extend((f"{pointer}/{_escaped(key)}", inner) for key, inner in _reversed(value))
    return found


def _reversed(value: dict[str, object] | list[object]) -> list[tuple[object, object]]:
    """What is within, the last first: a stack gives it back in order."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    return list(pairs)[::-1]


def _escaped(key: object) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")
