"""The Chalice program's collaborators on the real Redis, and a scripted container beside them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from chalice_app.wiring import Deps
from tests.fakes.api import FakeContainer, make_test_deps

LONG = 1_000_000.0
"""A heartbeat's TTL that no clock of the tests passes."""


@pytest.fixture
def deps(redis_url: str, redis_client: redis.Redis) -> Deps:
    """As a Lambda makes them."""
    return make_test_deps(redis_url)


@pytest.fixture
def container(redis_url: str, redis_client: redis.Redis) -> Iterator[FakeContainer]:
    """The only one there is; it serves."""
    with FakeContainer(redis_url).serving(LONG) as container:
        yield container
