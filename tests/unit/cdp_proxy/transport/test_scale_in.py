from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from twisted.internet.defer import Deferred

from cdp_proxy.core.protection import LINGER_SECONDS, ProtectionInput, ProtectionState
from cdp_proxy.transport.scale_in import GATE_SECONDS, ScaleInGuard
from shared.errors import Unavailable
from tests.fakes.container import Immediate, clock_at
from tests.unit.cdp_proxy.transport.test_registry import outcome_of

DONE, FAILED = ProtectionInput.DONE, ProtectionInput.FAILED


@dataclass
class ScriptedAgent:
    """Answers in turn as told, else DONE; the answer may be held."""

    outcomes: list[ProtectionInput] = field(default_factory=list)
    asked: list[bool] = field(default_factory=list)
    hold: list[Deferred[ProtectionInput]] = field(default_factory=list)

    def protect(self, enabled: bool) -> object:
        self.asked.append(enabled)
        if self.hold:
            return self.hold.pop(0)
        return self.outcomes.pop(0) if self.outcomes else DONE


class Guarded:
    def __init__(self) -> None:
        self.clock = clock_at()
        self.agent = ScriptedAgent()
        self.guard = ScaleInGuard(self.clock, Immediate(), self.agent)  # type: ignore[arg-type]

    def enter(self) -> list[object]:
        self.guard.use(True)
        return outcome_of(Deferred.fromCoroutine(self.guard.secure()))


@pytest.fixture
def guarded() -> Guarded:
    return Guarded()


def test_who_wants_in_comes_in_once_the_task_is_protected(guarded: Guarded) -> None:
    answer: Deferred[ProtectionInput] = Deferred()
    guarded.agent.hold = [answer]

    first, second = guarded.enter(), guarded.enter()
    assert (first, second) == ([], [])

    answer.callback(DONE)
    assert (first, second) == ([None], [None])
    assert guarded.agent.asked == [True]


def test_a_failure_is_tried_again_while_they_wait(guarded: Guarded) -> None:
    guarded.agent.outcomes = [FAILED, FAILED]

    waiting = guarded.enter()
    guarded.clock.pump([1, 2])

    assert waiting == [None]
    assert guarded.agent.asked == [True, True, True]


def test_nobody_is_let_in_without_protection(guarded: Guarded) -> None:
    guarded.agent.outcomes = [FAILED] * 20

    waiting = guarded.enter()
    guarded.clock.pump([1] * int(GATE_SECONDS))

    assert isinstance(waiting[0], Unavailable)


def test_it_is_renewed_while_the_task_is_used(guarded: Guarded) -> None:
    guarded.enter()

    guarded.clock.pump([1800, 1800, 1800])

    assert guarded.agent.asked == [True] * 4


def test_it_is_given_up_when_nobody_uses_the_task_any_more(guarded: Guarded) -> None:
    guarded.enter()

    guarded.guard.use(False)
    guarded.clock.advance(LINGER_SECONDS)

    assert guarded.agent.asked == [True, False]
    assert guarded.guard.state is ProtectionState.OFF
    assert guarded.clock.getDelayedCalls() == []


def test_without_ecs_nobody_waits_and_nothing_is_asked() -> None:
    clock = clock_at()
    guard = ScaleInGuard(clock, Immediate(), None)  # type: ignore[arg-type]
    guard.use(True)

    assert outcome_of(Deferred.fromCoroutine(guard.secure())) == [None]
    assert clock.getDelayedCalls() == []


def test_a_stopped_guard_asks_nothing_more(guarded: Guarded) -> None:
    guarded.enter()

    guarded.guard.stop()
    guarded.guard.use(False)

    assert guarded.clock.getDelayedCalls() == []
    assert guarded.agent.asked == [True]
