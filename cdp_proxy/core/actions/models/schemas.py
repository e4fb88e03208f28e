"""The JSON Schemas of answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cdp_proxy.core.actions.steps import Method

Schema = Mapping[str, object]

_NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
"""Keywords whose keys are names of the schema's author, not keywords."""
_DATA = frozenset({"enum", "const", "default", "examples"})
"""Keywords whose values are data, not schemas."""
_DROPPED = frozenset({"$schema", "$id", "$comment", "default", "examples"})
"""What says nothing that a model's answer is checked by; `$id` would also give every reference
another base."""


def choices_schema(methods: Iterable[Method]) -> Schema:
    """Of an answer that chooses actions: only what every provider's strict mode takes.

    Args:
        methods: those that are offered, one at least.
    """
    ref = {"type": ["integer", "null"]}
    action = _record(
        ref=ref,
        method={"type": "string", "enum": sorted(method.value for method in methods)},
        arguments={"type": "array", "items": {"type": "string"}},
        destination=ref,
        description={"type": "string"},
    )
    return _record(
        actions={"type": "array", "items": action},
        more={"type": "boolean"},
        reason={"type": "string"},
    )


def extraction_schema(wanted: Schema | bool | None) -> Schema:
    """Of an answer that reads a page: `{"result", "missing": [{"path", "reason"}]}`.

    Args:
        wanted: the caller's schema; None for whatever answers the question. Its local references
            go on working inside the answer's schema, and any property may be null besides.
    """
    missing = _record(path={"type": "string"}, reason={"type": "string"})
    return _record(
        result={} if wanted is None else _embedded(wanted),
        missing={"type": "array", "items": missing},
    )


def is_strict(schema: object) -> bool:
    """Whether every object in it names all its properties as required and allows no others.

    OpenAI refuses other schemas in strict mode.
    """
    if isinstance(schema, list):
        return all(map(is_strict, schema))
    if not isinstance(schema, dict):
        return True
    if schema == {}:
        return False
    if "properties" in schema or schema.get("type") == "object":
        names = schema.get("properties", {})
        closed = schema.get("additionalProperties") is False
        if not closed or set(schema.get("required", ())) != set(names):
            return False
        return all(map(is_strict, names.values()))
    return all(is_strict(value) for key, value in schema.items() if key not in _DATA)


def _record(**properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _embedded(schema: object) -> object:
    """A schema as the subschema at `/properties/result`; what is in it keeps its place."""
    if isinstance(schema, list):
        return [_embedded(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {
        keyword: _embedded_value(keyword, value)
        for keyword, value in schema.items()
        if keyword not in _DROPPED and not keyword.startswith("x-")
    }


def _embedded_value(keyword: str, value: object) -> object:
    if keyword in _DATA:
        return value
    if keyword == "$ref" and isinstance(value, str) and (value == "#" or value.startswith("#/")):
        return f"#/properties/result{value[1:]}"
    if keyword in _NAMED and isinstance(value, Mapping):
        parts = {name: _embedded(part) for name, part in value.items()}
        return (
            {name: _nullable(part) for name, part in parts.items()}
            if keyword == "properties"
            else parts
        )
    return _embedded(value)


def _nullable(schema: object) -> object:
    """A schema that takes null as well, without moving its parts: references point into them."""
    if not isinstance(schema, dict) or not schema:
        return schema
    if "const" in schema:
        schema = {**schema, "enum": [schema["const"]]}
        del schema["const"]
    if "enum" in schema:
        schema = {**schema, "enum": [*(one for one in schema["enum"] if one is not None), None]}
    kinds = schema.get("type")
    if kinds is not None:
        kinds = kinds if isinstance(kinds, list) else [kinds]
        return {**schema, "type": [*(kind for kind in kinds if kind != "null"), "null"]}
    return schema if "enum" in schema else _with_null_choice(schema)


def _with_null_choice(schema: dict[str, object]) -> object:
    for keyword in ("anyOf", "oneOf"):
        options = schema.get(keyword)
        if isinstance(options, list):
            return {**schema, keyword: [*options, {"type": "null"}]}
    return {"anyOf": [schema, {"type": "null"}]}
