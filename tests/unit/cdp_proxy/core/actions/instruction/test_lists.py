from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction.lists import MAX_ITEMS, items, pair_of, pairs, spans
from cdp_proxy.core.actions.instruction.tokens import tokenize


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("A, B and C", ["A", "B", "C"]),
        ('"A" and "B"', ['"A"', '"B"']),
        ("the Save button and the Close button", ["the Save button", "the Close button"]),
        ("Terms and conditions", ["Terms and conditions"]),
        ('"A, B and C"', ['"A, B and C"']),
        ("A", ["A"]),
        ("A, B, and C", ["A", "B", "C"]),
    ],
)
def test_an_enumeration_is_divided_and_a_name_is_not(said: str, parts: list[str]) -> None:
    assert [part.source for part in items(tokenize(said))] == parts


def test_a_bare_and_divides_only_where_it_is_said_to() -> None:
    said = tokenize("a.txt and b.txt")

    assert [part.source for part in items(said)] == ["a.txt and b.txt"]
    assert [part.source for part in items(said, bare_and=True)] == ["a.txt", "b.txt"]


def test_there_are_only_so_many_items() -> None:
    assert len(items(tokenize("a, " * (MAX_ITEMS + 5)))) == MAX_ITEMS


@pytest.mark.parametrize(
    ("said", "name", "value"),
    [
        ("Name = Bob Smith", "Name", "Bob Smith"),
        ("the Name: Bob", "Name", "Bob"),
        ('"Name" with "Bob"', '"Name"', '"Bob"'),
        ("quantity to 3", "quantity", "3"),
        ('the password "x y"', "password", '"x y"'),
        ("email b@x.org", "email", "b@x.org"),
        ("first name Ada", "first name", "Ada"),
        ("Note with a = b", "Note with a", "b"),
    ],
)
def test_a_pair_is_a_field_and_its_value(said: str, name: str, value: str) -> None:
    pair = pair_of(tokenize(said))

    assert pair is not None
    assert (pair.name.source, pair.value.source) == (name, value)


@pytest.mark.parametrize("said", ["Bob", '"Bob"', "= Bob", "password", ""])
def test_a_single_thing_is_no_pair(said: str) -> None:
    assert pair_of(tokenize(said)) is None


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Name = Bob, Email = b@x.org", [("Name", "Bob"), ("Email", "b@x.org")]),
        ("Name = Bob\nAge: 7", [("Name", "Bob"), ("Age", "7")]),
        ("username bob and password x", [("username", "bob"), ("password", "x")]),
        ("City = Bath, Somerset, Age = 7", [("City", "Bath, Somerset"), ("Age", "7")]),
        ("Bob, Name = Ada", []),
        ("Bob", []),
    ],
)
def test_what_is_no_pair_belongs_to_the_value_before(
    said: str, found: list[tuple[str, str]]
) -> None:
    assert [(pair.name.source, pair.value.source) for pair in pairs(tokenize(said))] == found


def test_too_many_pairs_are_none() -> None:
    assert len(pairs(tokenize("x = y, " * MAX_ITEMS))) == MAX_ITEMS
    assert pairs(tokenize("x = y, " * (MAX_ITEMS + 1))) == []


def test_spans_leave_out_separators_and_what_is_empty_between_them() -> None:
    words = tokenize(", A, and B c;")

    assert [words[start:end].source for start, end in spans(words)] == ["A", "B c"]
