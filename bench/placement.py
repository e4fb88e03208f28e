"""`python -m bench.placement`: what a placement costs Redis with many tasks, and how well it packs.

The time is Redis's own (its slow log with a threshold of 0), so neither the network nor this
program is in it. Packing is measured against best fit, done in memory on the same events.
"""

from __future__ import annotations

import random
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import redis

from bench import report
from bench.redis_server import running_redis
from shared import keys, scripts
from shared.ids import OwnerId, SessionId, TaskId
from shared.records import BrowserSettings, SessionSpec, Task
from shared.session_state import EndReason
from shared.store import Full, Growth, Placed, SessionStore, Waiting

TASKS = 500
SLOTS = 20
SESSIONS = 10_000
NOW = 4_000_000_000.0
"""In 2096: no record expires while this runs."""
_TTL_SECONDS = 10_000.0
_SAMPLE_EVERY = 500
_TURNED_AWAY = 500


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment."""

    sessions: int
    tasks_used: int
    tasks_used_by_best_fit: int


class BestFit:
    """The fullest task with room, in memory: what is aimed at."""

    def __init__(self, tasks: int, slots: int) -> None:
        self._slots = slots
        self._used = dict.fromkeys(range(tasks), 0)
        self._at: dict[SessionId, int] = {}

    def place(self, session_id: SessionId) -> None:
        """Place one session; there is room."""
        task = max((used, task) for task, used in self._used.items() if used < self._slots)[1]
        self._used[task] += 1
        self._at[session_id] = task

    def end(self, session_id: SessionId) -> None:
        """End one session."""
        self._used[self._at.pop(session_id)] -= 1

    @property
    def tasks_used(self) -> int:
        """Tasks that have a session."""
        return sum(used > 0 for used in self._used.values())


@dataclass
class Simulation:
    """Random sessions on a real store; the same seed, the same story."""

    store: SessionStore
    tasks: int = TASKS
    slots: int = SLOTS
    seed: int = 7
    placed: dict[SessionId, TaskId] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._best = BestFit(self.tasks, self.slots)
        self._made = 0
        for number in range(self.tasks):
            self.store.beat(_task(number, self.slots), NOW, _TTL_SECONDS)

    def churn(self, creations: int, live_target: int) -> None:
        """Create so many sessions; others end at random, so that about `live_target` live."""
        for number in range(creations):
            self.create()
            while len(self.placed) > live_target * self._random.uniform(0.5, 1.0):
                self.end_one()
            if number % _SAMPLE_EVERY == 0:
                self.sample()

    def fill(self) -> None:
        """Create until every slot is taken."""
        while len(self.placed) < self.tasks * self.slots:
            self.create()
        self.sample()

    def create(self) -> None:
        """One more session, which must find room."""
        spec = self.spec()
        outcome = self.store.place(spec, NOW)
        if not isinstance(outcome, Placed):
            raise TypeError(f"no room with {len(self.placed)} sessions: {outcome}")
        self.placed[spec.session_id] = outcome.task_id
        self._best.place(spec.session_id)

    def end_one(self) -> None:
        """A random session ends."""
        ids = list(self.placed)
        session_id = ids[self._random.randrange(len(ids))]
        del self.placed[session_id]
        self.store.finish(session_id, EndReason.RELEASED, NOW, release_slot=True)
        self._best.end(session_id)

    def turned_away(self, times: int) -> int:
        """How many of so many requests found no room."""
        return sum(isinstance(self.store.place(self.spec(), NOW), Full) for _ in range(times))

    def put_in_line(self, times: int) -> int:
        """How many of so many requests got a place in line, where more can be started."""
        growth = Growth(120.0, self.slots, 2 * self.tasks)
        outcomes = [self.store.place(self.spec(), NOW, growth=growth) for _ in range(times)]
        return sum(isinstance(outcome, Waiting) for outcome in outcomes)

    def sample(self) -> None:
        """Note how packed it is."""
        used = len(set(self.placed.values()))
        self.samples.append(Sample(len(self.placed), used, self._best.tasks_used))

    def leases(self) -> Iterator[tuple[TaskId, frozenset[SessionId]]]:
        """Who holds the slots, by Redis."""
        for number in range(self.tasks):
            task_id = _task(number, self.slots).task_id
            yield task_id, self.store.leases(task_id)

    def spec(self) -> SessionSpec:
        """The next session."""
        self._made += 1
        return SessionSpec(
            session_id=SessionId(f"session-{self._made:08}"),
            owner_id=OwnerId(f"owner-{self._made % 50}"),
            token_id="f" * 32,
            created_at=NOW,
            expires_at=NOW + 3600,
            idle_timeout_seconds=1800,
            keep_alive=True,
            settings=BrowserSettings(),
            user_metadata={},
        )


def worst_packing(samples: list[Sample]) -> float:
    """The largest ratio of tasks in use to what best fit uses."""
    return max(sample.tasks_used / max(1, sample.tasks_used_by_best_fit) for sample in samples)


def _task(number: int, slots: int) -> Task:
    return Task(
        task_id=TaskId(f"task-{number:04}"),
        address="10.0.0.1:9223",
        public_url="ws://127.0.0.1:9223",
        max_sessions=slots,
        draining=False,
        browser="headless-shell",
        started_at=NOW,
        version="v1",
    )


def _redis_times(client: redis.Redis, work: Callable[[], object]) -> list[int]:
    """Microseconds that Redis itself took for each placement within `work`."""
    client.config_set("slowlog-max-len", 1_000_000)
    client.config_set("slowlog-log-slower-than", 0)
    client.slowlog_reset()
    work()
    client.config_set("slowlog-log-slower-than", -1)
    sha = client.script_load(scripts.PLACE).encode()
    logged = client.slowlog_get(1_000_000)
    return [entry["duration"] for entry in logged if sha in entry["command"]]


def _row(what: str, times: list[int]) -> str:
    cuts = statistics.quantiles(times, n=100)
    return (
        f"| {what} | {len(times)} | {cuts[49]:.0f} | {cuts[98]:.0f} | {max(times)} |"
        f" {'yes' if cuts[98] <= 2000 else 'NO'} |"
    )


def main() -> None:
    """Print a table."""
    print(f"Measured on {report.machine()}; {TASKS} tasks of {SLOTS} slots.\n")
    print("| placement: Redis's own time, µs | n | p50 | p99 | max | p99 <= 2 ms |")
    print("|---|---:|---:|---:|---:|---|")
    with running_redis() as url, redis.Redis.from_url(url, socket_timeout=60) as client:
        simulation = Simulation(SessionStore(client))
        churn = _redis_times(client, lambda: simulation.churn(SESSIONS, SESSIONS * 6 // 10))
        print(_row("10 000 sessions come and go", churn))
        print(_row("until every slot is taken", _redis_times(client, simulation.fill)))
        full = _redis_times(client, lambda: simulation.turned_away(_TURNED_AWAY))
        print(_row("every slot taken: turned away", full))
        line = _redis_times(client, lambda: simulation.put_in_line(_TURNED_AWAY))
        print(_row("every slot taken: put in line", line))
        most = max(Counter(simulation.placed.values()).values())
        memory = client.info("memory")["used_memory_human"]
        print(
            f"\npacking: at worst {worst_packing(simulation.samples):.3f} x best fit's tasks; "
            f"sessions on one task: at most {most} of {SLOTS}; "
            f"{client.zcard(keys.ROOM)} tasks with room left; Redis holds {memory}"
        )


if __name__ == "__main__":
    main()
