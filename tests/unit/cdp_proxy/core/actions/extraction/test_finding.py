"""Findings: the outcome of looking for one want."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.finding import Finding, nothing


def test_nothing_says_why() -> None:
    none = nothing("It is not there.")

    assert not none.found
    assert none.score == 0.0
    assert none.missing == [((), "It is not there.")]


@pytest.mark.parametrize("value", [None, "", 0, False, []])
def test_a_value_that_is_empty_is_found_all_the_same(value: object) -> None:
    assert Finding(value).found


def test_findings_do_not_share_what_they_miss() -> None:
    one, other = Finding(), Finding()
    one.missing.append((("price",), "why"))

    assert other.missing == []
