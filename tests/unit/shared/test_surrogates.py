from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.surrogates import without_lone_surrogates

UNITS = st.lists(st.sampled_from(["a", '"', "\\", "\n", "u", "d83d", "\ud83d", "\ude00", "\udbff"]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rb'"\ud83d"', rb'"\ufffd"'),
        (rb'"\uDE00"', rb'"\ufffd"'),
        (rb'"\ud83d\ude00"', rb'"\ud83d\ude00"'),
        (rb'"\ud83d\ud83d\ude00\ude00"', rb'"\ufffd\ud83d\ude00\ufffd"'),
        (rb'"\ud83d\u0061"', rb'"\ufffd\u0061"'),
        (rb'"\\ud83d"', rb'"\\ud83d"'),
        (rb'"\\\ud83d"', rb'"\\\ufffd"'),
        (rb'"\\ud83d\ude00"', rb'"\\ud83d\ufffd"'),
        (b'"\xf0\x9f\x98\x80"', b'"\xf0\x9f\x98\x80"'),
        (b"\0", b"\0"),
        (rb'"\ud83', rb'"\ud83'),
    ],
)
def test_lone_ones_alone_are_replaced(text: bytes, expected: bytes) -> None:
    assert without_lone_surrogates(text) == expected


@given(UNITS)
@example(["\\", "\ud83d", "\ude00", "\ude00"])
def test_a_text_becomes_what_to_well_formed_makes_of_it(units: list[str]) -> None:
    utf_16 = "".join(units).encode("utf-16-le", "surrogatepass")
    text = json.dumps("".join(units))

    repaired = without_lone_surrogates(text.encode())

    assert json.loads(repaired) == utf_16.decode("utf-16-le", "replace")
    assert len(repaired) == len(text)
