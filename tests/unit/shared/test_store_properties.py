"""Whatever happens in whatever order: slots are never double-booked, and none is lost.

1. Two containers place, start, end and lose sessions while Redis is real; some sessions stand in
   line, are taken from it and put back.
2. A model keeps which sessions hold a slot of which task, and who stands in line.
3. After every step the leases and the line are the model's, free slots are capacity minus live
   leases, and the index of tasks with room says the same.
"""

from __future__ import annotations

import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shared import keys
from shared.ids import SessionId, TaskId
from shared.limits import HEARTBEAT_TTL_SECONDS_DEFAULT
from shared.session_state import EndReason, SessionStatus
from shared.store import Full, Growth, Placed, SessionStore, Waiting
from shared.waiting import Line
from tests.fakes.records import NOW, make_session, make_spec, make_task, session_id_of

CAPACITY = {TaskId("task-a"): 2, TaskId("task-b"): 3}
TTL = 9.0
GROWTH = Growth(wait_seconds=20.0, slots_per_task=1, tasks_max=4)
TASKS = st.sampled_from(sorted(CAPACITY))
NAMES = st.sampled_from([f"session-{number}" for number in range(8)])


class Slots(RuleBasedStateMachine):
    """Random orders of everything that the API and the containers may do."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__()
        client.flushall()
        self.redis = client
        self.store = SessionStore(client)
        self.line = Line(client)
        self.now = NOW
        self.alive_until: dict[TaskId, float] = {}
        self.doubt_until = 0.0
        self.placed_on: dict[SessionId, TaskId] = {}
        self.ended: set[SessionId] = set()
        self.waiting: dict[SessionId, float] = {}
        self.was_waiting: dict[SessionId, float] = {}
        self.active: set[SessionId] = set()
        self.leases: dict[TaskId, set[SessionId]] = {task: set() for task in CAPACITY}

    @rule(task=TASKS)
    def beat(self, task: TaskId) -> None:
        # A task that comes back from the dead is met with its leases gone only once it was reaped.
        if self.alive_until.get(task, self.now + 1) <= self.now:
            self.reap()
        self.in_doubt()
        self.store.beat(make_task(task, capacity=CAPACITY[task]), self.now, TTL)
        self.alive_until[task] = self.now + TTL

    def in_doubt(self) -> bool:
        """Whether silent tasks are left alone: all are silent, or were until lately."""
        newest = max(self.alive_until.values(), default=self.now + 1)
        if newest <= self.now and self.doubt_until <= newest:
            self.doubt_until = self.now + HEARTBEAT_TTL_SECONDS_DEFAULT
        return self.now < self.doubt_until

    @rule(seconds=st.floats(0.5, TTL))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(name=NAMES, may_wait=st.booleans())
    def place(self, name: str, may_wait: bool) -> None:
        session_id = session_id_of(name)
        if session_id in self.placed_on or session_id in self.was_waiting:
            return
        room = {task for task in self.alive() if len(self.leases[task]) < CAPACITY[task]}
        if may_wait and self.waiting:
            room = set()  # nobody overtakes

        outcome = self.store.place(
            make_spec(name, created_at=self.now), self.now, growth=GROWTH if may_wait else None
        )

        if not room:
            may_wait &= len(self.waiting) < GROWTH.tasks_max - len(self.alive())
            assert outcome == (Waiting() if may_wait else Full())
            if may_wait:
                deadline = self.now + GROWTH.wait_seconds
                self.waiting[session_id] = self.was_waiting[session_id] = deadline
            return
        assert isinstance(outcome, Placed)
        assert outcome.task_id in room
        assert len(self.leases[outcome.task_id]) == max(len(self.leases[task]) for task in room)
        self.placed_on[session_id] = outcome.task_id
        self.leases[outcome.task_id].add(session_id)

    @rule(task=TASKS, most=st.integers(1, 3))
    def take(self, task: TaskId, most: int) -> None:
        if task not in self.alive():
            return
        free = CAPACITY[task] - len(self.leases[task])
        expected = self.in_line()[: min(free, most)]

        taken = self.line.take(task, self.now, most)

        assert [spec.session_id for spec in taken] == expected
        for session_id in expected:
            del self.waiting[session_id]
            self.placed_on[session_id] = task
            self.leases[task].add(session_id)

    @rule(name=NAMES, task=TASKS)
    def put_back(self, name: str, task: TaskId) -> None:
        session_id = session_id_of(name)
        may_go_back = (
            self.placed_on.get(session_id) == task
            and session_id in self.was_waiting
            and session_id not in self.active | self.ended
        )

        assert self.line.put_back(task, session_id, self.now) is may_go_back

        if may_go_back:
            self.leases[task].discard(session_id)
            del self.placed_on[session_id]
            self.waiting[session_id] = self.was_waiting[session_id]

    @rule(name=NAMES)
    def release_in_line(self, name: str) -> None:
        session_id = session_id_of(name)

        left = self.store.finish_waiting(session_id, EndReason.RELEASED, self.now)

        assert left is (session_id in self.waiting)
        if left:
            del self.waiting[session_id]
            self.ended.add(session_id)

    @rule(name=NAMES)
    def activate(self, name: str) -> None:
        session_id = session_id_of(name)
        if session_id in self.placed_on and session_id not in self.ended:
            assert self.store.activate(session_id, self.now) is (session_id not in self.active)
            self.active.add(session_id)

    @rule(name=NAMES, reason=st.sampled_from(EndReason), release_slot=st.booleans())
    def finish(self, name: str, reason: EndReason, release_slot: bool) -> None:
        session_id = session_id_of(name)
        known = session_id in self.placed_on or session_id in self.waiting
        was_live = known and session_id not in self.ended

        ended = self.store.finish(session_id, reason, self.now, release_slot=release_slot)

        assert ended is was_live
        if self.waiting.pop(session_id, None) is not None:
            self.ended.add(session_id)
        if session_id in self.placed_on:
            self.ended.add(session_id)
            if release_slot:
                self.leases[self.placed_on[session_id]].discard(session_id)

    @rule()
    def reap(self) -> None:
        dead = {task for task, end in self.alive_until.items() if end <= self.now}
        if self.in_doubt():
            dead.clear()
        lost = {
            session_id
            for task in dead
            for session_id in self.leases[task]
            if session_id not in self.ended
        }
        too_late = {each for each, deadline in self.waiting.items() if deadline <= self.now}

        assert set(self.store.reap(self.now)) == lost | too_late

        self.ended |= lost | too_late
        for session_id in too_late:
            del self.waiting[session_id]
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

    @invariant()
    def the_line_is_that_of_the_model(self) -> None:
        assert self.line.length() == len(self.waiting)

    @invariant()
    def the_index_of_tasks_with_room_follows_from_the_leases(self) -> None:
        indexed = dict(self.redis.zrange(keys.ROOM, 0, -1, withscores=True))
        room = {
            task: len(self.leases[task])
            for task in self.alive()
            if len(self.leases[task]) < CAPACITY[task]
        }
        dead = {task.encode() for task in CAPACITY if task not in self.alive()}

        assert {task: used for task, used in indexed.items() if task not in dead} == {
            task.encode(): used for task, used in room.items()
        }

    def in_line(self) -> list[SessionId]:
        return sorted(self.waiting, key=lambda session_id: (self.waiting[session_id], session_id))

    def alive(self) -> set[TaskId]:
        return {task for task, end in self.alive_until.items() if end > self.now}


def test_slots_are_never_double_booked_nor_lost(redis_client: redis.Redis) -> None:
    run_state_machine_as_test(
        lambda: Slots(redis_client),  # type: ignore[arg-type]  # any factory will do
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
