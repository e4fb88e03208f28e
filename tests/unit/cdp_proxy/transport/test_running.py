from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import msgspec
import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from cdp_proxy.core.actions.steps import Method
from cdp_proxy.transport.registry import Sessions
from cdp_proxy.transport.running import RunningActions
from cdp_proxy.transport.session import LiveSession
from shared.actions import ActBody, ActionBody, ActionRequest, ObserveBody, PageAction
from shared.errors import (
    ActionTimeout,
    InvalidRequest,
    NoCapacity,
    ResultTooLarge,
    SessionEnded,
    SessionNotFound,
    TargetNotFound,
)
from shared.ids import SessionId
from shared.limits import ACTION_GRACE_SECONDS, ACTIONS_PER_SESSION_MAX, RESULT_BYTES_MAX
from shared.session_state import EndReason
from tests.fakes.container import OneSession
from tests.fakes.records import make_spec


class OnlySession:
    """Finds one session."""

    def __init__(self, live: LiveSession) -> None:
        self._live = live

    async def find(self, session_id: SessionId) -> LiveSession | None:
        return self._live if session_id == self._live.spec.session_id else None


@dataclass
class FakeRunner:
    """Each run waits for a Deferred of the test's."""

    waiting: list[Deferred[Mapping[str, object]]] = field(default_factory=list)
    asked: list[ActionRequest[ActionBody]] = field(default_factory=list)
    cancelled: int = 0

    async def run(
        self, session: LiveSession, request: ActionRequest[ActionBody]
    ) -> Mapping[str, object]:
        self.asked.append(request)
        answer: Deferred[Mapping[str, object]] = Deferred()
        self.waiting.append(answer)
        try:
            return await answer
        except CancelledError:
            self.cancelled += 1
            raise


@pytest.fixture
def one() -> OneSession:
    one = OneSession()
    one.start()
    return one


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner()


@pytest.fixture
def actions(one: OneSession, runner: FakeRunner) -> RunningActions:
    return RunningActions(one.clock, cast("Sessions", OnlySession(one.live)), runner)


def start(
    actions: RunningActions, one: OneSession, body: ActionBody | None = None
) -> Deferred[msgspec.Raw]:
    request = ActionRequest(session_id=one.spec.session_id, body=body or ObserveBody())
    return Deferred.fromCoroutine(actions.run(request))


def failure_of(deferred: Deferred[msgspec.Raw]) -> BaseException:
    caught: list[Failure] = []
    deferred.addErrback(caught.append)
    assert caught, "it has not failed"
    return caught[0].value


def result_of(deferred: Deferred[msgspec.Raw]) -> bytes:
    results: list[msgspec.Raw] = []
    deferred.addCallback(results.append)
    return bytes(results[0])


def test_the_result_is_json_text(
    actions: RunningActions, one: OneSession, runner: FakeRunner
) -> None:
    running = start(actions, one)

    runner.waiting[0].callback({"actions": [{"method": "click"}]})

    assert result_of(running) == b'{"actions":[{"method":"click"}]}'


def test_an_action_that_fails_says_why(
    actions: RunningActions, one: OneSession, runner: FakeRunner
) -> None:
    running = start(actions, one)

    runner.waiting[0].errback(TargetNotFound("no Save", candidates=["Safe"]))

    error = failure_of(running)
    assert isinstance(error, TargetNotFound)
    assert error.details == {"candidates": ["Safe"]}


def test_a_session_that_is_not_here_is_not_found(actions: RunningActions) -> None:
    request = ActionRequest(session_id=SessionId("another"), body=ObserveBody())

    error = failure_of(Deferred.fromCoroutine(actions.run(request)))

    assert isinstance(error, SessionNotFound)


def test_the_end_of_the_session_ends_its_actions(
    actions: RunningActions, one: OneSession, runner: FakeRunner
) -> None:
    running = start(actions, one)

    one.live.end(EndReason.RELEASED)

    error = failure_of(running)
    assert isinstance(error, SessionEnded)
    assert error.details == {"status": "ended"}
    assert runner.cancelled == 1


def test_an_action_that_fails_because_the_session_ended_says_so(
    actions: RunningActions, one: OneSession, runner: FakeRunner
) -> None:
    running = start(actions, one)
    one.live.transfers.clear()
    one.live.end(EndReason.BROWSER_CRASHED)

    runner.waiting[0].errback(RuntimeError("the pipe is closed"))

    assert isinstance(failure_of(running), SessionEnded)


def test_an_action_that_does_not_keep_to_its_time_is_cut_off(
    actions: RunningActions, one: OneSession, runner: FakeRunner
) -> None:
    running = start(actions, one, ObserveBody(timeout_ms=2000))
    one.clock.advance(2.0 + ACTION_GRACE_SECONDS - 0.1)
    assert runner.cancelled == 0

    one.clock.advance(0.2)

    assert isinstance(failure_of(running), ActionTimeout)
    assert runner.cancelled == 1


def test_an_accident_is_no_end_of_the_session(
    actions: RunningActions, one: OneSession, runner: FakeRunner
) -> None:
    running = start(actions, one)

    runner.waiting[0].errback(ZeroDivisionError("oops"))

    assert isinstance(failure_of(running), ZeroDivisionError)


def test_what_has_ended_is_not_kept(
    actions: RunningActions, one: OneSession, runner: FakeRunner
) -> None:
    running = start(actions, one)
    runner.waiting[0].callback({})

    assert result_of(running) == b"{}"
    assert one.live.transfers == set()


def test_a_session_runs_only_so_many_at_once(
    actions: RunningActions, one: OneSession, runner: FakeRunner
) -> None:
    running = [start(actions, one) for _ in range(ACTIONS_PER_SESSION_MAX)]

    assert isinstance(failure_of(start(actions, one)), NoCapacity)

    for answer in runner.waiting:
        answer.callback({})
    assert {result_of(each) for each in running} == {b"{}"}
    start(actions, one)
    assert len(runner.asked) == ACTIONS_PER_SESSION_MAX + 1


def test_a_session_is_not_idle_while_an_action_waits(runner: FakeRunner) -> None:
    one = OneSession(msgspec.structs.replace(make_spec(), idle_timeout_seconds=10))
    one.start()
    actions = RunningActions(one.clock, cast("Sessions", OnlySession(one.live)), runner)
    start(actions, one, ObserveBody(timeout_ms=300_000))
    one.clock.pump([1.0] * 299)
    runner.waiting[0].callback({})
    one.clock.pump([1.0] * 9)
    assert one.live.end_reason is None

    one.clock.pump([1.0])

    assert one.live.end_reason is EndReason.IDLE_TIMEOUT


def test_a_result_that_is_too_large_is_told(
    actions: RunningActions, one: OneSession, runner: FakeRunner
) -> None:
    running = start(actions, one)

    runner.waiting[0].callback({"base64": "A" * RESULT_BYTES_MAX})

    error = failure_of(running)
    assert isinstance(error, ResultTooLarge)
    assert error.details["limit"] == RESULT_BYTES_MAX


@pytest.mark.parametrize("method", [method.value for method in Method])
def test_every_method_of_a_step_may_be_asked_for(
    actions: RunningActions, one: OneSession, runner: FakeRunner, method: str
) -> None:
    start(actions, one, ActBody(action=PageAction(method=method)))

    assert len(runner.asked) == 1


def test_other_methods_are_refused(
    actions: RunningActions, one: OneSession, runner: FakeRunner
) -> None:
    error = failure_of(start(actions, one, ActBody(action=PageAction(method="eval"))))

    assert isinstance(error, InvalidRequest)
    assert error.details == {"field": "action.method"}
    assert "doubleClick" in error.message
    assert runner.asked == []
