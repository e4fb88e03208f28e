"""Whatever happens in whatever order: slots are never double-booked, and none is lost.

1. Two containers place, start, end and lose sessions while Redis is real.
2. A model keeps which sessions hold a slot of which task.
3. After every step the leases are the model's, and free slots are capacity minus live leases.
"""

from __future__ import annotations

import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shared.ids import SessionId, TaskId
from shared.session_state import EndReason, SessionStatus
from shared.store import Full, Placed, SessionStore
from tests.fakes.records import NOW, make_session, make_spec, make_task, session_id_of

CAPACITY = {TaskId("task-a"): 2, TaskId("task-b"): 3}
TTL = 9.0
TASKS = st.sampled_from(sorted(CAPACITY))
NAMES = st.sampled_from([f"session-{number}" for number in range(8)])


class Slots(RuleBasedStateMachine):
    """Random orders of everything that the API and the containers may do."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__()
        client.flushall()
        self.store = SessionStore(client)
        self.now = NOW
        self.alive_until: dict[TaskId, float] = {}
        self.placed_on: dict[SessionId, TaskId] = {}
        self.ended: set[SessionId] = set()
        self.leases: dict[TaskId, set[SessionId]] = {task: set() for task in CAPACITY}

    @rule(task=TASKS)
    def beat(self, task: TaskId) -> None:
        # A task that comes back from the dead is met with its leases gone only once it was reaped.
        if self.alive_until.get(task, self.now + 1) <= self.now:
            self.reap()
        self.store.beat(make_task(task, capacity=CAPACITY[task]), self.now, TTL)
        self.alive_until[task] = self.now + TTL

    @rule(seconds=st.floats(0.5, TTL))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(name=NAMES)
    def place(self, name: str) -> None:
        session_id = session_id_of(name)
        if session_id in self.placed_on:
            return
        room = {task for task in self.alive() if len(self.leases[task]) < CAPACITY[task]}

        outcome = self.store.place(make_spec(name, created_at=self.now), self.now)

        if not room:
            assert outcome == Full()
            return
        assert isinstance(outcome, Placed)
        assert outcome.task_id in room
        assert len(self.leases[outcome.task_id]) == max(len(self.leases[task]) for task in room)
        self.placed_on[session_id] = outcome.task_id
        self.leases[outcome.task_id].add(session_id)

    @rule(name=NAMES)
    def activate(self, name: str) -> None:
        self.store.activate(session_id_of(name), self.now)

    @rule(name=NAMES, reason=st.sampled_from(EndReason), release_slot=st.booleans())
    def finish(self, name: str, reason: EndReason, release_slot: bool) -> None:
        session_id = session_id_of(name)
        was_live = session_id in self.placed_on and session_id not in self.ended

        ended = self.store.finish(session_id, reason, self.now, release_slot=release_slot)

        assert ended is was_live
        if session_id in self.placed_on:
            self.ended.add(session_id)
            if release_slot:
                self.leases[self.placed_on[session_id]].discard(session_id)

    @rule()
    def reap(self) -> None:
        dead = {task for task, end in self.alive_until.items() if end <= self.now}
        lost = {
            session_id
            for task in dead
            for session_id in self.leases[task]
            if session_id not in self.ended
        }

        assert set(self.store.reap(self.now)) == lost

        self.ended |= lost
        for task in dead:
            self.leases[task].clear()
            del self.alive_until[task]

    @rule(name=NAMES)
    def claim(self, name: str) -> None:
        """A container claims only what was placed on it, and only while it beats."""
        session_id = session_id_of(name)
        task = self.placed_on.get(session_id)
        if task not in self.alive():
            return
        session = make_session(
            make_spec(name), status=SessionStatus.ACTIVE, task=task, started_at=self.now
        )

        assert self.store.claim(session, self.now) is (session_id not in self.ended)

    @invariant()
    def leases_are_those_of_the_model(self) -> None:
        held = {task: set(self.store.leases(task)) for task in CAPACITY}

        assert held == self.leases

    @invariant()
    def free_slots_are_capacity_minus_leases(self) -> None:
        free = {task: CAPACITY[task] - len(self.leases[task]) for task in self.alive()}

        assert all(slots >= 0 for slots in free.values())
        assert self.store.free_slots(self.now) == sum(free.values())

    def alive(self) -> set[TaskId]:
        return {task for task, end in self.alive_until.items() if end > self.now}


def test_slots_are_never_double_booked_nor_lost(redis_client: redis.Redis) -> None:
    run_state_machine_as_test(
        lambda: Slots(redis_client),  # type: ignore[arg-type]  # any factory will do
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
