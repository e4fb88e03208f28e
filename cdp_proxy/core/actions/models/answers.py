"""Decodes what a model wrote and says what is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import UnknownType, best_match
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from shared.surrogates import mended

_THOUGHT_END = "</think>"
"""Where open models stop to reason aloud."""
_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)\n\s*```", re.DOTALL)
_DEPTH_MAX = 64
_COMPLAINT_CHARS_MAX = 500


def _skipped(*_: object) -> None:
    """A keyword that is not checked."""


def _additional_properties(
    validator: Any, allowed: object, instance: object, schema: Mapping[str, object]
) -> Iterator[Any]:
    """As in the standard, but for objects that regular expressions would be needed for."""
    if "patternProperties" not in schema:
        yield from Draft202012Validator.VALIDATORS["additionalProperties"](
            validator, allowed, instance, schema
        )


_Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        "pattern": _skipped,
        "patternProperties": _skipped,
        "additionalProperties": _additional_properties,
        "unevaluatedProperties": _skipped,
    },
)
"""Regular expressions of a caller's schema are not run on a model's words: either may be made to
take for ever."""

_NOWHERE: Registry[Any] = Registry()
"""Resolves references within a schema only; jsonschema's own would fetch URLs."""


class Malformed(ValueError):
    """Not the JSON that was asked for; the text tells the model why."""


def decode(text: str) -> object:
    """The JSON in a model's words: all of them, a fenced block, or from the first brace on.

    Raises:
        Malformed: there is none.
    """
    for candidate in _candidates(text.rpartition(_THOUGHT_END)[2].strip()):
        try:
            value: object = json.loads(mended(candidate), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            continue
        return value
    raise Malformed("The answer is not JSON.")


def check(value: object, schema: Mapping[str, object]) -> None:
    """Whether a decoded answer is of the shape that was asked for.

    Raises:
        Malformed: with the first thing that is wrong, and where.
    """
    if _depth(value) > _DEPTH_MAX:
        raise Malformed("The answer is nested too deeply.")
    try:
        error = best_match(_Validator(schema, registry=_NOWHERE).iter_errors(value))
    except (UnknownType, Unresolvable, RecursionError, TypeError) as reason:
        raise Malformed("The schema cannot be used to check an answer.") from reason
    if error is not None:
        text = f"At {error.json_path}: {error.message}"
        raise Malformed(text[:_COMPLAINT_CHARS_MAX])


def _candidates(text: str) -> list[str]:
    fenced = [found.group(1) for found in _FENCED.finditer(text)]
    start, end = text.find("{"), text.rfind("}")
    embedded = [text[start : end + 1]] if 0 <= start < end else []
    return [text, *fenced, *embedded]


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _depth(value: object) -> int:
    """How deeply lists and objects are nested, counted without recursion."""
    deepest = 0
    stack: list[tuple[object, int]] = [(value, 1)]
    while stack and deepest <= _DEPTH_MAX:
        part, depth = stack.pop()
        deepest = max(deepest, depth)
        if isinstance(part, dict):
            stack.extend((inner, depth + 1) for inner in part.values())
        elif isinstance(part, list):
            stack.extend((inner, depth + 1) for inner in part)
    return deepest
