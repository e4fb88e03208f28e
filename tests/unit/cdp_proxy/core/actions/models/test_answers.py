from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.actions.models.answers import Malformed, check, decode

NESTED: dict[str, Any] = {
    "type": "object",
    "properties": {"items": {"type": "array", "items": {"type": "integer"}}},
    "required": ["items"],
}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '  {"a": 1}\n',
        '```json\n{"a": 1}\n```',
        'Here it is:\n```\n{"a": 1}\n```\nAnything else?',
        'Sure! {"a": 1} is the answer.',
        '<think>Perhaps {"b": 2}?</think>\n{"a": 1}',
    ],
)
def test_json_is_found_in_what_a_model_wrote(text: str) -> None:
    assert decode(text) == {"a": 1}


def test_half_of_a_pair_becomes_the_replacement_character() -> None:
    assert decode(r'{"a": "cut \ud83d"}') == {"a": "cut \ufffd"}


@pytest.mark.parametrize("text", ["", "No.", '{"a": ', '{"a": NaN}', "[" * 100_000, "} {"])
def test_what_has_no_json_is_malformed(text: str) -> None:
    with pytest.raises(Malformed, match="not JSON"):
        decode(text)


def test_an_answer_of_the_right_shape_passes() -> None:
    check({"items": [1, 2]}, NESTED)


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ({"items": [1, "2"]}, r"At \$\.items\[1\]: '2' is not of type 'integer'"),
        ({}, r"At \$: 'items' is a required property"),
        ([], r"At \$: \[\] is not of type 'object'"),
    ],
)
def test_the_complaint_says_what_and_where(value: object, complaint: str) -> None:
    with pytest.raises(Malformed, match=complaint):
        check(value, NESTED)


def test_a_complaint_is_short_however_long_the_answer() -> None:
    with pytest.raises(Malformed) as error:
        check({"items": "x" * 100_000}, NESTED)

    assert len(str(error.value)) <= 500


def test_an_answer_nested_without_end_is_malformed() -> None:
    value: object = 1
    for _ in range(5_000):
        value = [value]

    with pytest.raises(Malformed, match="nested too deeply"):
        check(value, {})


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://unreachable.invalid/schema"},
        {"$ref": "#/nowhere"},
        {"type": "no such type"},
        {"minimum": "1"},
    ],
)
def test_a_schema_that_cannot_be_used_is_no_crash_and_nothing_is_fetched(
    schema: dict[str, Any],
) -> None:
    with pytest.raises(Malformed, match="schema cannot be used"):
        check(1, schema)


SLOW = "^(a+)+$"


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ("a" * 50 + "!", {"type": "string", "pattern": SLOW}),
        ({"a" * 50 + "!": 1}, {"patternProperties": {SLOW: {}}}),
        ({"a" * 50 + "!": 1}, {"patternProperties": {SLOW: {}}, "additionalProperties": False}),
        ({"a" * 50 + "!": 1}, {"patternProperties": {SLOW: {}}, "unevaluatedProperties": False}),
        ({"a" * 50 + "!": 1}, {"propertyNames": {"pattern": SLOW}}),
    ],
)
def test_a_pattern_that_would_take_for_ever_is_not_run(
    value: object, schema: dict[str, Any]
) -> None:
    check(value, schema)


def test_additional_properties_are_refused_where_the_schema_says_so() -> None:
    with pytest.raises(Malformed, match="'b' was unexpected"):
        check({"a": 1, "b": 2}, {"properties": {"a": {}}, "additionalProperties": False})
