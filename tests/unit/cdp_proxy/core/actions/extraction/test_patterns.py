"""Patterns of strangers: what is refused, what matches, and that nothing takes long."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_proxy.core.actions.extraction import patterns


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\d{3}-\d{4}$",
        r"^(?=.*[A-Z])\w+$",
        r"^(?:\+1)?[0-9 ]{7,15}$",
        r"\p{Lu}\p{Ll}+",
        "",
        r"[]a]",
    ],
)
def test_what_schemas_usually_say_is_accepted(pattern: str) -> None:
    patterns.check(pattern)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "missing"),
        ("a" * (patterns.CHARS_MAX + 1), "characters"),
        ("a{100000}", "multiply"),
        ("((a{100}){100}){100}", "multiply"),
        ("(?:(?:[ab]{50}){50}){50}", "multiply"),
    ],
)
def test_what_is_wrong_or_too_large_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(patterns.BadPattern, match=why):
        patterns.check(pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        (r"^\d+$", "123", True),
        (r"^\d+$", "12a", False),
        ("b", "abc", True),
        ("^b", "abc", False),
    ],
)
def test_a_pattern_is_looked_for_anywhere(pattern: str, text: str, matched: bool) -> None:
    assert patterns.matches(pattern, text) is matched


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^(\w+\s?)*$", "a" * 40 + "!"),
        (r"^(?:a|a|a|ab)*c$", "a" * 5_000 + "b"),
        (r"^(.*?,){25}P", "1," * 40 + "x"),
    ],
)
def test_catastrophic_backtracking_ends(pattern: str, text: str) -> None:
    patterns.check(pattern)
    began = time.process_time()

    try:
        matched = patterns.matches(pattern, text)
    except patterns.TooSlow:
        matched = False

    assert not matched
    assert time.process_time() - began < 20 * patterns.SECONDS


@pytest.mark.parametrize(
    ("pattern", "size"), [("abc", 3), ("a{4}", 4), ("(ab){3}", 9), ("a{2,5}", 5), (r"\d[a-z]", 2)]
)
def test_repeats_are_written_out(pattern: str, size: int) -> None:
    assert patterns.expanded_size(pattern) == size


@given(st.text(alphabet="ab(){}[]?*+|\\d^$.,123:=!<>", max_size=60))
@settings(max_examples=300, deadline=2_000)
def test_any_text_is_accepted_or_refused_in_time(pattern: str) -> None:
    try:
        patterns.check(pattern)
    except patterns.BadPattern:
        return

    with contextlib.suppress(patterns.TooSlow):
        assert patterns.matches(pattern, "abab123") in {True, False}
