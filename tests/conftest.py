"""Fixtures that every tier may use."""

from collections.abc import Iterator

import pytest

from tests.fakes.api import close_test_deps
from tests.redis_fixture import redis_client, redis_url

__all__ = ["redis_client", "redis_url"]


@pytest.fixture(autouse=True)
def _deps_are_closed() -> Iterator[None]:
    yield
    close_test_deps()
