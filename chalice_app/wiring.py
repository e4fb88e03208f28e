"""What handlers depend on, put together once per cold start; tests build their own `Deps`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from chalice_app.aws.capacity import EcsCapacity
from chalice_app.aws.secrets_manager import SecretsManager
from chalice_app.config import ApiConfig, AwsIdentity, process_environment
from chalice_app.logs import current_request_id
from chalice_app.metrics import ApiMetrics
from chalice_app.secret_values import RedisPassword, Secrets, SecretsByArn
from chalice_app.services.capacity import CapacityService
from shared import lean_redis, randomness
from shared.bus import RequestBus
from shared.canary import CanaryShare
from shared.clock import Clock, system_clock
from shared.connections import Connections
from shared.ids import RequestId, SessionId, StartToken
from shared.limits import ACTION_WAIT_SECONDS
from shared.operations import Operations
from shared.store import SessionStore
from shared.waiting import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """The collaborators of every handler; safe to use from several threads."""

    config: ApiConfig
    secrets: Secrets
    store: SessionStore
    bus: RequestBus
    operations: Operations
    connections: Connections
    canary: CanaryShare
    clock: Clock
    metrics: ApiMetrics
    new_session_id: Callable[[], SessionId] = randomness.new_session_id
    new_request_id: Callable[[], RequestId] = randomness.new_request_id
    new_token_id: Callable[[], str] = randomness.new_token_id
    new_start_token: Callable[[], StartToken] = randomness.new_start_token
    capacity: CapacityService | None = None
    """Starts tasks, where that is configured."""
    action_wait_seconds: float = ACTION_WAIT_SECONDS


Provide = Callable[[], Deps]
"""Called in each handler rather than once, so that importing the app needs no environment."""


def make_deps(config: ApiConfig, clock: Clock = system_clock) -> Deps:
    """Deps on the configured Redis; connects at the first command."""
    manager = SecretsManager(lambda: AwsIdentity.from_env(process_environment()), clock)
    arn = config.redis_auth_secret_arn
    redis = lean_redis.connect(
        config.redis_endpoint, RedisPassword(arn, manager, clock) if arn is not None else None
    )
    metrics = ApiMetrics(config.environment, clock)
    capacity = None
    if config.capacity is not None:
        cluster = EcsCapacity(config.capacity)
        capacity = CapacityService(cluster, Line(redis), config.capacity.growth, clock, metrics)
    return Deps(
        config=config,
        secrets=SecretsByArn(config, manager, clock),
        store=SessionStore(redis),
        bus=RequestBus(redis, clock, current_request_id),
        operations=Operations(redis),
        connections=Connections(redis),
        canary=CanaryShare(redis),
        clock=clock,
        metrics=metrics,
        capacity=capacity,
    )


@functools.cache
def cold_start() -> Deps:
    """Deps of this Lambda instance.

    Raises:
        ConfigError: the environment is incomplete; every request fails until it is mended.
    """
    return make_deps(ApiConfig.from_env(process_environment()))
