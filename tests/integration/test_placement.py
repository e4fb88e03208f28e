"""500 tasks and 10 000 sessions on a real Redis: no slot twice, and packed as best fit would."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from bench.placement import NOW, SESSIONS, SLOTS, TASKS, Simulation, worst_packing
from shared.ids import SessionId
from shared.store import Full, Placed, SessionStore

_PACKING_MAX = 1.10
_CALLERS = 8


@pytest.fixture
def simulation(redis_client: redis.Redis) -> Simulation:
    return Simulation(SessionStore(redis_client))


def holders(simulation: Simulation) -> dict[SessionId, str]:
    """Every session that Redis has a lease of, and its task; nobody may have two."""
    found: dict[SessionId, str] = {}
    for task_id, leases in simulation.leases():
        assert len(leases) <= SLOTS
        assert not found.keys() & leases
        found.update(dict.fromkeys(leases, task_id))
    return found


def test_ten_thousand_sessions_come_and_go_on_five_hundred_tasks(simulation: Simulation) -> None:
    simulation.churn(SESSIONS, live_target=SESSIONS * 6 // 10)

    assert holders(simulation) == simulation.placed
    assert worst_packing(simulation.samples) <= _PACKING_MAX
    assert max(sample.sessions for sample in simulation.samples) > SESSIONS // 3


def test_every_slot_is_taken_before_anybody_is_turned_away(simulation: Simulation) -> None:
    simulation.fill()

    assert simulation.turned_away(100) == 100
    assert holders(simulation) == simulation.placed
    assert len(simulation.placed) == TASKS * SLOTS == SESSIONS


def test_callers_at_once_share_the_last_slots_without_taking_any_twice(
    simulation: Simulation,
) -> None:
    specs = [simulation.spec() for _ in range(SESSIONS + 200)]

    with ThreadPoolExecutor(_CALLERS) as callers:
        outcomes = list(callers.map(lambda spec: simulation.store.place(spec, NOW), specs))

    placed = {
        spec.session_id: outcome.task_id
        for spec, outcome in zip(specs, outcomes, strict=True)
        if isinstance(outcome, Placed)
    }
    assert outcomes.count(Full()) == 200
    assert holders(simulation) == placed
