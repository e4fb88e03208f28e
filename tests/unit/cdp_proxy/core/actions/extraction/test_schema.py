"""A schema as a tree of wants."""

from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.actions.extraction.schema import WANTS_MAX, make_plan
from shared.errors import InvalidRequest


def test_references_and_alternatives_are_resolved() -> None:
    plan = make_plan(
        {
            "properties": {"price": {"anyOf": [{"$ref": "#/$defs/money"}, {"type": "null"}]}},
            "$defs": {"money": {"type": ["number", "null"], "minimum": 0}},
        }
    )

    assert plan.root.kind == "object"
    assert plan.root.properties["price"].types == ("number",)
    assert plan.root.properties["price"].schema["minimum"] == 0


def test_a_recursive_schema_ends() -> None:
    plan = make_plan({"properties": {"child": {"$ref": "#"}, "name": {"type": "string"}}})

    depth, want = 0, plan.root
    while "child" in want.properties:
        depth, want = depth + 1, want.properties["child"]
    assert 0 < depth < 5


def test_selectors_are_collected_with_where_they_stand() -> None:
    items = {"properties": {"a": {"x-selector": "> a", "x-attribute": "href"}}}

    plan = make_plan({"type": "array", "x-selector": "li", "items": items})

    assert [(s.css, s.within) for s in plan.selectors] == [("li", -1), ("> a", 0)]
    assert plan.paths == ["", "/*/a"]


@pytest.mark.parametrize(
    "schema",
    [
        [],
        "object",
        {"x-selector": 5},
        {"x-selector": " "},
        {"$ref": "#"},
        {"type": "object", "required": [f"p{n}" for n in range(WANTS_MAX + 1)]},
    ],
)
def test_what_cannot_be_looked_for_is_refused(schema: Any) -> None:
    with pytest.raises(InvalidRequest) as refused:
        make_plan(schema)

    assert refused.value.details["field"] == "schema"
