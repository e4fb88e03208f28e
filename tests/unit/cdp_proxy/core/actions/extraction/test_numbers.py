"""Numbers as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.actions.extraction.numbers import TEXT_CHARS_MAX, NotANumber, parse_number


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("42", "", 42),
        ("$1,299.00", "", 1299),
        ("1.299,00 €", "", 1299),
        ("1,299", "en", 1299),
        ("1.299", "de-DE", 1299),
        ("1.299", "en", 1.299),
        ("1,5", "de", 1.5),
        ("12'345.60 CHF", "", 12345.6),
        ("1\u202f234,5", "fr", 1234.5),
        ("4.5 out of 5", "", 4.5),
        ("4,5/5", "de", 4.5),
        ("($12.00)", "", -12),
        ("(123)", "", 123),
        ("-5", "", -5),
        ("\u22125.5 °C", "", -5.5),
        ("45 %", "", 45),
        ("1.2k", "", 1200),
        ("3 million", "", 3_000_000),
        ("2,5 Mio.", "de", 2_500_000),
        (".5", "", 0.5),
        ("123 reviews", "", 123),
    ],
)
def test_a_text_is_the_one_number_it_holds(text: str, language: str, value: float) -> None:
    assert parse_number(text, language) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no number"),
        ("free", "no number"),
        ("A4b", "no number"),
        ("10 to 20", "several"),
        ("$5.99 $3.99", "several"),
        ("5 " + "word " * TEXT_CHARS_MAX, "too long"),
    ],
)
def test_a_text_that_is_not_one_number_says_why(text: str, why: str) -> None:
    with pytest.raises(NotANumber, match=why):
        parse_number(text)


@pytest.mark.parametrize(
    ("text", "field_words", "value"),
    [("1.2 kg", ("weight", "kg"), 1.2), ("5 m", ("length", "m"), 5), ("5", ("kg",), 5)],
)
def test_a_unit_that_the_field_names_is_taken_off(
    text: str, field_words: tuple[str, ...], value: float
) -> None:
    assert parse_number(text, "en", field_words) == value


def test_another_unit_than_the_field_names_is_not_converted() -> None:
    with pytest.raises(NotANumber, match="in g, not in kg"):
        parse_number("1200 g", "en", ("weight", "kg"))


@given(st.floats(-1e9, 1e9).map(lambda value: round(value, 2)))
def test_what_is_written_plainly_is_read_back(value: float) -> None:
    assert parse_number(f"{value:,.2f}", "en") == pytest.approx(value)
    assert parse_number(f"{value:.2f}", "en") == pytest.approx(value)


@given(st.text(max_size=100) | st.text(alphabet="0123456789.,'-$€()/ kmof", max_size=100))
def test_any_text_is_a_number_or_says_why_not(text: str) -> None:
    try:
        assert isinstance(parse_number(text, "de", ("kg",)), int | float)
    except NotANumber:
        return
