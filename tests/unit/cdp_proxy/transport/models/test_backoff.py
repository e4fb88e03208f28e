from __future__ import annotations

import pytest

from cdp_proxy.transport.models.backoff import parse_retry_after, wait_seconds


@pytest.mark.parametrize(
    ("retry", "random", "seconds"),
    [(0, 0.0, 0.0), (0, 1.0, 0.5), (1, 1.0, 1.0), (3, 0.5, 2.0), (30, 1.0, 20.0)],
)
def test_waits_are_anything_up_to_a_bound_that_doubles(
    retry: int, random: float, seconds: float
) -> None:
    assert wait_seconds(retry, None, random) == seconds


@pytest.mark.parametrize(("random", "seconds"), [(0.0, 7.0), (1.0, 7.5)])
def test_what_the_service_asks_for_is_never_cut_short(random: float, seconds: float) -> None:
    assert wait_seconds(0, 7.0, random) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:10 GMT"}, 10.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:27:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert parse_retry_after(headers, now=1445412480.0) == seconds


def test_dates_are_seen_from_the_systems_clock() -> None:
    assert parse_retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:10 GMT"}) == 0
