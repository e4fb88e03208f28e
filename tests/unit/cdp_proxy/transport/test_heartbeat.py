from __future__ import annotations

import threading

import msgspec
import pytest
import redis
from twisted.internet.defer import Deferred
from twisted.logger import capturedLogs
from twisted.trial.unittest import TestCase

from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.heartbeat import Heartbeat, Identity
from cdp_proxy.transport.session import LiveSession
from shared.ids import TaskId
from shared.limits import CREATE_TIMEOUT_SECONDS
from shared.records import Session, Task
from shared.session_state import EndReason, SessionStatus
from tests.fakes.container import FakeStore
from tests.fakes.reactor import installed_reactor
from tests.fakes.records import NOW, make_session, make_spec, session_id_of
from tests.unit.cdp_proxy.transport.test_registry import Registry, outcome_of

TASK = TaskId("task-a")
STRANGER = session_id_of("stranger")
TTL = 9.0


def identity() -> Identity:
    return Identity(
        task_id=TASK,
        address="10.0.0.1:9223",
        public_url="ws://10.0.0.1:9223",
        browser="headless-shell",
        started_at=NOW,
        ttl_seconds=TTL,
        canary="v2",
        version="v2:7",
        extra=True,
    )


class Beating(Registry):
    """A registry with a heartbeat that has begun."""

    def __init__(self) -> None:
        super().__init__()
        self.heartbeat = Heartbeat(
            self.clock,
            self.sessions._resources.blocking,
            self.sessions,
            self.store,  # type: ignore[arg-type]
            self.clock.seconds,
        )

    def start(self) -> list[object]:
        return outcome_of(Deferred.fromCoroutine(self.heartbeat.start(identity())))

    def next_beat(self) -> None:
        self.store.calls.clear()
        self.clock.advance(TTL / 3)


@pytest.fixture
def beating() -> Beating:
    beating = Beating()
    beating.start()
    return beating


def test_the_first_beat_registers_the_task(beating: Beating) -> None:
    (task,) = beating.store.called("beat")

    assert task == Task(
        task_id=TASK,
        address="10.0.0.1:9223",
        public_url="ws://10.0.0.1:9223",
        max_sessions=2,
        draining=False,
        browser="headless-shell",
        started_at=NOW,
        canary="v2",
        version="v2:7",
        extra=True,
        healthy=True,
    )
    assert beating.heartbeat.started


def test_it_beats_three_times_within_its_ttl(beating: Beating) -> None:
    beating.clock.pump([1.0] * 9)

    assert len(beating.store.called("beat")) == 1 + 3
    assert len(beating.store.called("reap")) == 1 + 3


def test_without_redis_it_does_not_start() -> None:
    beating = Beating()
    beating.store.away = True
    (error,) = beating.start()

    assert isinstance(error, redis.RedisError)
    assert not beating.heartbeat.started


def test_redis_may_go_and_come_back(beating: Beating) -> None:
    beating.store.away = True
    beating.next_beat()
    assert not beating.heartbeat.connected

    beating.store.away = False
    beating.next_beat()

    assert beating.heartbeat.connected


def test_running_sessions_assert_themselves(beating: Beating) -> None:
    beating.open()
    beating.next_beat()

    (claimed,) = beating.store.called("claim")
    assert isinstance(claimed, Session)
    assert claimed.spec == make_spec()
    assert (claimed.status, claimed.task_id) == (SessionStatus.ACTIVE, TASK)


def test_a_session_that_redis_has_as_ended_ends_here(beating: Beating) -> None:
    (session,) = beating.open()
    beating.store.lost = {session_id_of("one")}
    beating.next_beat()

    assert isinstance(session, LiveSession)
    assert session.end_reason is EndReason.RELEASED


def test_ends_that_redis_missed_are_reported(beating: Beating) -> None:
    beating.sessions.unreported = {STRANGER: EndReason.IDLE_TIMEOUT}
    beating.next_beat()

    assert beating.store.called("finish") == [(STRANGER, EndReason.IDLE_TIMEOUT)]
    assert beating.sessions.unreported == {}


def test_they_stay_while_redis_is_away(beating: Beating) -> None:
    beating.sessions.unreported = {STRANGER: EndReason.IDLE_TIMEOUT}
    beating.store.away = True
    beating.next_beat()

    assert beating.sessions.unreported == {STRANGER: EndReason.IDLE_TIMEOUT}


class TestStrangers:
    """Leases of sessions that do not run here."""

    def beat_with(self, beating: Beating, session: Session | None) -> list[tuple[str, object]]:
        beating.store.leased = {STRANGER}
        if session is not None:
            beating.store.sessions = {STRANGER: session}
        beating.next_beat()
        return [call for call in beating.store.calls if call[0] in ("finish", "release")]

    def test_one_without_a_session_is_given_back(self, beating: Beating) -> None:
        assert self.beat_with(beating, None) == [("release", STRANGER)]

    def test_one_of_an_ended_session_is_given_back(self, beating: Beating) -> None:
        ended = make_session(make_spec("stranger"), status=SessionStatus.ENDED)

        assert self.beat_with(beating, ended) == [("release", STRANGER)]

    def test_one_of_an_active_session_was_lost(self, beating: Beating) -> None:
        active = make_session(make_spec("stranger"))

        assert self.beat_with(beating, active) == [("finish", (STRANGER, EndReason.CONTAINER_LOST))]

    def test_one_that_is_on_its_way_is_waited_for(self, beating: Beating) -> None:
        coming = make_session(make_spec("stranger"), status=SessionStatus.INITIALIZING)

        assert self.beat_with(beating, coming) == []

    def test_one_that_never_came_has_failed(self, beating: Beating) -> None:
        spec = make_spec("stranger", created_at=NOW - CREATE_TIMEOUT_SECONDS - 60)
        waiting = make_session(spec, status=SessionStatus.INITIALIZING)

        assert self.beat_with(beating, waiting) == [("finish", (STRANGER, EndReason.START_FAILED))]

    def test_one_that_is_just_being_opened_is_ours(self, beating: Beating) -> None:
        beating.pool.hold = Deferred()
        beating.open("stranger")

        assert self.beat_with(beating, None) == []


def test_stopping_takes_the_task_out(beating: Beating) -> None:
    stopped = outcome_of(Deferred.fromCoroutine(beating.heartbeat.stop()))

    assert stopped == [None]
    assert beating.store.called("remove_task") == [TASK]
    assert beating.clock.getDelayedCalls() == []


def test_stopping_without_redis_is_no_failure(beating: Beating) -> None:
    beating.store.away = True

    assert outcome_of(Deferred.fromCoroutine(beating.heartbeat.stop())) == [None]


def test_draining_is_told_at_once(beating: Beating) -> None:
    beating.sessions.draining = True
    outcome_of(Deferred.fromCoroutine(beating.heartbeat.beat_now()))

    task = beating.store.called("beat")[-1]
    assert isinstance(task, Task)
    assert task == msgspec.structs.replace(task, draining=True)


class SlowStore(FakeStore):
    """Its second beat takes until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.slow, self.release = threading.Event(), threading.Event()

    def beat(self, task: Task, now: float, ttl_seconds: float) -> None:
        if self.calls:
            self.slow.set()
            self.release.wait(60)
        super().beat(task, now, ttl_seconds)


class TestStopInABeat(TestCase):
    async def test_a_beat_on_its_way_does_not_bring_the_task_back(self) -> None:
        """It would be placed on until its time to live is over."""
        blocking = Blocking(installed_reactor())
        blocking.start()
        self.addCleanup(blocking.stop)
        beating, store = Beating(), SlowStore()
        heartbeat = Heartbeat(
            beating.clock,
            blocking,
            beating.sessions,
            store,  # type: ignore[arg-type]
            beating.clock.seconds,
        )
        await heartbeat.start(identity())
        beating.clock.advance(TTL / 3)
        store.slow.wait(60)

        stopping = Deferred.fromCoroutine(heartbeat.stop())
        await blocking.run(store.release.set)
        await stopping
        await blocking.run(lambda: None)

        names = [name for name, _ in store.calls]
        self.assertLess(len(names) - 1 - names[::-1].index("beat"), names.index("remove_task"))


def test_what_wants_to_be_told_is_told_after_each_beat(beating: Beating) -> None:
    told: list[int] = []
    beating.heartbeat.after_beats.append(lambda: told.append(len(beating.store.called("beat"))))

    beating.next_beat()
    beating.store.away = True
    beating.next_beat()

    assert told == [1]


def test_a_task_whose_browsers_do_not_start_says_so(beating: Beating) -> None:
    beating.pool.healthy = False
    beating.next_beat()

    (task,) = beating.store.called("beat")
    assert isinstance(task, Task)
    assert not task.healthy


def test_it_knows_whether_it_is_superseded_and_logs_each_change_once(
    beating: Beating,
) -> None:
    with capturedLogs() as logged:
        for superseded in (False, True, True, False, False):
            beating.store.superseded = superseded
            beating.next_beat()
            assert beating.heartbeat.superseded is superseded

    texts = [str(event["log_format"]) for event in logged if "superseded" in event["log_format"]]
    assert [text.split(":")[0] for text in texts] == ["superseded", "not superseded any more"]


def test_an_idle_task_can_be_retired(beating: Beating) -> None:
    assert outcome_of(Deferred.fromCoroutine(beating.heartbeat.retire())) == [True]
    assert beating.sessions.draining


def test_a_task_with_somebody_on_his_way_is_not_retired(beating: Beating) -> None:
    beating.store.leased = {STRANGER}

    assert outcome_of(Deferred.fromCoroutine(beating.heartbeat.retire())) == [False]
    assert not beating.sessions.draining


def test_nobody_is_retired_while_redis_is_away(beating: Beating) -> None:
    beating.store.away = True

    assert outcome_of(Deferred.fromCoroutine(beating.heartbeat.retire())) == [False]


def test_a_session_that_has_just_been_taken_from_the_line_is_on_its_way(beating: Beating) -> None:
    taken = Session(
        spec=make_spec("stranger", created_at=NOW - 100),
        status=SessionStatus.INITIALIZING,
        task_id=TASK,
        taken_at=NOW,
    )
    beating.store.sessions[STRANGER] = taken
    beating.store.leased = {STRANGER}

    beating.next_beat()

    assert beating.store.called("finish") == []
