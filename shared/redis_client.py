"""redis-py's blocking client, and the part of it that this project uses: any equal will do.

The container's. Lambda, where importing redis-py is most of a cold start, has `shared.lean_redis`.
"""

from __future__ import annotations

from typing import Any, Protocol

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from shared.limits import REDIS_SOCKET_SECONDS


def connect(endpoint: str, password: str | None = None) -> RedisClient:
    """A client for `endpoint`; connects at the first command.

    What may have been run is never sent again. What a server has refused because it is a replica
    now, after a failover, has not been: it is sent on a new connection, to whichever server the
    endpoint means by then.

    Args:
        endpoint: `host:port`, or a `redis://`, `rediss://` or `unix://` URL.
        password: unless the endpoint has one.
    """
    url = endpoint if "://" in endpoint else f"redis://{endpoint}"
    # A unix socket has no keep-alive, and redis-py refuses the option there.
    keepalive = {} if url.startswith("unix://") else {"socket_keepalive": True}
    client: RedisClient = redis.Redis.from_url(
        url,
        password=password,
        socket_timeout=REDIS_SOCKET_SECONDS,
        socket_connect_timeout=REDIS_SOCKET_SECONDS,
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ReadOnlyError,)),
        **keepalive,
    )
    return client


class RedisClient(Protocol):
    """What is used of redis-py's client (`decode_responses=False`)."""

    def register_script(self, script: Any) -> Any: ...
    def pipeline(self, transaction: bool = ...) -> Any: ...
    def ping(self) -> Any: ...
    def hgetall(self, name: Any) -> Any: ...
    def hget(self, name: Any, key: Any) -> Any: ...
    def hdel(self, name: Any, *keys: Any) -> Any: ...
    def hexists(self, name: Any, key: Any) -> Any: ...
    def hset(self, name: Any, key: Any = ..., value: Any = ..., mapping: Any = ...) -> Any: ...
    def zrevrange(self, name: Any, start: int, end: int) -> Any: ...
    def zrange(self, name: Any, start: int, end: int) -> Any: ...
    def zrem(self, name: Any, *values: Any) -> Any: ...
    def delete(self, *names: Any) -> Any: ...
    def lpush(self, name: Any, *values: Any) -> Any: ...
    def rpush(self, name: Any, *values: Any) -> Any: ...
    def lrem(self, name: Any, count: int, value: Any) -> Any: ...
    def blpop(self, keys: Any, timeout: Any = ...) -> Any: ...
    def brpop(self, keys: Any, timeout: Any = ...) -> Any: ...
    def close(self) -> Any: ...
