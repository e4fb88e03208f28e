from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import redis

from chalice_app.metrics import ApiMetrics
from chalice_app.services.reaping import look_after
from shared.clock import system_clock
from shared.session_state import EndReason
from tests.fakes.api import make_test_deps
from tests.fakes.cluster import FakeCluster
from tests.fakes.logs import recorded
from tests.fakes.records import make_spec, make_task, make_witness
from tests.unit.chalice_app.services.test_capacity import CONFIG, Growing


def test_sessions_of_silent_tasks_fail_and_are_counted(
    redis_url: str, redis_client: redis.Redis
) -> None:
    lines: list[Mapping[str, Any]] = []
    now = system_clock()
    made = make_test_deps(redis_url)
    deps = replace(made, metrics=ApiMetrics("dev", system_clock, lines.append))
    deps.store.beat(make_task(), now - 60, 9)
    spec = make_spec(created_at=now - 60)
    deps.store.place(spec, now - 60)
    deps.store.beat(make_witness(), now - 55, 60)

    with recorded() as log:
        look_after(deps)

    session = deps.store.get(spec.session_id)
    assert session is not None
    assert session.end_reason is EndReason.CONTAINER_LOST
    assert [line["Reason"] for line in lines] == ["container_lost"]
    assert log.lines[0]["sessions"] == [spec.session_id]


def test_where_tasks_can_be_started_they_are_looked_after(
    redis_url: str, redis_client: redis.Redis
) -> None:
    growing = Growing(redis_url, redis_client, FakeCluster())
    growing.deps.store.place(
        make_spec(created_at=growing.now()), growing.now(), growth=CONFIG.growth
    )

    look_after(growing.deps)

    assert len(growing.cluster.started) == 1
