"""extract on saved pages of the kinds sites have, with the exact answer, in a real Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cdp_proxy.core.actions.extraction import Extracted, ExtractWish, extract, page_text
from shared.errors import InvalidRequest, TargetNotFound
from tests.fakes.tab import run
from tests.integration.actions_page import ActionsPage
from tests.integration.cdp import CdpClient
from tests.integration.conftest import NewSession

FIXTURES = Path(__file__).parent.parent / "fixtures" / "extract"
CASES: dict[str, dict[str, Any]] = json.loads((FIXTURES / "expected.json").read_text())
"""By what each shows: the page, the schema, the exact result, and the paths of what is missing."""


@pytest.fixture
def page(new_session: NewSession) -> Iterator[ActionsPage]:
    with CdpClient(new_session().connect_url) as client:
        yield ActionsPage(client.page())


def show(page: ActionsPage, name: str) -> None:
    """Put a saved page where the tab is; its `<base>` says where it is from."""
    html = (FIXTURES / name).read_text()
    page.cdp.evaluate(f"document.open(); document.write({json.dumps(html)}); document.close()")


def extract_from(page: ActionsPage, name: str, **wish: Any) -> Extracted:
    show(page, name)
    return run(extract(page, ExtractWish(**wish)))


@pytest.mark.parametrize("case", CASES)
def test_a_schema_is_filled_with_exactly_what_the_page_says(page: ActionsPage, case: str) -> None:
    expected = CASES[case]

    extracted = extract_from(page, expected["page"], schema=expected["schema"])

    assert extracted.result == expected["result"]
    assert [entry["path"] for entry in extracted.missing] == expected["missing"]


def test_an_article_becomes_markdown_without_what_is_around_it(page: ActionsPage) -> None:
    extracted = extract_from(page, "article.html", format="markdown")

    assert extracted.result == (FIXTURES / "article.md").read_text().rstrip("\n")


def test_without_schema_and_format_everything_is_told(page: ActionsPage) -> None:
    result: Any = extract_from(page, "article.html").result

    assert list(result) == ["markdown", "metadata", "links", "tables"]
    assert result["metadata"] == {
        "title": "Tides turn for harbour seals | The Coastal Review",
        "description": "Counts along the estuary are up for the third year running.",
        "canonical": "https://coastal.example/2026/02/seals",
        "language": "en-GB",
        "author": "Maren Holt",
        "published": "2026-02-14T08:30:00Z",
        "openGraph": {
            "title": "Tides turn for harbour seals",
            "type": "article",
            "image": "/img/seals-wide.jpg",
        },
        "jsonLdTypes": ["WebSite", "NewsArticle"],
    }
    assert {"text": "Imprint", "url": "https://coastal.example/imprint"} in result["links"]


def test_tables_have_their_spans_resolved(page: ActionsPage) -> None:
    extracted = extract_from(page, "table.html", format="tables")

    assert extracted.result == [
        {
            "caption": "Fernverkehr",
            "header": ["Zug", "Ziel", "Zeit / Plan", "Zeit / Ist", "Preis", "Pünktlich"],
            "rows": [
                ["ICE 73", "Basel SBB", "12:05", "12:11", "1.129,00 €", "✗"],
                ["IC 2012", "Köln Hbf", "12:20", "12:20", "49,90 €", "✓"],
                ["ICE 516", "Köln Hbf", "fällt aus", "fällt aus", "–", "✗"],  # noqa: RUF001
            ],
        },
        {
            "caption": "",
            "header": ["Order", "Date", "Total"],
            "rows": [["A-1", "03.04.2026", "12,50"], ["A-2", "31.12.2025", "7"]],
        },
    ]


def test_a_selector_limits_what_is_read(page: ActionsPage) -> None:
    extracted = extract_from(page, "results.html", selector=".yuRUbf", format="links")

    assert extracted.result == [
        {
            "text": "How to make a starter bread.example › starter",  # noqa: RUF001
            "url": "https://bread.example/starter?ref=1",
        }
    ]


def test_text_is_what_is_seen_line_by_line(page: ActionsPage) -> None:
    extracted = extract_from(page, "definitions.html", selector=".contact", format="text")

    assert extracted.result == (
        "Agent\n\nName: Tomasz Zielinski\nPhone: 01234 567 890\nEmail: tz@lets.example\n\n"
        "Website: profile"
    )


def test_html_is_cleaned(page: ActionsPage) -> None:
    extracted = extract_from(page, "article.html", selector=".byline", format="html")

    assert extracted.result == (
        '<p class="byline">By <a rel="author" href="https://coastal.example/people/maren-holt">'
        'Maren Holt</a> · <time datetime="2026-02-14T08:30:00Z">14 February 2026</time></p>'
    )


def test_a_model_is_shown_no_more_than_asked_for(page: ActionsPage) -> None:
    show(page, "article.html")

    text = str(run(page_text(page, ExtractWish(instruction="who wrote it?"), 60)).result)

    assert len(text) == 60
    assert text.startswith("# Tides turn for *harbour seals*")


def test_a_selector_that_matches_nothing_is_not_found(page: ActionsPage) -> None:
    with pytest.raises(TargetNotFound):
        extract_from(page, "article.html", selector="#nowhere")


def test_a_selector_that_is_none_is_refused(page: ActionsPage) -> None:
    with pytest.raises(InvalidRequest) as refused:
        extract_from(page, "article.html", selector="p[")

    assert refused.value.details["field"] == "selector"


def test_a_selector_in_a_schema_that_is_none_is_refused(page: ActionsPage) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "x-selector": "p["}}}

    with pytest.raises(InvalidRequest) as refused:
        extract_from(page, "article.html", schema=schema)

    assert refused.value.details["field"] == "schema"
    assert "/a" in refused.value.message
