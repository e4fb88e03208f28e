from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry

from cdp_proxy.core.actions.models.schemas import choices_schema, extraction_schema, is_strict
from cdp_proxy.core.actions.steps import Method

ACTION: dict[str, Any] = {
    "ref": 3,
    "method": "click",
    "arguments": [],
    "destination": None,
    "description": "the Save button",
}


def accepts(schema: Any, value: object) -> bool:
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, registry=Registry()).is_valid(value)


def result_accepts(wanted: Any, result: object) -> bool:
    return accepts(extraction_schema(wanted), {"result": result, "missing": []})


def test_choices_take_offered_methods_only() -> None:
    schema = choices_schema([Method.CLICK, Method.FILL])

    assert accepts(schema, {"actions": [ACTION], "more": False, "reason": ""})
    assert not accepts(
        schema, {"actions": [{**ACTION, "method": "navigate"}], "more": False, "reason": ""}
    )
    assert not accepts(schema, {"actions": [ACTION], "more": False})
    assert not accepts(schema, {"actions": [ACTION], "more": False, "reason": "", "else": 1})


def test_choices_are_of_the_strict_kind() -> None:
    assert is_strict(choices_schema(Method))


def test_an_extraction_has_its_result_and_what_is_missing() -> None:
    schema = extraction_schema({"type": "object", "properties": {"price": {"type": "number"}}})

    assert accepts(schema, {"result": {"price": 2.5}, "missing": []})
    assert accepts(
        schema,
        {"result": {"price": None}, "missing": [{"path": "/price", "reason": "not said"}]},
    )
    assert not accepts(schema, {"result": {"price": "2.5"}, "missing": []})
    assert not accepts(schema, {"result": {"price": 2.5}})


def test_without_a_schema_the_result_is_anything() -> None:
    assert result_accepts(None, ["what", {"ever": 1}])


@pytest.mark.parametrize(
    "wanted",
    [
        {"type": "string"},
        {"type": ["string", "number"]},
        {"enum": ["a", "b"]},
        {"type": "string", "enum": ["a"]},
        {"const": "a"},
        {"anyOf": [{"type": "string"}, {"type": "number"}]},
        {"oneOf": [{"type": "string"}, {"type": "number"}]},
        {"allOf": [{"type": "string"}, {"minLength": 1}]},
        {"$ref": "#/$defs/text"},
        {"type": "null"},
        {},
        True,
    ],
)
def test_any_property_may_be_null(wanted: object) -> None:
    schema = {
        "type": "object",
        "properties": {"a": wanted},
        "required": ["a"],
        "$defs": {"text": {"type": "string"}},
    }

    assert result_accepts(schema, {"a": None})
    assert not result_accepts(schema, {})


def test_references_work_where_the_schema_has_been_put() -> None:
    schema = {
        "$id": "https://example.com/tree",
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "label": {"$ref": "#/$defs/node/properties/name"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                },
                "required": ["name"],
            }
        },
    }

    assert result_accepts(schema, {"name": "a", "label": "b", "children": [{"name": "c"}]})
    assert not result_accepts(schema, {"name": "a", "children": [{"label": "c"}]})
    assert not result_accepts(schema, {"name": "a", "label": 1})


def test_a_schema_may_refer_to_its_root() -> None:
    schema = {"type": "object", "properties": {"next": {"$ref": "#"}, "n": {"type": "integer"}}}

    assert result_accepts(schema, {"n": 1, "next": {"n": 2, "next": None}})
    assert not result_accepts(schema, {"next": {"n": "2"}})


def test_hints_and_annotations_are_left_out_but_not_properties_of_that_name() -> None:
    wanted = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "properties": {"x-selector": {"type": "string", "x-selector": ".a", "examples": ["b"]}},
        "enum": [{"x-selector": "data"}],
    }

    result: Any = extraction_schema(wanted)["properties"]
    assert result["result"] == {
        "properties": {"x-selector": {"type": ["string", "null"]}},
        "enum": [{"x-selector": "data"}],
    }


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        ({"type": "string"}, True),
        ({}, False),
        ({"type": "object"}, False),
        ({"type": "object", "properties": {}, "additionalProperties": False}, True),
        ({"type": "array", "items": {"type": "object"}}, False),
        ({"anyOf": [{"type": "string"}, {"properties": {"a": {}}}]}, False),
        ({"enum": [{"type": "object"}]}, True),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
                "required": ["a"],
                "additionalProperties": False,
            },
            False,
        ),
    ],
)
def test_strict_schemas_are_told_from_others(schema: object, strict: bool) -> None:
    assert is_strict(schema) is strict
