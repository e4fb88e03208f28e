"""What else there is to it is shown at the door (`test_authority`)."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.web.test.requesthelper import DummyRequest

from cdp_proxy.transport.arrivals import Arrivals
from cdp_proxy.transport.directory import Directory
from cdp_proxy.transport.session import LiveSession
from cdp_proxy.transport.whereabouts import RELAYED_HEADER, LivesElsewhere, Whereabouts
from shared.errors import SessionEnded, SessionNotReady, Unavailable
from shared.ids import SessionId, TaskId
from shared.records import Session
from shared.session_state import EndReason, SessionStatus
from tests.fakes.container import FakeStore
from tests.fakes.records import make_session, make_spec, make_task, session_id_of
from tests.unit.cdp_proxy.transport.test_registry import Registry, outcome_of

HERE, THERE = TaskId("task-a"), TaskId("task-b")
ONE = session_id_of("one")


class DyingStore(FakeStore):
    """Whose reaping finds the other task dead."""

    def reap(self, now: float) -> list[SessionId]:
        self.sessions[ONE] = Session(
            spec=make_spec(),
            status=SessionStatus.FAILED,
            task_id=THERE,
            end_reason=EndReason.CONTAINER_LOST,
        )
        return [ONE]


class Asking(Registry):
    def __init__(self, store: FakeStore | None = None) -> None:
        super().__init__()
        self.store = store or self.store
        blocking = self.sessions._resources.blocking
        directory = Directory(self.store, blocking, self.clock.seconds)  # type: ignore[arg-type]
        self.arrivals = Arrivals(self.clock, directory, hold_seconds=90.0)
        self.whereabouts = Whereabouts(HERE, self.sessions, directory, self.arrivals)

    def is_now(self, status: SessionStatus, task: TaskId) -> None:
        self.store.sessions[ONE] = make_session(status=status, task=task)

    def ask(self, *, relayed: bool = False) -> list[object]:
        request = DummyRequest([b"cdp"])
        if relayed:
            request.requestHeaders.setRawHeaders(RELAYED_HEADER, ["task-c"])
        finding = self.whereabouts.find(ONE, request)  # type: ignore[arg-type]
        return outcome_of(Deferred.fromCoroutine(finding))


def test_who_comes_before_his_session_gets_it_when_it_opens_here() -> None:
    asking = Asking()
    asking.is_now(SessionStatus.INITIALIZING, TaskId(""))
    outcome = asking.ask()
    assert outcome == []

    asking.open()
    asking.is_now(SessionStatus.ACTIVE, HERE)
    asking.clock.advance(0.2)

    (session,) = outcome
    assert isinstance(session, LiveSession)


def test_or_is_sent_to_where_it_opens() -> None:
    asking = Asking()
    asking.is_now(SessionStatus.INITIALIZING, THERE)
    asking.store.tasks[THERE] = make_task(THERE)
    outcome = asking.ask()
    assert outcome == []

    asking.is_now(SessionStatus.ACTIVE, THERE)
    asking.clock.advance(0.2)

    (elsewhere,) = outcome
    assert isinstance(elsewhere, LivesElsewhere)
    assert (elsewhere.session_id, elsewhere.task.task_id) == (ONE, THERE)


def test_a_session_that_comes_too_late_is_not_ready() -> None:
    asking = Asking()
    asking.is_now(SessionStatus.INITIALIZING, TaskId(""))
    outcome = asking.ask()

    asking.clock.advance(90)

    assert isinstance(outcome[0], SessionNotReady)


def test_a_request_is_handed_on_once_only() -> None:
    asking = Asking()
    asking.is_now(SessionStatus.ACTIVE, THERE)
    asking.store.tasks[THERE] = make_task(THERE)

    assert isinstance(asking.ask(relayed=True)[0], Unavailable)


def test_a_silent_task_is_buried_and_its_session_with_it() -> None:
    asking = Asking(DyingStore())
    asking.is_now(SessionStatus.ACTIVE, THERE)

    (error,) = asking.ask()

    assert isinstance(error, SessionEnded)
    assert error.message == EndReason.CONTAINER_LOST.text


def test_a_task_that_is_known_to_nobody_cannot_be_reached() -> None:
    asking = Asking()
    asking.is_now(SessionStatus.ACTIVE, THERE)

    assert isinstance(asking.ask()[0], Unavailable)
    assert asking.store.called("reap") != []


@pytest.mark.parametrize("status", [SessionStatus.ENDED, SessionStatus.TIMED_OUT])
def test_what_is_over_is_over(status: SessionStatus) -> None:
    asking = Asking()
    asking.is_now(status, THERE)

    assert isinstance(asking.ask()[0], SessionEnded)
