"""A real redis-server for the test session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from bench.redis_server import running_redis


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """URL of a redis-server that persists nothing."""
    with running_redis() as url:
        yield url


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[redis.Redis]:
    """A client of an empty database."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
        yield client
