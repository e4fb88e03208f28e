"""Plain reading: a page, or part of it, in a format."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.plain import read_as
from cdp_proxy.core.actions.extraction.wish import Format
from tests.fakes.readings import reading

PAGE = """
<nav><a href="/home">Home</a></nav>
<main><h1>Emma</h1><p>A novel by <a href="/austen">Jane Austen</a>, first published in 1815.</p>
<table><tr><th>Format</th><th>Price</th></tr><tr><td>Paper</td><td>9</td></tr></table></main>
"""


@pytest.mark.parametrize(
    ("wanted", "in_it", "not_in_it"),
    [
        (Format.MARKDOWN, "# Emma", "Home"),
        (Format.TEXT, "Home", "# Emma"),
        (Format.HTML, "<h1>Emma</h1>", "# Emma"),
    ],
)
def test_each_format_writes_the_page_its_own_way(
    wanted: Format, in_it: str, not_in_it: str
) -> None:
    said = read_as(wanted, reading(PAGE), None)

    assert isinstance(said, str)
    assert in_it in said
    assert not_in_it not in said


def test_links_are_of_the_whole_page() -> None:
    assert read_as(Format.LINKS, reading(PAGE), None) == [
        {"text": "Home", "url": "https://shop.example/home"},
        {"text": "Jane Austen", "url": "https://shop.example/austen"},
    ]


def test_without_a_format_all_that_complement_each_other_are_given() -> None:
    page = reading(PAGE, title="Emma - Books")
    said = read_as(None, page, None)

    assert isinstance(said, dict)
    assert list(said) == ["markdown", "metadata", "links", "tables"]
    assert said["markdown"] == read_as(Format.MARKDOWN, page, None)
    assert said["tables"] == read_as(Format.TABLES, page, None) != []
    assert (said["metadata"]["title"], said["metadata"]["language"]) == ("Emma - Books", "en")


def test_markdown_of_a_subtree_is_of_all_that_is_visible_in_it() -> None:
    page = reading(PAGE)

    assert read_as(Format.MARKDOWN, page, page.root.find("nav")) == (
        "[Home](https://shop.example/home)"
    )


def test_text_and_links_of_a_subtree_leave_the_rest_of_the_page_out() -> None:
    page = reading(PAGE)
    heading = page.root.find("h1")

    assert read_as(Format.TEXT, page, heading) == "Emma"
    assert read_as(Format.LINKS, page, heading) == []
