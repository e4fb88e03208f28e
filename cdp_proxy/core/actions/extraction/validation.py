"""JSON Schema 2020-12, for schemas nobody vouches for.

- References are resolved within the schema only; nothing is ever fetched.
- Size, depth and the work of following references are bounded (`check_schema`).
- `pattern` has a deadline (`patterns`); one that runs out of time matches nothing, and the reason
  says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker, validators
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from cdp_proxy.core.actions.extraction import patterns
from cdp_proxy.core.actions.extraction.wish import Missing
from shared.errors import InvalidRequest

NODES_MAX: Final = 5_000
"""JSON values in a schema."""
DEPTH_MAX: Final = 40
"""JSON values within JSON values."""
WORK_MAX: Final = 2_000
"""Subschemas that one value is held against, references followed."""
ERRORS_MAX: Final = 200
_IN_PLACE: Final = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
"""Keywords whose subschemas are held against the same value."""
_REFUSED: Final = ("$dynamicRef", "$recursiveRef", "patternProperties")

Schema = Mapping[str, Any]
_FORMATS = FormatChecker(formats=("date", "email", "ipv4", "ipv6", "uuid"))


@_FORMATS.checks("date-time")
def _is_date_time(value: object) -> bool:
    """RFC 3339: with an offset."""
    if not isinstance(value, str):
        return True
    try:
        return dt.datetime.fromisoformat(value).tzinfo is not None and "T" in value.upper()
    except ValueError:
        return False


def _pattern(
    _validator: Validator, pattern: str, instance: object, _schema: Schema
) -> Iterator[ValidationError]:
    if not isinstance(instance, str):
        return
    try:
        matched = patterns.matches(pattern, instance)
    except patterns.TooSlow:
        yield ValidationError(f"the pattern {pattern!r} takes too long to match")
        return
    if not matched:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_Validator: Any = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, validators={"pattern": _pattern}
)


def make_validator(schema: Schema) -> Validator:
    """A validator of a schema that `check_schema` has passed."""
    made: Validator = _Validator(schema, registry=Registry(), format_checker=_FORMATS)
    return made


def validate(value: object, schema: Schema) -> list[Missing]:
    """What of a value is not as the schema says; the first `ERRORS_MAX` things.

    Raises:
        InvalidRequest: it is no schema, or one that asks too much.
    """
    check_schema(schema)
    return errors(value, make_validator(schema))


def errors(value: Any, validator: Validator) -> list[Missing]:
    """The same, of a schema that is checked already."""
    found: list[Missing] = []
    for error in validator.iter_errors(value):
        found.append(Missing(path=pointer(error.absolute_path), reason=error.message[:500]))
        if len(found) == ERRORS_MAX:
            break
    return found


def pointer(path: Any) -> str:
    """A JSON pointer (RFC 6901) of property names and positions."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def check_schema(schema: Schema) -> None:
    """Refuse what is no schema, and what would cost too much to hold a page against.

    Raises:
        InvalidRequest: with `field` `schema`.
    """
    for part in _measure(schema):
        _check_part(part, schema)
    try:
        _Validator.check_schema(schema)
    except SchemaError as error:
        where = pointer(error.absolute_path)
        raise _refuse(f"{error.message[:300]} (at {where or 'the root'})") from None
    _weigh(schema, schema, {}, ())


def _refuse(why: str) -> InvalidRequest:
    return InvalidRequest(f"The schema cannot be used: {why}", field="schema")


def _measure(schema: Schema) -> list[Mapping[str, Any]]:
    """All objects of the schema's JSON; without recursion, since nothing is known of it yet."""
    parts: list[Mapping[str, Any]] = []
    pending: list[tuple[object, int]] = [(schema, 0)]
    seen = 0
    while pending:
        value, depth = pending.pop()
        seen += 1
        if seen > NODES_MAX:
            raise _refuse(f"it has more than {NODES_MAX} values.")
        if depth > DEPTH_MAX:
            raise _refuse(f"it is more than {DEPTH_MAX} levels deep.")
        if isinstance(value, Mapping):
            parts.append(value)
            pending.extend((child, depth + 1) for child in value.values())
        elif isinstance(value, list):
            pending.extend((child, depth + 1) for child in value)
    return parts


def _check_part(part: Mapping[str, Any], schema: Schema) -> None:
    for keyword in _REFUSED:
        if isinstance(part.get(keyword), str | dict):
            raise _refuse(f"`{keyword}` is not supported; name the properties.")
    if isinstance(reference := part.get("$ref"), str):
        resolve(reference, schema)
    if isinstance(pattern := part.get("pattern"), str):
        _check_pattern(pattern)


def _check_pattern(pattern: str) -> None:
    try:
        patterns.check(pattern)
    except patterns.BadPattern as error:
        raise _refuse(f"the pattern {pattern[:100]!r} is wrong: {error}.") from None


def resolve(reference: str, schema: Schema) -> Schema:
    """The subschema that a local reference names.

    Raises:
        InvalidRequest: it is not within the schema.
    """
    if not reference.startswith("#"):
        raise _refuse(f"only references within the schema are followed, not {reference!r}.")
    try:
        root = DRAFT202012.create_resource(schema)
        found = Registry().resolver_with_root(root).lookup(reference).contents
    except Unresolvable:
        raise _refuse(f"there is nothing at {reference!r}.") from None
    if isinstance(found, bool):
        return {} if found else {"not": {}}
    if not isinstance(found, Mapping):
        raise _refuse(f"there is no schema at {reference!r}.")
    return found


def _weigh(part: object, schema: Schema, known: dict[int, int], path: tuple[int, ...]) -> int:
    """How many subschemas a value is held against, following references; bounds it and loops."""
    if not isinstance(part, Mapping):
        return 1
    if id(part) in path:
        raise _refuse("a reference leads back to itself.")
    if id(part) not in known:
        here = (*path, id(part))
        if len(here) > DEPTH_MAX * 4:
            raise _refuse("references lead too deep.")
        known[id(part)] = 1 + sum(_weigh(p, schema, known, here) for p in _in_place(part, schema))
    if known[id(part)] > WORK_MAX:
        raise _refuse("its references multiply too much.")
    return known[id(part)]


def _in_place(part: Mapping[str, Any], schema: Schema) -> Iterator[object]:
    for keyword in _IN_PLACE:
        value = part.get(keyword)
        if isinstance(value, list):
            yield from value
        elif keyword == "dependentSchemas" and isinstance(value, Mapping):
            yield from value.values()
        elif value is not None:
            yield value
    if isinstance(reference := part.get("$ref"), str):
        yield resolve(reference, schema)
