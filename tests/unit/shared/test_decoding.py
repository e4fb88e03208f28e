"""The translation of msgspec's sentences; more of it with real bodies beside this file."""

from __future__ import annotations

import pytest
from msgspec import Struct

from shared import limits
from shared.decoding import decode_body, not_allowed, refusal
from shared.errors import InvalidRequest


class Part(Struct, forbid_unknown_fields=True, rename="camel"):
    full_name: str


class Whole(Struct, forbid_unknown_fields=True):
    parts: list[Part] = []
    sizes: dict[str, int] = {}


ALLOWED = {"parts.fullName": "a name", "sizes": "an object of integers"}


@pytest.mark.parametrize(
    ("raw", "field", "message"),
    [
        (b'{"part": 1}', "part", "Unknown field: part."),
        (b'{"parts": [{"size": 1}]}', "parts.size", "Unknown field: parts.size."),
        (b'{"parts": [{}]}', "parts.fullName", "parts.fullName is required; it must be a name."),
        (b'{"parts": [{"fullName": 7}]}', "parts.fullName", "parts.fullName must be a name."),
        (b'{"sizes": {"a": "b"}}', "sizes", "sizes must be an object of integers."),
        (b'{"parts": {}}', "parts", "parts: expected array, got object."),
        (b"[]", "body", "The body must be a JSON object."),
        (b"nothing", "body", "The body must be a JSON object."),
    ],
)
def test_the_field_is_named_with_what_is_wrong(raw: bytes, field: str, message: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        decode_body(raw, Whole, ALLOWED)

    assert (raised.value.details, raised.value.message) == ({"field": field}, message)


def test_a_name_of_any_length_is_not_repeated_as_a_whole() -> None:
    name = "x" * 100_000

    with pytest.raises(InvalidRequest) as raised:
        decode_body(f'{{"{name}": 1}}'.encode(), Whole, ALLOWED)

    short = "x" * 200 + "…"
    assert (raised.value.details, raised.value.message) == (
        {"field": short},
        f"Unknown field: {short}.",
    )


@pytest.mark.parametrize("raw", [b"", b" \n", b"{}"])
def test_nothing_is_an_object_without_fields(raw: bytes) -> None:
    assert decode_body(raw, Whole, ALLOWED) == Whole()


def test_an_empty_body_lacks_what_is_required() -> None:
    with pytest.raises(InvalidRequest, match=r"^fullName is required; it must be a name\.$"):
        decode_body(b"", Part, {"fullName": "a name"})


def test_a_body_over_the_limit_is_not_even_parsed() -> None:
    with pytest.raises(InvalidRequest, match=f"{limits.BODY_BYTES_MAX} bytes"):
        decode_body(b" " * (limits.BODY_BYTES_MAX + 1), Whole, ALLOWED)


def test_errors_name_their_field() -> None:
    assert not_allowed("sizes", ALLOWED).message == "sizes must be an object of integers."
    assert refusal("sizes", "no").details == {"field": "sizes"}
