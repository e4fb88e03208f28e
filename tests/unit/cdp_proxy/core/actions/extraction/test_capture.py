from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from cdp_proxy.core.actions.extraction.capture import Reading, Selector, read
from cdp_proxy.core.actions.ports import Page
from tests.unit.cdp_proxy.core.actions.extraction.test_extract import URL, OneDocument


def reading_of(page: OneDocument, selectors: Sequence[Selector] = ()) -> Reading:
    return asyncio.run(read(cast("Page", page), selectors))


def test_a_page_says_where_it_is_and_what_it_is_called() -> None:
    reading = reading_of(OneDocument())

    assert (reading.url, reading.title, reading.language) == (URL, "Emma", "en")
    assert reading.flaws == []


def test_what_a_selector_matches_are_nodes_of_the_tree() -> None:
    matches: list[Any] = [[3]]
    reading = reading_of(OneDocument(matches=matches), [Selector(".price")])

    (match,) = reading.matches
    assert match.valid
    assert [node.tag for node in match.nodes] == ["p"]


def test_a_selector_that_is_none_is_told_from_one_without_matches() -> None:
    invalid = reading_of(OneDocument(matches=[None]), [Selector("p[")])
    empty = reading_of(OneDocument(matches=[[]]), [Selector("h6")])

    assert not invalid.matches[0].valid
    assert empty.matches[0].valid
    assert empty.matches[0].nodes == []


def test_a_page_that_was_cut_short_says_so() -> None:
    assert reading_of(OneDocument(cut=True)).flaws
