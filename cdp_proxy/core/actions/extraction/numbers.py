"""Numbers as people write them."""

from __future__ import annotations

import re
from typing import Final

_PAIR: Final = 2
TEXT_CHARS_MAX: Final = 80
"""In a longer text a number is an aside, not the value."""
_COMMA_LANGUAGES: Final = frozenset(
    [
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "nl",
        "pl",
        "cs",
        "sk",
        "da",
        "sv",
        "nb",
        "nn",
        "no",
        "fi",
        "ru",
        "uk",
        "tr",
        "el",
        "ro",
        "bg",
        "hr",
        "sl",
        "sr",
        "hu",
        "id",
        "vi",
        "ca",
    ]
)
"""Where the comma is the decimal separator (CLDR)."""
_NUMBER: Final = re.compile(
    r"(?<![\w.,])(?P<sign>[-+\u2212\u2013](?=[\d.,$€£¥]))?(?:[$€£¥₹]\s?)?"
    r"(?P<digits>\d+(?:[.,'\u2019\u00a0\u202f ]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?|[.,]\d+)"
    r"(?:\s?(?P<scale>k|m|mn|mio|bn|b|thousand|million|billion|Mio\.?|Mrd\.?|tsd\.?)(?!\w))?"
    r"(?P<word>[^\W\d_]*)",
    re.IGNORECASE,
)
_OUT_OF: Final = re.compile(r"^\s*(?:/|out of|of|von|sur|de|di)\s*(?=\d)", re.IGNORECASE)
_ACCOUNTED: Final = re.compile(r"\((?:[$€£¥].*|.*[$€£¥])\)")
"""Money in brackets is negative; other numbers in brackets are counts."""
_SCALES: Final = {
    "k": 1e3,
    "thousand": 1e3,
    "tsd": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "mio": 1e6,
    "million": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "billion": 1e9,
    "mrd": 1e9,
}
_UNITS: Final = {
    "kg": "kg kilogram kilograms kilo kilos",
    "g": "g gram grams gramm",
    "mg": "mg milligram milligrams",
    "lb": "lb lbs pound pounds",
    "oz": "oz ounce ounces",
    "km": "km kilometer kilometers kilometre kilometres",
    "m": "m meter meters metre metres",
    "cm": "cm centimeter centimeters centimetre centimetres",
    "mm": "mm millimeter millimeters millimetre millimetres",
    "in": "in inch inches",
    "ft": "ft foot feet",
    "mi": "mi mile miles",
    "ml": "ml milliliter milliliters millilitre",
    "l": "l liter liters litre litres",
    "gb": "gb gigabyte gigabytes",
    "mb": "mb megabyte megabytes",
    "kb": "kb kilobyte kilobytes",
    "tb": "tb terabyte terabytes",
    "h": "h hour hours hr hrs",
    "min": "min mins minute minutes",
    "s": "s sec secs second seconds",
    "day": "day days",
}
_UNIT_OF: Final = {word: unit for unit, words in _UNITS.items() for word in words.split()}


class NotANumber(Exception):
    """The text is not one number; its text says why, to follow *the page says …*."""


def parse_number(text: str, language: str = "", field_words: tuple[str, ...] = ()) -> int | float:
    """The one number a text holds: with currency, separators, a unit or a scale (`1.2k`).

    Args:
        text: `$1,299.00`, `1.299,00 €`, `4.5 out of 5`, `($12.00)`, `45 %`.
        language: Of the page (BCP 47); decides what `1.299` is. Without one: English.
        field_words: Words of the field's name: a unit among them must be the text's, if it has one.

    Raises:
        NotANumber: none, several, or in another unit.
    """
    text = text.replace("\u00a0", " ").replace("\u202f", " ").strip()
    if len(text) > TEXT_CHARS_MAX:
        raise NotANumber("which is too long to be a number")
    found = list(_NUMBER.finditer(text))
    if len(found) == _PAIR and _OUT_OF.match(text[found[0].end() :]):
        del found[1]
    if len(found) != 1:
        raise NotANumber("which holds several numbers" if found else "which is no number")
    number = found[0]
    _check_unit(text, number, field_words)
    value = _value(number["digits"], language)
    scale = (number["scale"] or "").casefold().rstrip(".")
    if scale and not (scale == "m" and _UNIT_OF["m"] in field_words):
        value *= _SCALES[scale]
    if number["sign"] in {"-", "\u2212", "\u2013"} or _ACCOUNTED.fullmatch(text):
        value = -value
    value = round(value, 10)
    return int(value) if value.is_integer() else value


def _check_unit(text: str, number: re.Match[str], field_words: tuple[str, ...]) -> None:
    """*1200 g* is no number of kilograms."""
    wanted = {_UNIT_OF[word] for word in field_words if word in _UNIT_OF}
    after = re.match(r"\s*([^\W\d_]+)", text[number.end("digits") :])
    unit = _UNIT_OF.get(after[1].casefold()) if after else None
    if wanted and unit and unit not in wanted:
        raise NotANumber(f"which is in {unit}, not in {', '.join(sorted(wanted))}")
    if number["word"] and unit is None and len(number["word"]) == 1 and number["word"] not in "x%":
        raise NotANumber("which is no number")


def _value(digits: str, language: str) -> float:
    """Digits with separators: the last of two kinds is the decimal one."""
    digits = re.sub(r"['\u2019 ]", "", digits)
    marks = [character for character in digits if character in ".,"]
    if not marks:
        return float(digits)
    decimal = marks[-1]
    if len(set(marks)) == 1:
        grouped = re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+", digits) is not None
        if grouped and (len(marks) > 1 or decimal != _decimal_mark(language)):
            decimal = ""
    thousands = {".", ","} - {decimal}
    for mark in thousands:
        digits = digits.replace(mark, "")
    return float(digits.replace(",", "."))


def _decimal_mark(language: str) -> str:
    return "," if language.casefold().split("-")[0] in _COMMA_LANGUAGES else "."
