"""JSON Schema: what a value breaks, and the schemas that are refused."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_proxy.core.actions.extraction import validation
from shared.errors import InvalidRequest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)
KEYWORDS = st.sampled_from(
    [
        "type",
        "properties",
        "items",
        "required",
        "enum",
        "const",
        "anyOf",
        "allOf",
        "oneOf",
        "not",
        "$ref",
        "pattern",
        "format",
        "minimum",
        "$defs",
        "additionalProperties",
        "if",
        "then",
        "x-selector",
    ]
)
SCHEMAS = st.recursive(
    st.dictionaries(KEYWORDS, JSON, max_size=3),
    lambda inner: st.dictionaries(
        KEYWORDS, inner | st.lists(inner, max_size=2) | st.dictionaries(KEYWORDS, inner), max_size=3
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "schema", "paths"),
    [
        ({"a": 1}, {"type": "object", "properties": {"a": {"type": "string"}}}, ["/a"]),
        ({"a": [1, "x"]}, {"properties": {"a": {"items": {"type": "integer"}}}}, ["/a/1"]),
        ({}, {"required": ["a"]}, [""]),
        ("2026-02-30", {"format": "date"}, [""]),
        ("2026-02-28T10:00:00Z", {"format": "date-time"}, []),
        ("2026-02-28T10:00:00", {"format": "date-time"}, [""]),
        ("never", {"format": "date-time"}, [""]),
        (7, {"format": "date-time"}, []),
        ("A1", {"pattern": r"^\d"}, [""]),
        (1, {"pattern": r"^\d"}, []),
        (
            {"a/b": {"~": 1}},
            {"properties": {"a/b": {"properties": {"~": {"type": "null"}}}}},
            ["/a~1b/~0"],
        ),
    ],
)
def test_what_breaks_the_schema_is_named(value: object, schema: Any, paths: list[str]) -> None:
    assert [error["path"] for error in validation.validate(value, schema)] == paths


def test_a_pattern_out_of_time_says_so() -> None:
    schema = {"pattern": r"^(.*?,){25}P"}

    (error,) = validation.validate("1," * 60 + "x", schema)

    assert "too long to match" in error["reason"]


def test_errors_are_limited() -> None:
    found = validation.validate(["x"] * 1_000, {"items": {"type": "integer"}})

    assert len(found) == validation.ERRORS_MAX


def deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"items": schema}
    return schema


def doubling(levels: int) -> dict[str, Any]:
    """Each definition holds a value against the next one twice."""
    defs: dict[str, Any] = {
        f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}, {"$ref": f"#/$defs/d{n + 1}"}]}
        for n in range(levels)
    }
    return {"$ref": "#/$defs/d0", "$defs": {**defs, f"d{levels}": {"type": "string"}}}


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "text"}, "not valid"),
        ({"required": "a"}, "not of type"),
        ({"$ref": "https://example.com/schema"}, "within the schema"),
        ({"$ref": "#/$defs/none"}, "nothing at"),
        ({"$ref": "#/required", "required": ["a"]}, "no schema at"),
        ({"$ref": "#"}, "back to itself"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}, "back to itself"),
        (
            {
                "allOf": [{"$ref": "#/$defs/a"}],
                "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}},
            },
            "back to itself",
        ),
        (doubling(15), "multiply"),
        (deep(60), "levels deep"),
        ({"enum": list(range(6_000))}, "values"),
        ({"pattern": "(a{100}){1000}"}, "pattern"),
        ({"pattern": "("}, "pattern"),
        ({"$dynamicRef": "#a"}, "not supported"),
        ({"patternProperties": {"(a+)+$": {}}}, "not supported"),
    ],
)
def test_hostile_and_broken_schemas_are_refused_at_once(schema: Any, why: str) -> None:
    began = time.process_time()

    with pytest.raises(InvalidRequest, match=why) as refused:
        validation.check_schema(schema)

    assert refused.value.details["field"] == "schema"
    assert time.process_time() - began < 1


def test_a_reference_is_resolved_within_the_schema() -> None:
    schema = {"$defs": {"a b": {"type": "string"}, "no": False, "yes": True}}

    assert validation.resolve("#/$defs/a%20b", schema) == {"type": "string"}
    assert validation.resolve("#/$defs/no", schema) == {"not": {}}
    assert validation.resolve("#/$defs/yes", schema) == {}


def test_a_recursive_schema_through_properties_is_fine() -> None:
    schema = {"properties": {"child": {"$ref": "#"}}, "required": ["name"]}

    (error,) = validation.validate({"name": "a", "child": {}}, schema)

    assert error["path"] == "/child"


@given(schema=SCHEMAS, value=JSON)
@settings(max_examples=300, deadline=2_000)
def test_any_schema_is_used_or_refused(schema: Any, value: object) -> None:
    try:
        found = validation.validate(value, schema)
    except InvalidRequest:
        return

    assert all(isinstance(error["reason"], str) for error in found)
