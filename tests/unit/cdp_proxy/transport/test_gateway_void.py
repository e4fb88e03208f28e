"""Connections of the WebSocket API in a container whose tokens expire before their sessions end."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from cdp_proxy.transport.management import Later
from shared.connections import Orphan
from shared.envelope.incoming import ScreencastOptions
from shared.errors import ConnectionNotFound
from tests.fakes.connections import make_head
from tests.unit.cdp_proxy.transport.test_gateway import Case
from tests.unit.cdp_proxy.transport.test_registry import outcome_of


@pytest.fixture
def case() -> Case:
    return Case()


def test_it_is_told_and_closed_and_its_session_goes_on(case: Case) -> None:
    session = case.open()
    case.connect(make_head("c", void_at=case.clock.seconds() + 30))
    case.connect(make_head("lasting"))

    case.clock.advance(30)

    assert case.management.posts[-1][0] == "c"
    assert case.management.said[-1]["error"]["code"] == "UNAUTHORIZED"
    assert case.management.closed == ["c"]
    assert case.connections.forgotten == [("c", [])]
    assert (len(case.gateway), len(session.channels)) == (1, 1)


def test_what_comes_of_it_afterwards_is_not_begun(case: Case) -> None:
    case.open()
    case.connect(make_head("c", void_at=case.clock.seconds()))

    assert case.said == ["ERROR"]
    assert case.management.closed == ["c"]
    assert len(case.gateway) == 0


def test_one_that_has_waited_in_the_line_for_too_long_is_not_greeted(case: Case) -> None:
    case.connections.early = [
        make_head("c", void_at=case.clock.seconds(), screencast=ScreencastOptions())
    ]

    session = case.open()

    assert case.said == ["ERROR"]
    assert case.management.closed == ["c"]
    assert session.screencast.viewers == 0


def test_one_that_expires_while_its_session_is_looked_for_is_not_greeted(case: Case) -> None:
    case.connect(make_head("c", void_at=case.clock.seconds() + 0.05))

    case.clock.advance(0.05)
    case.open()
    case.clock.advance(0.1)

    assert case.said == ["ERROR"]
    assert len(case.gateway) == 0


def test_while_it_is_being_closed_it_is_no_connection_of_the_sessions(case: Case) -> None:
    session = case.open()
    case.connect(make_head("c", void_at=case.clock.seconds() + 30))
    case.management.failures = [Later("throttled")]
    case.clock.advance(30)

    starting = case.gateway.start_screencast(session, "c", ScreencastOptions())

    assert isinstance(outcome_of(Deferred.fromCoroutine(starting))[0], ConnectionNotFound)


def test_who_stood_in_line_with_a_token_that_is_void_is_told_so(case: Case) -> None:
    case.connections.orphans = [Orphan(make_head("orphan"), (), None)]

    case.clock.advance(3)

    (told,) = case.management.said
    assert (told["type"], told["error"]["code"]) == ("ERROR", "UNAUTHORIZED")
    assert case.management.closed == ["orphan"]
