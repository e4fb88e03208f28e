"""On a real Redis, with an ECS that does as it is told."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import redis

from chalice_app.aws.capacity import StartUnknown, Stopped
from chalice_app.capacity_config import CapacityConfig
from chalice_app.metrics import ApiMetrics
from chalice_app.services.actions import ActionService
from chalice_app.services.capacity import CapacityService, error_of
from chalice_app.services.sessions import SessionService
from chalice_app.wiring import Deps
from shared.actions import ObserveBody
from shared.clock import system_clock
from shared.errors import (
    CapacityRefused,
    CapacityUnavailable,
    NoCapacity,
    SessionEnded,
    SessionNotReady,
)
from shared.ids import StartToken, TaskId
from shared.limits import START_RETRY_SECONDS, START_SECONDS_MAX
from shared.records import CreateSession, Session
from shared.request_kind import RequestKind
from shared.session_state import EndReason, SessionStatus
from shared.store import Idempotency
from shared.waiting import Line
from tests.fakes.api import make_test_deps
from tests.fakes.cluster import FakeCluster, refused
from tests.fakes.records import OWNER, make_session, make_task

CONFIG = CapacityConfig(
    cluster_arn="cluster",
    task_definition_arn="wallcrawler",
    subnet_ids=("subnet-1",),
    security_group_id="sg-1",
    slots_per_task=2,
    tasks_max=3,
)
KEY = Idempotency(key_digest="key", body_digest="body")
BROKEN = Stopped(
    "TaskFailedToStart:CannotPullContainerError", "as scripted", EndReason.CAPACITY_LOST
)
INTERRUPTED = Stopped("SpotInterruption", "as scripted", None)


class Growing:
    """The services of one Lambda, on a clock that can be put forward."""

    def __init__(self, redis_url: str, client: redis.Redis, cluster: FakeCluster) -> None:
        self.cluster = cluster
        self.later = 0.0
        self.line = Line(client)
        self.told: list[Mapping[str, Any]] = []
        metrics = ApiMetrics("dev", self.now, self.told.append)
        self.capacity = CapacityService(cluster, self.line, CONFIG.growth, self.now, metrics)
        made = make_test_deps(redis_url, self.now)
        config = replace(made.config, capacity=CONFIG, cdp_public_url="wss://cdp.example")
        self.deps: Deps = replace(made, config=config, capacity=self.capacity, metrics=metrics)
        self.sessions = SessionService(self.deps)
        self.tokens = (StartToken(f"token-{number}") for number in range(1000))

    def now(self) -> float:
        return system_clock() + self.later

    def create(self, key: Idempotency | None = None) -> Session:
        return self.sessions.create(OWNER, CreateSession(), key)

    def top_up(self) -> None:
        self.capacity.top_up([next(self.tokens) for _ in range(CONFIG.tasks_max)])

    def get(self, session: Session) -> Session:
        return self.sessions.get(OWNER, session.spec.session_id)

    def all(self) -> list[Session]:
        return self.deps.store.list_by_owner(OWNER)


@pytest.fixture
def growing(redis_url: str, redis_client: redis.Redis) -> Growing:
    return Growing(redis_url, redis_client, FakeCluster())


class TestCreating:
    def test_without_a_slot_a_task_is_started_and_the_session_stands_in_line(
        self, growing: Growing
    ) -> None:
        session = growing.create()

        token = StartToken(session.spec.session_id)
        assert (session.status, session.waiting) == (SessionStatus.INITIALIZING, True)
        assert growing.cluster.asked == [token]
        assert growing.line.starts()[token].task_arn == f"arn:task/{token}"
        assert list(growing.told[0])[-1] == "CreateLatency"

    def test_one_task_is_started_for_all_it_has_slots_for(self, growing: Growing) -> None:
        for _ in range(3):
            growing.create()

        assert len(growing.cluster.asked) == 2

    def test_callers_at_once_start_no_task_too_many(self, growing: Growing) -> None:
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _: growing.create(), range(6)))

        assert len(growing.cluster.started) == 3
        assert growing.line.length() == 6

    def test_beyond_what_may_be_started_there_is_no_capacity(self, growing: Growing) -> None:
        for _ in range(6):
            growing.create()

        with pytest.raises(NoCapacity):
            growing.create()
        assert growing.line.length() == 6

    def test_a_repeated_request_starts_nothing(self, growing: Growing) -> None:
        first = growing.create(KEY)

        assert growing.create(KEY).spec == first.spec
        assert len(growing.cluster.asked) == 1

    def test_a_repeated_request_goes_on_for_one_that_died_half_way(self, growing: Growing) -> None:
        session = growing.create(KEY)
        growing.line.give_up(
            StartToken(session.spec.session_id), CONFIG.growth, growing.now(), None
        )

        assert growing.create(KEY).waiting
        assert len(growing.line.starts()) == 1

    @pytest.mark.parametrize(
        ("reason", "error"),
        [
            (EndReason.CAPACITY_UNAVAILABLE, CapacityUnavailable),
            (EndReason.CAPACITY_REFUSED, CapacityRefused),
        ],
    )
    def test_a_refusal_of_ecs_fails_the_session_and_reaches_the_caller(
        self, growing: Growing, reason: EndReason, error: type[Exception]
    ) -> None:
        growing.cluster.fail = [refused(reason, "SOME:WORD")]

        with pytest.raises(error) as caught:
            growing.create(KEY)

        (session,) = growing.all()
        assert caught.value.details == {  # type: ignore[attr-defined]
            "sessionId": session.spec.session_id,
            "reason": "SOME:WORD",
        }
        assert (session.end_reason, session.end_detail) == (reason, "SOME:WORD")
        assert (growing.line.length(), growing.line.starts()) == (0, {})
        assert [line["Reason"] for line in growing.told] == [reason.value]

    def test_a_failed_request_has_used_up_no_key(self, growing: Growing) -> None:
        growing.cluster.fail = [refused()]
        with pytest.raises(CapacityUnavailable):
            growing.create(KEY)

        assert growing.create(KEY).waiting

    def test_a_refusal_leaves_those_alone_for_whom_another_task_is_started(
        self, growing: Growing
    ) -> None:
        served = [growing.create() for _ in range(2)]
        growing.cluster.fail = [refused()]

        with pytest.raises(CapacityUnavailable):
            growing.create()

        assert all(growing.get(session).waiting for session in served)

    def test_an_ecs_that_does_not_answer_is_asked_again_with_the_same_token(
        self, growing: Growing
    ) -> None:
        growing.cluster.fail = [StartUnknown("timeout")]
        session = growing.create()
        token = StartToken(session.spec.session_id)

        growing.later = START_RETRY_SECONDS
        growing.top_up()

        assert session.waiting
        assert growing.cluster.asked == [token, token]
        assert list(growing.cluster.started) == [token]


class TestLeavingTheLine:
    def test_a_session_in_line_is_released_without_a_container(self, growing: Growing) -> None:
        session = growing.create()

        ended = growing.sessions.delete(OWNER, session.spec.session_id)

        assert ended.end_reason is EndReason.RELEASED
        assert growing.line.length() == 0

    def test_an_action_on_a_session_in_line_is_told_to_come_back(self, growing: Growing) -> None:
        session = growing.create()

        with pytest.raises(SessionNotReady):
            ActionService(growing.deps).run(
                OWNER, session.spec.session_id, RequestKind.OBSERVE, ObserveBody()
            )

    def test_who_waits_too_long_fails(self, growing: Growing) -> None:
        session = growing.create()

        growing.later = CONFIG.wait_seconds + 1

        assert growing.get(session).end_reason is EndReason.CAPACITY_TIMEOUT


class TestToppingUp:
    def test_when_all_is_well_nothing_is_done(self, growing: Growing) -> None:
        growing.create()

        growing.top_up()

        assert len(growing.cluster.asked) == 1

    def test_a_task_that_failed_to_start_fails_who_waits_for_it(self, growing: Growing) -> None:
        session = growing.create()
        (arn,) = growing.cluster.started.values()
        growing.cluster.fates = {arn: BROKEN}

        growing.top_up()

        failed = growing.get(session)
        assert (failed.end_reason, failed.end_detail) == (
            EndReason.CAPACITY_LOST,
            "TaskFailedToStart:CannotPullContainerError",
        )
        assert growing.line.starts() == {}
        assert len(growing.cluster.asked) == 1

    def test_a_task_that_was_interrupted_is_started_anew(self, growing: Growing) -> None:
        session = growing.create()
        (arn,) = growing.cluster.started.values()
        growing.cluster.fates = {arn: INTERRUPTED}

        growing.top_up()

        assert growing.get(session).waiting
        assert len(growing.cluster.started) == 2
        assert len(growing.line.starts()) == 1

    def test_a_task_that_never_serves_is_forgotten(self, growing: Growing) -> None:
        growing.create()
        (token,) = growing.line.starts()

        growing.later = START_SECONDS_MAX + 1
        growing.deps.store.reap(growing.now())
        growing.top_up()

        assert token not in growing.line.starts()

    def test_an_ecs_that_cannot_be_asked_fails_nobody(self, growing: Growing) -> None:
        session = growing.create()
        growing.cluster.silent = True

        growing.top_up()

        assert growing.get(session).waiting

    def test_a_start_that_fails_now_fails_who_waits(self, growing: Growing) -> None:
        session = growing.create()
        (arn,) = growing.cluster.started.values()
        growing.cluster.fates = {arn: INTERRUPTED}
        growing.cluster.fail = [refused()]

        growing.top_up()

        assert growing.get(session).end_reason is EndReason.CAPACITY_UNAVAILABLE

    def test_a_container_that_serves_ends_its_start(self, growing: Growing) -> None:
        session = growing.create()
        (token,) = growing.line.starts()
        growing.deps.store.beat(make_task(), growing.now(), 60)

        growing.line.take(TaskId("task-a"), growing.now(), 2, token)
        growing.top_up()

        assert growing.line.starts() == {}
        assert growing.get(session).task_id == "task-a"
        assert len(growing.cluster.asked) == 1


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        (EndReason.CAPACITY_TIMEOUT, CapacityUnavailable),
        (EndReason.CAPACITY_LOST, CapacityRefused),
        (EndReason.RELEASED, SessionEnded),
        (None, SessionEnded),
    ],
)
def test_every_end_in_line_is_an_error_of_its_own(
    reason: EndReason | None, error: type[Exception]
) -> None:
    status = reason.status if reason else SessionStatus.FAILED
    session = make_session(status=status, task="")

    assert type(error_of(replace_reason(session, reason))) is error


def replace_reason(session: Session, reason: EndReason | None) -> Session:
    return Session(
        spec=session.spec, status=session.status, task_id=session.task_id, end_reason=reason
    )
