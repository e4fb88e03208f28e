"""What handlers depend on, put together once per cold start; tests build their own `Deps`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from chalice_app.config import ApiConfig, process_environment
from shared import randomness, redis_client
from shared.bus import RequestBus
from shared.clock import Clock, system_clock
from shared.connections import Connections
from shared.ids import RequestId, SessionId
from shared.limits import ACTION_WAIT_SECONDS
from shared.operations import Operations
from shared.store import SessionStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """The collaborators of every handler; safe to use from several threads."""

    config: ApiConfig
    store: SessionStore
    bus: RequestBus
    operations: Operations
    connections: Connections
    clock: Clock
    new_session_id: Callable[[], SessionId] = randomness.new_session_id
    new_request_id: Callable[[], RequestId] = randomness.new_request_id
    new_token_id: Callable[[], str] = randomness.new_token_id
    action_wait_seconds: float = ACTION_WAIT_SECONDS


Provide = Callable[[], Deps]
"""Called in each handler rather than once, so that importing the app needs no environment."""


def make_deps(config: ApiConfig, clock: Clock = system_clock) -> Deps:
    """Deps on the configured Redis; connects at the first command."""
    redis = redis_client.connect(config.redis_endpoint)
    return Deps(
        config=config,
        store=SessionStore(redis),
        bus=RequestBus(redis, clock),
        operations=Operations(redis),
        connections=Connections(redis),
        clock=clock,
    )


@functools.cache
def cold_start() -> Deps:
    """Deps of this Lambda instance.

    Raises:
        ConfigError: the environment is incomplete; every request fails until it is mended.
    """
    return make_deps(ApiConfig.from_env(process_environment()))
