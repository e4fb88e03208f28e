"""From the bytes of a body to its record, or an error that names the field and what it may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from msgspec import Struct

from shared import limits
from shared.errors import InvalidRequest

BodyT = TypeVar("BodyT", bound=Struct)
Allowed = Mapping[str, str]
"""What fields may hold, by path, where the type alone does not say it."""

_UNKNOWN_FIELD = re.compile(r"Object contains unknown field `(?P<name>.*)`\Z", re.DOTALL)
_MISSING_FIELD = re.compile(r"Object missing required field `(?P<name>.*)`\Z")
_PATH = re.compile(r" - at (?:`key` in )?`\$(?P<path>[^`]*)`\Z")
_REPEATED_CHARS_MAX = 200
_ELEMENT = re.compile(r"\[[^\]]*\]")


def decode_body(raw: bytes, kind: type[BodyT], allowed: Allowed) -> BodyT:
    """Decode and check a body; an empty one is an object without fields.

    Args:
        raw: as it was sent.
        kind: what it is to be.
        allowed: best has every required field of `kind`.

    Raises:
        InvalidRequest: with `details["field"]`, `body` when it is not about one field.
    """
    if len(raw) > limits.BODY_BYTES_MAX:
        raise refusal("body", f"The body must not exceed {limits.BODY_BYTES_MAX} bytes.")
    try:
        return msgspec.json.decode(raw if raw.strip() else b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise explain(error, allowed) from error
    # Not only DecodeError: bytes that are not UTF-8, and integers of thousands of digits, come as
    # ValueError; deep nesting comes as RecursionError.
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise refusal("body", "The body must be a JSON object.") from error


def not_allowed(field: str, allowed: Allowed) -> InvalidRequest:
    """The field holds what it may not."""
    return refusal(field, f"{field} must be {allowed[field]}.")


def refusal(field: str, message: str) -> InvalidRequest:
    """An error about a field, or about the `body`."""
    return InvalidRequest(message, field=field)


def explain(error: msgspec.ValidationError, allowed: Allowed) -> InvalidRequest:
    """Turn msgspec's sentence, `what - at `$.path``, into an error about a field."""
    text = str(error)
    at = _PATH.search(text)
    path = _ELEMENT.sub("", at["path"]).lstrip(".") if at else ""
    what = text[: at.start()] if at else text
    if unknown := _UNKNOWN_FIELD.match(what):
        field = _join(path, _shortened(unknown["name"]))
        return refusal(field, f"Unknown field: {field}.")
    if missing := _MISSING_FIELD.match(what):
        field = _join(path, missing["name"])
        must = f"; it must be {allowed[field]}" if field in allowed else ""
        return refusal(field, f"{field} is required{must}.")
    if not path:
        return refusal("body", "The body must be a JSON object.")
    if path in allowed:
        return not_allowed(path, allowed)
    return refusal(path, f"{path}: {_shortened(what.replace('`', '').lower())}.")


def _shortened(text: str) -> str:
    """What somebody made up, as it is repeated to him: over some carriers more would not go out."""
    return text if len(text) <= _REPEATED_CHARS_MAX else f"{text[:_REPEATED_CHARS_MAX]}…"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
