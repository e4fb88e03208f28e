from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.json_text import (
    BRACKETS_MAX,
    NESTING_MAX,
    TREE_VALUES_MAX,
    TooDeep,
    TooLarge,
    TreeReader,
    check_nesting,
    check_size,
)

MANY = TREE_VALUES_MAX + 1
TEXTS = st.text(alphabet='[]{},"\\:x\n', max_size=20)
TREES = st.recursive(
    TEXTS,
    lambda parts: st.lists(parts, max_size=5) | st.dictionaries(TEXTS, parts, max_size=5),
    max_leaves=40,
)


def nested(depth: int) -> bytes:
    """Lists in lists, beside enough shallow ones that a count alone does not settle it."""
    return b"[" + b"[]," * NESTING_MAX + b"[" * (depth - 1) + b"]" * depth


@pytest.mark.parametrize(
    "text",
    [
        b"[" + b"[]," * MANY + b"1]",
        b"[" + b"1," * MANY + b"1]",
        b"[" + b'{"":""},' * MANY + b"1]",
        b"[" + rb'"\\\"",' * MANY + b"1]",
    ],
    ids=["lists", "numbers", "objects", "strings"],
)
def test_more_values_than_a_tree_may_have_are_refused(text: bytes) -> None:
    with pytest.raises(TooLarge):
        check_size(text)


def test_the_refusal_comes_before_the_tree() -> None:
    text = b"[" + b"[]," * MANY + b"1]"
    tracemalloc.start()

    with pytest.raises(TooLarge):
        TreeReader().read(text)

    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 4 * len(text)


@pytest.mark.parametrize(
    "value",
    ["f([1,2],{});" * MANY, "x" * 10_000_000, '\\"' * MANY],
    ids=["script", "long", "escapes"],
)
def test_a_string_may_hold_any_number_of_separators(value: str) -> None:
    assert TreeReader().read(json.dumps({"x": value}).encode()) == {"x": value}


@pytest.mark.parametrize("depth", [NESTING_MAX - 1, NESTING_MAX])
def test_nesting_up_to_the_limit_passes(depth: int) -> None:
    check_nesting(nested(depth))


@pytest.mark.parametrize("depth", [NESTING_MAX + 1, 100_000])
def test_nesting_beyond_the_limit_is_refused(depth: int) -> None:
    with pytest.raises(TooDeep):
        check_nesting(nested(depth))


@pytest.mark.parametrize(
    "text",
    [
        b"[" + b"[]," * (BRACKETS_MAX // 2) + b"1]",
        b"[" + b'["["],' * (BRACKETS_MAX // 2 + 1) + b"1]",
    ],
    ids=["brackets", "strings"],
)
def test_more_brackets_than_can_be_matched_are_refused(text: bytes) -> None:
    with pytest.raises(TooLarge):
        check_nesting(text)


@given(TREES)
def test_what_strings_hold_is_no_nesting(tree: object) -> None:
    """Whatever stands in them, and however it is escaped."""
    shallow = json.dumps([tree, ["[{" * NESTING_MAX, '\\"[' * NESTING_MAX]]).encode()
    deep = json.dumps([tree]).encode()[:-1] + b"," + b"[" * NESTING_MAX + b"]" * NESTING_MAX + b"]"

    check_nesting(shallow)
    with pytest.raises(TooDeep):
        check_nesting(deep)


@pytest.mark.parametrize(
    ("text", "repeats"),
    [(b'{"a":1,"\\u0061":2}', True), (b'{"a":{"b":1,"b":2}}', False), (b'[{"a":1}]', False)],
)
def test_a_repeated_key_of_the_outermost_object_is_noted(text: bytes, repeats: bool) -> None:
    reader = TreeReader()

    reader.read(text)

    assert reader.repeats is repeats


def test_what_only_python_takes_for_json_is_noted() -> None:
    reader = TreeReader()

    reader.read(b'{"a":NaN}')

    assert reader.fault == "NaN is not JSON"


@pytest.mark.parametrize("text", [b"", b"{", '{"a":1}'.encode("utf-16"), b'"\xff"'])
def test_what_is_no_json_in_utf_8_is_no_tree(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"JSON|codec|Expecting|delimiter"):
        TreeReader().read(text)
