"""A cluster in simulated time: the real store on a real Redis, the real protection, a fake ECS.

ECS stops tasks at random, the one with the most sessions first, but none that it has protected and
none by a request that came after it had begun to stop it. Requests and answers take time and get
lost; sessions open and close all the while. The same seed tells the same story.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from cdp_proxy.core.protection import EXPIRES_MINUTES, Protection, ProtectionInput
from shared.ids import SessionId, TaskId
from shared.records import SessionSpec
from shared.session_state import EndReason
from shared.store import Placed, SessionStore
from tests.fakes.records import NOW, make_spec, make_task

SLOTS = 4
BEAT_SECONDS = 30.0
TTL_SECONDS = 3 * BEAT_SECONDS
GATE_SECONDS = 10.0
_LOST = 0.04
"""Of requests to ECS, and as many of its answers."""


@dataclass
class SimulatedTask:
    """A container: sessions, and the machine that says when they may begin."""

    task_id: TaskId
    machine: Protection
    active: set[SessionId] = field(default_factory=set)
    opening: dict[SessionId, float] = field(default_factory=dict)
    """Those who wait for protection, and until when they do."""
    draining: bool = False


@dataclass
class Ecs:
    """What the scheduler knows."""

    protected_until: dict[TaskId, float] = field(default_factory=dict)
    stopping: set[TaskId] = field(default_factory=set)

    def update(self, task_id: TaskId, enabled: bool, now: float) -> bool:
        """`UpdateTaskProtection`; False when the task is being stopped."""
        if task_id in self.stopping:
            return False
        self.protected_until[task_id] = now + EXPIRES_MINUTES * 60 if enabled else 0.0
        return True

    def may_stop(self, task_id: TaskId, now: float) -> bool:
        """Whether a scale-in may take it."""
        protected = self.protected_until.get(task_id, 0.0) > now
        return task_id not in self.stopping and not protected


class Cluster:
    """Runs until so many scale-in events have happened."""

    def __init__(self, store: SessionStore, seed: int, *, protecting: bool = True) -> None:
        self.store = store
        self._protecting = protecting
        self.now = NOW
        self.ecs = Ecs()
        self.tasks: dict[TaskId, SimulatedTask] = {}
        self.killed: list[tuple[float, TaskId, SessionId]] = []
        """Sessions that were live when ECS stopped their task, or began afterwards: none, ever."""
        self.scale_ins = 0
        self.stops = 0
        self.opened = 0
        self.refused = 0
        self._random = random.Random(seed)
        self._numbers = itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []

    def run(self, scale_ins: int) -> None:
        """Let time pass."""
        for _ in range(6):
            self._scale_out()
        self._every(8.0, self._create)
        self._every(40.0, self._scale_in)
        self._every(45.0, self._scale_out)
        while self.scale_ins < scale_ins:
            self.now, _, happen = heapq.heappop(self._events)
            happen()

    def _at(self, delay: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.now + delay, next(self._numbers), happen))

    def _every(self, mean_seconds: float, happen: Callable[[], None]) -> None:
        def again() -> None:
            happen()
            self._at(self._random.expovariate(1 / mean_seconds), again)

        self._at(self._random.expovariate(1 / mean_seconds), again)

    def _scale_out(self) -> None:
        if len(self.tasks) >= 12:
            return
        machine = Protection(exempt=not self._protecting)
        task = SimulatedTask(TaskId(f"task-{next(self._numbers)}"), machine)
        self.tasks[task.task_id] = task
        self._beat(task)

    def _beat(self, task: SimulatedTask) -> None:
        if task.task_id in self.tasks:
            record = make_task(task.task_id, capacity=SLOTS, draining=task.draining)
            self.store.beat(record, self.now, TTL_SECONDS)
            self._at(BEAT_SECONDS, lambda: self._beat(task))

    def _create(self) -> None:
        name = f"session-{next(self._numbers)}"
        spec = make_spec(name, created_at=self.now, timeout_seconds=20_000)
        placed = self.store.place(spec, self.now)
        if isinstance(placed, Placed):
            task = self.tasks[placed.task_id]
            self._at(self._random.uniform(0, 0.5), lambda: self._open(task, spec))

    def _open(self, task: SimulatedTask, spec: SessionSpec) -> None:
        """The request has arrived: as `Sessions.open` does it."""
        session_id = spec.session_id
        if task.draining:
            self._refuse(session_id)
            return
        task.opening[session_id] = self.now + GATE_SECONDS
        self._go_on(task)
        self._at(GATE_SECONDS, lambda: self._go_on(task))

    def _go_on(self, task: SimulatedTask) -> None:
        if task.task_id not in self.tasks:
            return
        task.machine.use(bool(task.active or task.opening), self.now)
        if task.machine.secure(self.now):
            for session_id in list(task.opening):
                self._begin(task, session_id)
        for session_id, until in list(task.opening.items()):
            if until <= self.now:
                del task.opening[session_id]
                self._refuse(session_id)
        task.machine.use(bool(task.active or task.opening), self.now)
        enabled = task.machine.next_call(self.now)
        if enabled is not None:
            self._ask(task, enabled)
        elif (due := task.machine.due(self.now)) is not None:
            self._at(due - self.now, lambda: self._go_on(task))

    def _begin(self, task: SimulatedTask, session_id: SessionId) -> None:
        del task.opening[session_id]
        if not self.store.activate(session_id, self.now):
            return
        self.opened += 1
        task.active.add(session_id)
        if task.task_id in self.ecs.stopping:
            self.killed.append((self.now, task.task_id, session_id))
        (lasts,) = self._random.choices([2.0, 60.0, 600.0, 9_000.0], [30, 60, 9, 1])
        self._at(self._random.uniform(0, lasts), lambda: self._end(task, session_id))

    def _end(self, task: SimulatedTask, session_id: SessionId) -> None:
        if session_id in task.active:
            task.active.discard(session_id)
            self.store.finish(session_id, EndReason.RELEASED, self.now, release_slot=True)
            self._go_on(task)

    def _refuse(self, session_id: SessionId) -> None:
        self.refused += 1
        self.store.finish(session_id, EndReason.START_FAILED, self.now, release_slot=True)

    def _ask(self, task: SimulatedTask, enabled: bool) -> None:
        there, back = (self._random.uniform(0, 1.5) for _ in range(2))

        def arrive() -> None:
            lost = self._random.random() < _LOST
            done = not lost and self.ecs.update(task.task_id, enabled, self.now)
            heard = done and self._random.random() >= _LOST
            outcome = ProtectionInput.DONE if heard else ProtectionInput.FAILED
            self._at(back, lambda: answer(outcome))

        def answer(outcome: ProtectionInput) -> None:
            task.machine.answered(outcome, self.now)
            self._go_on(task)

        self._at(there, arrive)

    def _scale_in(self) -> None:
        self.scale_ins += 1
        free = [task for task in self.tasks.values() if self.ecs.may_stop(task.task_id, self.now)]
        if not free:
            return
        victim = max(free, key=lambda task: (len(task.active), len(task.opening)))
        self.stops += 1
        self.ecs.stopping.add(victim.task_id)
        self.killed += [(self.now, victim.task_id, session) for session in victim.active]
        self._at(self._random.uniform(0, 2), lambda: self._terminate(victim))

    def _terminate(self, task: SimulatedTask) -> None:
        """SIGTERM: it drains; there is nothing in it but those who wait to begin."""
        task.draining = True
        record = make_task(task.task_id, capacity=SLOTS, draining=True)
        self.store.beat(record, self.now, TTL_SECONDS)
        for session_id in task.opening:
            self._refuse(session_id)
        task.opening.clear()
        self._at(1.0, lambda: self._gone(task))

    def _gone(self, task: SimulatedTask) -> None:
        del self.tasks[task.task_id]
        self.store.remove_task(task.task_id)
