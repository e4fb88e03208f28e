"""Fixtures that every tier may use."""

from tests.redis_fixture import redis_client, redis_url

__all__ = ["redis_client", "redis_url"]
