from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure
from twisted.web.test.requesthelper import DummyRequest

from cdp_proxy.transport import arrivals as module
from cdp_proxy.transport.arrivals import Arrivals
from cdp_proxy.transport.directory import Directory
from shared.errors import SessionNotReady, Unavailable
from shared.ids import TaskId
from shared.located import Located
from shared.records import Session
from shared.session_state import EndReason, SessionStatus
from tests.fakes.container import FakeStore, Immediate, clock_at
from tests.fakes.records import make_session, make_spec, session_id_of
from tests.unit.cdp_proxy.transport.test_registry import outcome_of

HOLD_SECONDS = 90.0


class Hall:
    """Where clients wait."""

    def __init__(self) -> None:
        self.clock = clock_at()
        self.store = FakeStore()
        directory = Directory(self.store, Immediate(), self.clock.seconds)  # type: ignore[arg-type]
        self.arrivals = Arrivals(self.clock, directory, HOLD_SECONDS)

    def is_now(self, name: str, status: SessionStatus, reason: EndReason | None = None) -> None:
        session = make_session(make_spec(name), status=status)
        self.store.sessions[session.spec.session_id] = Session(
            spec=session.spec, status=status, task_id=TaskId("task-b"), end_reason=reason
        )

    def come(self, name: str) -> tuple[list[object], DummyRequest]:
        request = DummyRequest([b"cdp"])
        waiting = self.arrivals.arrival(session_id_of(name), request)  # type: ignore[arg-type]
        return outcome_of(Deferred.fromCoroutine(waiting)), request

    def looks(self) -> list[object]:
        return self.store.called("locate")


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_a_client_is_held_until_its_session_is_active(hall: Hall) -> None:
    hall.is_now("one", SessionStatus.INITIALIZING)
    outcome, _ = hall.come("one")
    hall.clock.pump([0.2] * 5)
    assert outcome == []

    hall.is_now("one", SessionStatus.ACTIVE)
    hall.clock.advance(0.2)

    assert outcome == [Located(SessionStatus.ACTIVE, TaskId("task-b"), None, None)]
    assert hall.arrivals.held == 0


def test_or_until_it_is_over(hall: Hall) -> None:
    outcome, _ = hall.come("one")

    hall.is_now("one", SessionStatus.FAILED, EndReason.CAPACITY_LOST)
    hall.clock.advance(0.2)

    (located,) = outcome
    assert isinstance(located, Located)
    assert located.end_reason is EndReason.CAPACITY_LOST


def test_all_who_wait_are_looked_up_together(hall: Hall) -> None:
    names = [f"s{number}" for number in range(50)]
    for name in names:
        hall.is_now(name, SessionStatus.INITIALIZING)
        hall.come(name)
        hall.come(name)

    hall.clock.advance(0.2)

    assert hall.arrivals.held == 100
    assert hall.looks() == [tuple(session_id_of(name) for name in names)]


def test_nobody_is_looked_up_when_nobody_waits(hall: Hall) -> None:
    hall.is_now("one", SessionStatus.ACTIVE)
    hall.come("one")

    hall.clock.pump([0.2] * 10)

    assert len(hall.looks()) == 1
    assert hall.clock.getDelayedCalls() == []


def test_a_client_does_not_wait_for_ever(hall: Hall) -> None:
    hall.is_now("one", SessionStatus.INITIALIZING)
    outcome, _ = hall.come("one")

    hall.clock.advance(HOLD_SECONDS)

    assert isinstance(outcome[0], SessionNotReady)
    assert hall.arrivals.held == 0


def test_a_client_that_leaves_is_not_waited_for(hall: Hall) -> None:
    hall.is_now("one", SessionStatus.INITIALIZING)
    outcome, request = hall.come("one")

    request.processingFailed(Failure(ConnectionDone()))

    assert isinstance(outcome[0], Unavailable)
    assert hall.arrivals.held == 0
    assert hall.clock.getDelayedCalls() == []


def test_a_redis_that_is_away_for_a_while_ends_no_waiting(hall: Hall) -> None:
    outcome, _ = hall.come("one")
    hall.store.away = True
    hall.clock.advance(0.2)
    assert outcome == []

    hall.store.away = False
    hall.is_now("one", SessionStatus.ACTIVE)
    hall.clock.advance(0.2)

    assert len(outcome) == 1


def test_a_container_that_stops_lets_everybody_go(hall: Hall) -> None:
    one, two = hall.come("one")[0], hall.come("two")[0]

    hall.arrivals.stop()

    assert isinstance(one[0], Unavailable)
    assert isinstance(two[0], Unavailable)
    assert hall.arrivals.held == 0


def test_who_comes_after_that_is_not_held(hall: Hall) -> None:
    hall.arrivals.stop()

    assert isinstance(hall.come("one")[0][0], Unavailable)
    assert hall.arrivals.held == 0


def test_no_more_are_held_than_the_bound(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HELD_MAX", 2)
    hall.come("one")
    hall.come("two")

    assert isinstance(hall.come("three")[0][0], Unavailable)
    assert hall.arrivals.held == 2
