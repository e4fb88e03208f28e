from __future__ import annotations

import itertools

import pytest

from cdp_proxy.core.protection import (
    EXPIRES_MINUTES,
    IN_FLIGHT,
    LINGER_SECONDS,
    TRANSITIONS,
    Protection,
    ProtectionInput,
    ProtectionState,
)

NOW = 1_000.0
EXPIRES_SECONDS = EXPIRES_MINUTES * 60
DONE, FAILED, NOT_OURS = ProtectionInput.DONE, ProtectionInput.FAILED, ProtectionInput.NOT_OURS


def protected(now: float = NOW) -> Protection:
    """In use, and ECS has said yes."""
    machine = Protection()
    machine.use(True, now)
    assert machine.next_call(now) is True
    machine.answered(DONE, now)
    return machine


@pytest.mark.parametrize(
    ("state", "happened"), list(itertools.product(ProtectionState, ProtectionInput))
)
def test_each_input_is_taken_in_the_states_of_the_table_only(
    state: ProtectionState, happened: ProtectionInput
) -> None:
    machine = Protection()
    machine.state = state

    if (state, happened) in TRANSITIONS:
        machine._apply(happened)
        assert machine.state is TRANSITIONS[state, happened]
    else:
        with pytest.raises(RuntimeError, match=f"{happened.name} in {state.name}"):
            machine._apply(happened)


def test_every_call_in_flight_may_end_in_each_way() -> None:
    for state in IN_FLIGHT:
        assert {happened for origin, happened in TRANSITIONS if origin is state} == {
            DONE,
            FAILED,
            NOT_OURS,
        }


def test_an_idle_task_is_not_protected_and_asks_for_nothing() -> None:
    machine = Protection()

    assert machine.next_call(NOW) is None
    assert machine.due(NOW) is None
    assert not machine.secure(NOW)


def test_who_wants_in_waits_until_ecs_has_said_yes() -> None:
    machine = Protection()
    machine.use(True, NOW)

    assert machine.next_call(NOW) is True
    assert not machine.secure(NOW)
    assert machine.next_call(NOW) is None

    machine.answered(DONE, NOW + 1)
    assert machine.secure(NOW + 1)


def test_the_next_one_comes_in_at_once() -> None:
    machine = protected()

    machine.use(True, NOW + 5)

    assert machine.secure(NOW + 5)
    assert machine.next_call(NOW + 5) is None


def test_it_is_renewed_long_before_it_ends() -> None:
    machine = protected()
    due = machine.due(NOW)

    assert due == NOW + EXPIRES_SECONDS / 2
    assert machine.next_call(due) is True
    assert machine.secure(due)
    machine.answered(DONE, due + 1)
    assert machine.due(due + 1) == due + EXPIRES_SECONDS / 2


def test_a_renewal_that_fails_is_tried_again_soon_and_protects_meanwhile() -> None:
    machine = protected()
    due = machine.due(NOW) or 0
    machine.next_call(due)

    machine.answered(FAILED, due)

    assert machine.secure(due)
    assert machine.due(due) == due + 1
    assert machine.next_call(due + 1) is True


def test_it_does_not_believe_in_a_protection_that_has_run_out() -> None:
    machine = protected()
    last = NOW + EXPIRES_SECONDS - 61

    assert machine.secure(last)
    assert not machine.secure(last + 1)
    assert machine.state is ProtectionState.DOUBTFUL
    assert machine.next_call(last + 1) is True


def test_it_is_given_up_when_nobody_has_used_the_task_for_a_while() -> None:
    machine = protected()
    machine.use(False, NOW + 10)

    assert machine.next_call(NOW + 10 + LINGER_SECONDS - 0.1) is None
    assert machine.due(NOW + 10) == NOW + 10 + LINGER_SECONDS
    assert machine.next_call(NOW + 10 + LINGER_SECONDS) is False
    machine.answered(DONE, NOW + 31)
    assert machine.state is ProtectionState.OFF


def test_who_comes_back_in_time_finds_it_on() -> None:
    machine = protected()
    machine.use(False, NOW + 10)

    machine.use(True, NOW + 11)

    assert machine.secure(NOW + 11)
    assert machine.next_call(NOW + 10 + LINGER_SECONDS) is None


@pytest.mark.parametrize("outcome", [DONE, FAILED])
def test_who_comes_while_it_is_being_given_up_waits_for_a_new_one(
    outcome: ProtectionInput,
) -> None:
    machine = protected()
    machine.use(False, NOW)
    machine.next_call(NOW + LINGER_SECONDS)

    machine.use(True, NOW + LINGER_SECONDS)
    assert not machine.secure(NOW + LINGER_SECONDS)
    assert machine.next_call(NOW + LINGER_SECONDS) is None

    machine.answered(outcome, NOW + 21)
    assert not machine.secure(NOW + 21)
    assert machine.next_call(NOW + 30) is True


def test_without_an_answer_it_is_asked_again_ever_more_slowly() -> None:
    machine, now, pauses = Protection(), NOW, []
    machine.use(True, now)
    for _ in range(8):
        assert machine.next_call(now) is True
        machine.answered(FAILED, now)
        due = machine.due(now) or 0
        pauses.append(due - now)
        now = due

    assert pauses == [1, 2, 4, 8, 15, 30, 30, 30]
    assert not machine.secure(now)


def test_a_doubtful_protection_of_an_idle_task_is_taken_back() -> None:
    machine = Protection()
    machine.use(True, NOW)
    machine.next_call(NOW)
    machine.answered(FAILED, NOW)
    machine.use(False, NOW)

    assert machine.next_call(NOW + 1) is False


def test_a_task_of_no_service_needs_none() -> None:
    machine = Protection()
    machine.use(True, NOW)
    machine.next_call(NOW)

    machine.answered(NOT_OURS, NOW)

    assert machine.secure(NOW)
    assert machine.due(NOW) is None
    assert machine.next_call(NOW + 10_000) is None


def test_a_task_that_was_protected_once_is_a_services() -> None:
    machine = protected()
    machine.use(False, NOW)
    machine.next_call(NOW + LINGER_SECONDS)

    machine.answered(NOT_OURS, NOW + 21)

    assert machine.state is ProtectionState.DOUBTFUL


def test_where_there_is_no_ecs_everybody_comes_in() -> None:
    machine = Protection(exempt=True)
    machine.use(True, NOW)

    assert machine.secure(NOW)
    assert machine.next_call(NOW) is None
