"""The store on a real Redis."""

from __future__ import annotations

import pytest
import redis

from shared.store import SessionStore


@pytest.fixture
def store(redis_client: redis.Redis) -> SessionStore:
    return SessionStore(redis_client)
