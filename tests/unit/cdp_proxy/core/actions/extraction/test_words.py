"""Words: whether a field's name and a label mean the same."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.words import LABEL_CHARS_MAX, Query, likeness, means, stems


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("unitPrice", ("unit", "pric")),
        ("publication_dates", ("publication", "dat")),
        ("Number of the pages", ("number", "pag")),
        ("E-Mail", ("email",)),
        ("HTTPStatus2", ("http", "status", "2")),
        ("the", ("the",)),
    ],
)
def test_a_name_is_read_as_the_stems_of_its_words(text: str, found: tuple[str, ...]) -> None:
    assert stems(text) == found


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Page count", "Count of pages"),
        ("Count of pages", "Pages"),
        ("Pages", "Weight"),
    ],
)
def test_a_label_fits_the_better_the_less_its_words_differ(better: str, worse: str) -> None:
    query = Query("pageCount")

    assert likeness(query, better) > likeness(query, worse)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("price", "Old price"),
        ("price", "Shipping price"),
        ("title", "Subtitle"),
        ("weight", "Height"),
        ("price", ""),
        ("price", "price" + " tag" * LABEL_CHARS_MAX),
    ],
)
def test_a_label_of_something_else_does_not_fit(name: str, label: str) -> None:
    assert likeness(Query(name), label) == 0.0


def test_a_synonym_fits_less_than_the_word_itself() -> None:
    query = Query("manufacturer")

    assert 0.5 < likeness(query, "Brand") < likeness(query, "Manufacturer") == 1.0


def test_a_title_or_description_of_the_schema_may_name_the_label_instead() -> None:
    titled = Query("x1", title="Net weight")
    described = Query("x1", description="The net weight of the parcel")

    assert likeness(titled, "Net weight") > likeness(described, "Net weight") > 0.5
    assert likeness(Query("x1"), "Net weight") == 0.0


def test_the_names_of_the_objects_around_a_field_need_not_be_in_its_label() -> None:
    assert likeness(Query("bookPublisher", context=stems("book")), "Publisher") > 0.5


def test_a_field_means_a_word_by_its_name_its_title_or_a_synonym() -> None:
    assert means(Query("telephone"), "phone")
    assert means(Query("x", title="Cost"), "price")
    assert not means(Query("telephone"), "price", "email")
