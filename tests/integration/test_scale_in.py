"""1 000 random scale-ins while sessions come and go: no task is stopped under a live session."""

from __future__ import annotations

import redis

from shared.store import SessionStore
from tests.integration.scaling import Cluster

SCALE_INS = 1_000
SEED = 20261126


def test_no_live_session_is_ever_killed(redis_client: redis.Redis) -> None:
    cluster = Cluster(SessionStore(redis_client), SEED)

    cluster.run(SCALE_INS)

    assert cluster.killed == []
    assert cluster.scale_ins == SCALE_INS
    # It was no easy life: tasks did go, sessions did come, and some came at the wrong moment.
    assert cluster.stops > SCALE_INS / 2
    assert cluster.opened > 3 * SCALE_INS
    assert cluster.refused > 0
    for task in cluster.tasks.values():
        assert cluster.store.leases(task.task_id) >= task.active


def test_without_protection_the_same_cluster_loses_sessions(redis_client: redis.Redis) -> None:
    """Else the test above would show nothing."""
    cluster = Cluster(SessionStore(redis_client), SEED, protecting=False)

    cluster.run(SCALE_INS // 10)

    assert len(cluster.killed) > SCALE_INS // 20
