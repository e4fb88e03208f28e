"""Marks: facts that tags and attributes tell."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.facts import Source
from cdp_proxy.core.actions.extraction.marks import CLASS_CHARS_MAX, labels_of, marks
from cdp_proxy.core.actions.extraction.text import line
from cdp_proxy.core.actions.extraction.tree import Node
from tests.fakes.readings import tree


def _facts(html: str) -> set[tuple[str, object, Source]]:
    return {
        (f.label, line(f.held) if isinstance(f.held, Node) else f.held, f.source)
        for f in marks(tree(html))
    }


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("price", ["price"]),
        ("card__price", ["price"]),
        ("card__price--old", ["price old"]),
        ("price--old", ["price old"]),
        ("price__x7f3a", ["price"]),
        ("x" * (CLASS_CHARS_MAX + 1), []),
    ],
)
def test_a_class_name_is_read_as_its_element_and_modifier(name: str, labels: list[str]) -> None:
    assert labels_of(name) == labels


@pytest.mark.parametrize(
    ("html", "known"),
    [
        ('<b itemprop="isbn">978</b>', ("isbn", "978", Source.MICRODATA)),
        ('<b aria-label="Rating: 4.5">*</b>', ("Rating", "4.5", Source.ARIA)),
        ('<b title="4 out of 5">*</b>', ("rating", "4 out of 5", Source.ARIA)),
        ('<b aria-label="Price">9 €</b>', ("Price", "9 €", Source.ARIA)),
        ('<b class="price">9 €</b>', ("price", "9 €", Source.CLASS)),
        ('<b data-testid="price">9 €</b>', ("price", "9 €", Source.CLASS)),
        ('<td data-label="Price">9 €</td>', ("Price", "9 €", Source.ROW)),
        ('<b data-price="9.00">buy</b>', ("price", "9.00", Source.DATA)),
        ("<address>Bath</address>", ("address", "Bath", Source.ARIA)),
        ("<h1>Emma</h1>", ("title", "Emma", Source.TITLE)),
        ('<a rel="author">Jane</a>', ("author", "Jane", Source.CLASS)),
        ('<input name="city">', ("city", "", Source.CLASS)),
    ],
)
def test_an_attribute_names_its_element(html: str, known: tuple[str, object, Source]) -> None:
    assert known in _facts(html)


def test_a_vague_property_is_named_after_what_it_is_a_property_of() -> None:
    html = '<div itemprop="brand" itemscope><b itemprop="name">Penguin</b></div>'
    told = {(label, held) for label, held, source in _facts(html) if source is Source.MICRODATA}

    assert told == {("brand", "Penguin"), ("brand name", "Penguin")}


@pytest.mark.parametrize(
    "html",
    [
        '<b class="price" hidden>9 €</b>',
        '<main class="price">9 €</main>',
        '<script class="price">9</script>',
        '<meta name="price" content="9">',
    ],
)
def test_what_is_not_shown_or_is_nearly_the_page_is_not_named(html: str) -> None:
    assert _facts(html) == set()
