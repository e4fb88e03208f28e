from __future__ import annotations

import pytest

from cdp_proxy.core.actions.reading import _at, _filled, _without, schema_of
from shared.errors import InstructionNotUnderstood


@pytest.mark.parametrize(
    ("instruction", "names"),
    [
        ("the title, the price and the author", ["title", "price", "author"]),
        ("Extract the price of this product.", ["price"]),
        ("what is the phone number?", ["phone number"]),
        ("please get name; email", ["name", "email"]),
    ],
)
def test_what_is_named_becomes_fields(instruction: str, names: list[str]) -> None:
    properties = schema_of(instruction)["properties"]

    assert isinstance(properties, dict)
    assert list(properties) == names


@pytest.mark.parametrize(
    "instruction",
    ["", "everything that a customer would like to know", ", ".join("abcdefghijklmnopqrstuvw")],
)
def test_what_names_nothing_or_too_much_is_not_understood(instruction: str) -> None:
    with pytest.raises(InstructionNotUnderstood):
        schema_of(instruction)


@pytest.mark.parametrize(
    ("found", "asked", "merged"),
    [
        ({"a": 1, "b": None}, {"a": 2, "b": 3, "c": 4}, {"a": 1, "b": 3, "c": 4}),
        ({"a": {"b": None}}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ([], [1, 2], [1, 2]),
        ([{"a": None}], [{"a": 1}], [{"a": 1}]),
        ([1], [2, 3], [1]),
        (0, 7, 0),
        (None, 7, 7),
    ],
)
def test_a_model_fills_in_only_what_the_rules_did_not_find(
    found: object, asked: object, merged: object
) -> None:
    assert _filled(found, asked) == merged


def test_a_pointer_leads_to_what_is_there() -> None:
    result = {"a/b": [{"~": 7}]}

    assert _at(result, "/a~1b/0/~0") == 7
    assert _at(result, "") == result
    assert _at(result, "/a~1b/9") is None
    assert _at(result, "/gone/x") is None


def test_what_is_not_as_the_schema_says_is_null_and_nothing_else() -> None:
    answered = {"pages": "many", "title": "Emma", "parts": [{"no": 1}, {"no": "two"}]}

    kept = _without(answered, {"/pages", "/parts/1/no", "/parts"})

    assert kept == {"pages": None, "title": "Emma", "parts": [{"no": 1}, {"no": None}]}
