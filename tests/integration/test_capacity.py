"""The whole story of a session without a slot: REST, ECS (moto's server), containers, a client."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from bench.containers import Container, Containers
from bench.redis_server import running_redis
from chalice_app.auth import key_digest_of
from chalice_app.config import ApiConfig
from chalice_app.wiring import Deps, make_deps
from shared.clock import system_clock
from tests.fakes.api import API_KEY
from tests.fakes.api_user import Api
from tests.fakes.moto_ecs import Ecs, running_ecs
from tests.integration.cdp import CdpClient
from tests.integration.waiting import PATIENCE_SECONDS, wait_until


@pytest.fixture
def ecs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ecs]:
    with running_ecs(monkeypatch) as ecs:
        yield ecs


class Cloud:
    """A Redis, an API, a container of the service, and whoever plays Fargate: the test."""

    def __init__(self, redis_url: str, containers: Containers, ecs: Ecs) -> None:
        self.containers = containers
        self.ecs = ecs
        self.first = containers.start(MAX_SESSIONS="1")
        self.deps: Deps = make_deps(
            ApiConfig.from_env(
                {
                    **ecs.environment,
                    "REDIS_ENDPOINT": redis_url,
                    "JWE_SECRET": containers.secret,
                    "API_KEY_HASHES": key_digest_of(API_KEY),
                    "CDP_PUBLIC_URL": self.first.cdp.removesuffix("/cdp"),
                    "BURST_IDLE_EXIT_SECONDS": "10",
                    "SLOTS_PER_TASK": "1",
                }
            )
        )
        self.api = Api(self.deps)

    def run_what_ecs_was_asked_for(self) -> Container:
        """What Fargate does some seconds later."""
        (task,) = self.ecs.tasks()
        (override,) = task["overrides"]["containerOverrides"]
        variables = {each["name"]: each["value"] for each in override["environment"]}
        return self.containers.start(MAX_SESSIONS="1", **variables)


@pytest.fixture
def cloud(ecs: Ecs) -> Iterator[Cloud]:
    with running_redis() as url, Containers(url) as containers:
        cloud = Cloud(url, containers, ecs)
        yield cloud
        cloud.deps.store._redis.close()


def test_a_session_without_a_slot_is_used_like_any_other(cloud: Cloud) -> None:
    there = cloud.api.data("POST", "/sessions", status=201)
    waits = cloud.api.data("POST", "/sessions", status=201)
    assert (there["status"], waits["status"]) == ("active", "initializing")
    assert urlsplit(waits["connectUrl"]).netloc == urlsplit(cloud.first.cdp).netloc

    with ThreadPoolExecutor() as threads:
        connecting = threads.submit(CdpClient, waits["connectUrl"])
        started = cloud.run_what_ecs_was_asked_for()
        with connecting.result(2 * PATIENCE_SECONDS) as client:
            assert client.page().evaluate("6 * 7") == 42

    path = f"/sessions/{waits['sessionId']}"
    assert cloud.api.data("GET", path)["status"] == "active"
    assert cloud.api.data("DELETE", path)["endReason"] == "released"
    assert started.process.wait(PATIENCE_SECONDS) == 0, "nobody uses it any more"
    wait_until(
        lambda: len(cloud.deps.store.live_tasks(system_clock())) == 1, "the one that is left"
    )
    assert cloud.api.data("GET", f"/sessions/{there['sessionId']}")["status"] == "active"
