"""A new version beside an old one in use: two real containers on one Redis, and ECS's agent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bench.containers import Container, Containers
from bench.redis_server import running_redis
from cdp_proxy.core.protection import LINGER_SECONDS
from shared.clock import system_clock
from tests.fakes.ecs_agent import Agent, running_agent
from tests.integration.api import request
from tests.integration.cdp import CdpClient
from tests.integration.waiting import PATIENCE_SECONDS, wait_until

BEAT = {"HEARTBEAT_TTL_SECONDS": "6"}
"""Long enough for a slow machine to beat in time."""


@pytest.fixture
def agent() -> Iterator[Agent]:
    """The old container's."""
    with running_agent() as agent:
        yield agent


@pytest.fixture
def containers() -> Iterator[Containers]:
    with running_redis() as url, Containers(url) as containers:
        yield containers


def start_old(containers: Containers, agent: Agent) -> Container:
    uri = f"{agent.url}/api/x"
    return containers.start(WALLCRAWLER_VERSION="v1", ECS_AGENT_URI=uri, **BEAT)


def start_new(containers: Containers) -> Container:
    return containers.start(WALLCRAWLER_VERSION="v2", MAX_SESSIONS="2", **BEAT)


def health(container: Container) -> tuple[int, dict[str, Any]]:
    answer = request(container.http, "GET", "/health")
    return answer.status, answer.json()


def comes_to_know(container: Container, *, superseded: bool) -> None:
    def knows() -> bool:
        status, body = health(container)
        assert (status, body["status"]) == (200, "ok"), "or ECS would replace it"
        return bool(body["superseded"] is superseded)

    wait_until(knows, f"superseded: {superseded}")


def owners_of_new_sessions(containers: Containers, count: int) -> list[str]:
    return [containers.owner_of(containers.open()) for _ in range(count)]


def test_the_old_container_empties_while_its_session_goes_on(
    containers: Containers, agent: Agent
) -> None:
    old = start_old(containers, agent)
    session = containers.open()
    with CdpClient(session.at(old)) as client:
        page = client.page()
        new = start_new(containers)

        later = containers.open()
        assert containers.owner_of(later) == new.task_id, "though the old one is fuller"
        comes_to_know(old, superseded=True)
        assert page.evaluate("6 * 7") == 42
        with CdpClient(session.at(new)) as second:
            assert "product" in second.call("Browser.getVersion")
        assert agent.protected

        with CdpClient(later.at(old)) as passing:  # whom the load balancer sends to the wrong one
            containers.close(session)
            wait_until(
                lambda: not agent.protected, "unprotected", LINGER_SECONDS + PATIENCE_SECONDS
            )
            assert health(old)[1]["sessions"] == 0
            assert "product" in passing.call("Browser.getVersion")
    said = [line["message"] for line in old.log() if "superseded" in line["message"]]
    assert said == ["superseded: new sessions go to tasks of a newer version"]


def test_the_old_container_serves_again_what_the_new_one_cannot(
    containers: Containers, agent: Agent
) -> None:
    old = start_old(containers, agent)
    new = start_new(containers)
    comes_to_know(old, superseded=True)

    assert owners_of_new_sessions(containers, 3) == [new.task_id, new.task_id, old.task_id]

    new.kill()
    store = containers.store
    wait_until(lambda: len(store.live_tasks(system_clock())) == 1, "the new one is lost")
    assert owners_of_new_sessions(containers, 2) == [old.task_id] * 2
    comes_to_know(old, superseded=False)
