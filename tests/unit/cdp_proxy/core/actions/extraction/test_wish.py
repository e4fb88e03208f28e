"""Wishes: what extract is asked for."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from cdp_proxy.core.actions.extraction.wish import ExtractWish, Format, Missing


def test_formats_are_written_as_on_the_wire() -> None:
    assert {str(one) for one in Format} == {"markdown", "text", "html", "links", "tables"}
    assert Format("links") is Format.LINKS


def test_a_format_nobody_knows_is_none() -> None:
    with pytest.raises(ValueError, match="pdf"):
        Format("pdf")


def test_a_wish_for_nothing_in_particular_is_for_the_whole_page() -> None:
    wish = ExtractWish()

    assert (wish.schema, wish.selector, wish.format, wish.instruction) == (None, None, None, None)


def test_a_wish_does_not_change_once_made() -> None:
    wish = ExtractWish(selector="main")

    with pytest.raises(FrozenInstanceError):
        wish.selector = "body"  # type: ignore[misc]


def test_what_is_missing_tells_where_and_why() -> None:
    assert Missing.__required_keys__ == {"path", "reason"}
