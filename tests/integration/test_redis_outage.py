"""Redis is away for longer than heartbeats last, and comes back with all that it held."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.request import urlopen

import psutil
import pytest

from bench.containers import Container, Containers
from bench.redis_server import running_redis
from shared.clock import system_clock
from tests.integration.cdp import CdpClient
from tests.integration.waiting import wait_until

_TTL_SECONDS = "3"
"""Shorter than a container waits for Redis before it says that it is away."""


class Cluster:
    """Two containers with a session each, and the Redis between them."""

    def __init__(self, redis_url: str, containers: Containers) -> None:
        alone = {"MAX_SESSIONS": "1", "HEARTBEAT_TTL_SECONDS": _TTL_SECONDS}
        self.containers = [containers.start(**alone) for _ in range(2)]
        self.sessions = [containers.open() for _ in range(2)]
        self.store = containers.store
        socket = redis_url.removeprefix("unix://")
        (self.redis,) = (
            each
            for each in psutil.Process().children()
            if any(socket in it for it in each.cmdline())
        )

    def wait_redis(self, word: str) -> None:
        """Until all containers say so of Redis."""
        for container in self.containers:
            wait_until(lambda at=container: health(at)["redis"] == word, f"Redis is {word}")


def health(container: Container) -> dict[str, str]:
    with urlopen(f"{container.http}/health", timeout=10) as answer:
        return dict(json.load(answer))


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with running_redis() as url, Containers(url) as containers:
        yield Cluster(url, containers)


def test_no_session_ends_of_it_whoever_comes_first_afterwards(cluster: Cluster) -> None:
    with ExitStack() as open_ones:
        clients = [
            open_ones.enter_context(CdpClient(session.at(cluster.containers[0])))
            for session in cluster.sessions
        ]
        cluster.redis.suspend()
        open_ones.callback(cluster.redis.resume)
        cluster.wait_redis("away")
        cluster.redis.resume()

        failed = cluster.store.reap(system_clock())  # as the API's first request does
        cluster.wait_redis("connected")

        assert failed == []
        for client in clients:
            assert "Chrome" in client.call("Browser.getVersion")["product"]
        for session in cluster.sessions:
            record = cluster.store.get(session.spec.session_id)
            assert record is not None
            assert record.live
