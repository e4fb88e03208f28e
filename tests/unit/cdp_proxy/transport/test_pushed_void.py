"""One pushed connection whose token expires while it is there."""

from __future__ import annotations

import pytest

from shared.limits import WS_API_MAPPING_SECONDS
from tests.fakes.pushing import HeldPool
from tests.fakes.records import NOW
from tests.unit.cdp_proxy.transport.test_pushed import Case

LEFT = 30.0
"""Seconds until the token is void."""


@pytest.fixture
def case() -> Case:
    case = Case(void_at=NOW + LEFT)
    case.join()
    return case


def expire(case: Case) -> None:
    case.clock.advance(NOW + LEFT - case.clock.seconds())


def test_what_waits_is_answered_with_that_and_the_connection_is_closed(case: Case) -> None:
    case.arrive("r1", 1)
    case.arrive("r2", "two")

    expire(case)

    assert case.said == [("ERROR", 1), ("ERROR", "two"), ("ERROR", None)]
    errors = [message["error"] for message in case.management.said]
    assert {(error["code"], error["message"]) for error in errors} == {
        ("UNAUTHORIZED", "The token has expired.")
    }
    assert case.management.closed == ["c"]
    assert case.books.struck_out == ["r1", "r2"]
    assert (case.departures, case.books.departed_with) == (1, [[]])


def test_until_then_it_is_like_any_other(case: Case) -> None:
    case.clock.advance(NOW + LEFT - 1 - case.clock.seconds())
    case.arrive("r1", 1)

    case.answer(1)

    assert case.said == [("CDP_RESPONSE", 1)]
    assert not case.connection.void


def test_what_is_queued_is_not_pushed_any_more() -> None:
    pool = HeldPool()
    case = Case(void_at=NOW + LEFT, pool=pool)
    case.join()
    for number in range(40):
        case.arrive(f"r{number}", number)
        case.answer(number)
    pool.work()

    expire(case)
    while pool.held:
        pool.work()

    assert case.said == [("CDP_RESPONSE", 0), ("ERROR", None)]
    assert case.management.closed == ["c"]


def test_nothing_is_taken_while_it_is_told() -> None:
    pool = HeldPool()
    case = Case(void_at=NOW + LEFT, pool=pool)
    case.join()
    expire(case)

    case.arrive("r1", 1)
    case.answer(1)
    while pool.held:
        pool.work()

    assert (case.channel.got, case.said) == ([], [("ERROR", None)])
    assert case.channel.lefts >= 1
    assert case.books.struck_out == ["r1"]


def test_what_came_before_the_channel_is_there_is_not_begun() -> None:
    pool = HeldPool()
    case = Case(void_at=NOW + LEFT, pool=pool)
    case.arrive("r1", 1)
    expire(case)

    case.join()
    while pool.held:
        pool.work()

    assert case.channel.got == []
    assert case.said == [("ERROR", 1), ("ERROR", None)]


def test_one_that_has_left_before_hears_nothing(case: Case) -> None:
    case.connection.leave()

    expire(case)

    assert case.said == []
    assert case.clock.getDelayedCalls() == []


def test_a_token_that_outlives_the_connection_does_not_matter() -> None:
    case = Case(void_at=NOW + WS_API_MAPPING_SECONDS + 1)
    case.join()

    case.clock.advance(NOW + WS_API_MAPPING_SECONDS - case.clock.seconds())

    assert case.connection.over
    assert case.said == []
