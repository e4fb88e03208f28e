"""A version on trial beside one in service: two real containers on one Redis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from bench.containers import Container, Containers, Session
from bench.redis_server import running_redis
from shared.canary import Canary, CanaryShare
from tests.integration.cdp import CdpClient

VERSION = "v2"


@pytest.fixture(scope="module")
def redis_of_two() -> Iterator[str]:
    with running_redis() as url:
        yield url


@pytest.fixture(scope="module")
def containers(redis_of_two: str) -> Iterator[Containers]:
    with Containers(redis_of_two) as containers:
        yield containers


@pytest.fixture(scope="module")
def in_service(containers: Containers) -> Container:
    return containers.start()


@pytest.fixture(scope="module")
def on_trial(containers: Containers, in_service: Container) -> Container:
    return containers.start(WALLCRAWLER_CANARY=VERSION)


@pytest.fixture
def share(redis_of_two: str) -> Iterator[CanaryShare]:
    with redis.Redis.from_url(redis_of_two) as client:
        share = CanaryShare(client)
        yield share
        share.set(Canary(VERSION, 0))


def drawn(session: Session, percent: int) -> bool:
    return int(session.spec.session_id[:8], 16) % 100 < percent


def test_without_a_share_all_sessions_go_into_service(
    containers: Containers, in_service: Container, on_trial: Container
) -> None:
    sessions = [containers.open() for _ in range(3)]

    assert {containers.owner_of(session) for session in sessions} == {in_service.task_id}
    for session in sessions:
        containers.close(session)


def test_drawn_sessions_run_on_trial_and_are_reached_through_the_others(
    containers: Containers, in_service: Container, on_trial: Container, share: CanaryShare
) -> None:
    share.set(Canary(VERSION, 50))
    owners = {True: on_trial.task_id, False: in_service.task_id}
    kinds = set()

    for _ in range(64):  # by when both kinds have come, but for one in 2**63 runs
        session = containers.open()
        kinds.add(drawn(session, 50))
        assert containers.owner_of(session) == owners[drawn(session, 50)]
        with CdpClient(session.at(in_service)) as client:
            assert "product" in client.call("Browser.getVersion")
        containers.close(session)
        if kinds == {True, False}:
            break

    assert kinds == {True, False}


def test_a_roll_back_leaves_running_sessions_alone(
    containers: Containers, in_service: Container, on_trial: Container, share: CanaryShare
) -> None:
    share.set(Canary(VERSION, 99))
    sessions = [containers.open() for _ in range(3)]
    tried = [each for each in sessions if containers.owner_of(each) == on_trial.task_id]

    share.set(Canary(VERSION, 0))
    after = containers.open()

    assert tried
    assert containers.owner_of(after) == in_service.task_id
    for session in tried:
        with CdpClient(session.at(on_trial)) as client:
            assert "product" in client.call("Browser.getVersion")
    for session in (*sessions, after):
        containers.close(session)
