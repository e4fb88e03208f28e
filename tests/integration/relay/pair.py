"""Two containers, one of which has a session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bench.containers import Container, Containers, Session
from bench.redis_server import running_redis
from tests.integration.api import Answer, request

TTL_SECONDS = 6.0
"""Of heartbeats where one has to stop: long enough for a slow machine to beat in time."""


class Pair:
    """A session, the container that has it, and another."""

    def __init__(self, containers: Containers, **environment: str) -> None:
        both = [containers.start(**environment) for _ in range(2)]
        self.containers = containers
        self.session: Session = containers.open()
        owner = containers.owner_of(self.session)
        self.owner, self.wrong = sorted(both, key=lambda each: each.task_id != owner)

    @property
    def url(self) -> str:
        return self.session.at(self.wrong)


@contextmanager
def a_pair(**environment: str) -> Iterator[Pair]:
    """Two containers with a Redis of their own."""
    with running_redis() as url, Containers(url) as containers:
        yield Pair(containers, **environment)


def get(container: Container, path: str, **headers: str) -> Answer:
    """A plain request to a container."""
    return request(container.http, "GET", path, None, headers)
