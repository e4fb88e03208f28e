from __future__ import annotations

import pytest
import redis

from chalice_app.wiring import Deps
from chalice_app.ws.disconnect import disconnect
from shared.ids import ConnectionId, TaskId
from shared.request_kind import RequestKind
from tests.fakes.api import make_test_deps
from tests.fakes.connections import make_head
from tests.fakes.logs import recorded
from tests.fakes.records import make_spec, make_task

EVENT = {"requestContext": {"connectionId": "c", "disconnectStatusCode": 1001}}


@pytest.fixture
def deps(redis_url: str, redis_client: redis.Redis) -> Deps:
    deps = make_test_deps(redis_url)
    now = deps.clock()
    deps.store.beat(make_task(), now, 60)
    deps.store.place(make_spec(created_at=now), now)
    deps.connections.open(make_head("c"), deps.new_request_id(), now)
    deps.bus.take(TaskId("task-a"))
    return deps


def test_the_mapping_goes_and_the_container_is_told(deps: Deps) -> None:
    disconnect(EVENT, deps)

    assert deps.connections.find(ConnectionId("c")) is None
    request = deps.bus.take(TaskId("task-a"))
    assert request is not None
    assert request.kind is RequestKind.LEFT


def test_a_second_call_changes_nothing_and_both_are_noted(deps: Deps) -> None:
    with recorded() as recorder:
        disconnect(EVENT, deps)
        disconnect(EVENT, deps)

    notes = [(line["event"], line["closeCode"], line["known"]) for line in recorder.lines]
    assert notes == [("websocket closed", 1001, True), ("websocket closed", 1001, False)]
