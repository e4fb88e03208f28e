"""Clients of a dead container, told through botocore's own client with stubbed answers."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest
import redis
from botocore.stub import ANY, Stubber

from chalice_app.wiring import Deps
from chalice_app.ws.orphans import tell_orphans
from shared.connections import ClientText
from shared.store import Growth
from tests.fakes.api import make_test_deps
from tests.fakes.connections import make_head
from tests.fakes.logs import recorded
from tests.fakes.records import make_spec, make_task, make_witness

HEAD = make_head("c")


class Posts:
    """What the client was asked to post, seen before botocore sends it."""

    def __init__(self) -> None:
        self.client = botocore.session.get_session().create_client(
            "apigatewaymanagementapi",
            region_name="eu-central-1",
            endpoint_url=HEAD.endpoint,
            aws_access_key_id="a",
            aws_secret_access_key="b",
        )
        self.stub = Stubber(self.client)
        self.said: list[dict[str, Any]] = []
        self.client.meta.events.register(
            "provide-client-params.apigatewaymanagementapi.PostToConnection", self._note
        )

    def _note(self, params: dict[str, Any], **_: object) -> None:
        self.said.append(json.loads(params["Data"]))

    def for_endpoint(self, endpoint: str) -> Any:
        assert endpoint == HEAD.endpoint
        return self.client


@pytest.fixture
def deps(redis_url: str, redis_client: redis.Redis) -> Deps:
    """A connection that waits for two answers of a container that is dead."""
    deps = make_test_deps(redis_url)
    now = deps.clock()
    deps.store.beat(make_task(), now, 60)
    deps.store.place(make_spec(created_at=now), now)
    deps.connections.open(HEAD, deps.new_request_id(), now)
    for message_id in (1, "two"):
        message = ClientText(
            text=b"{}", type="CDP_COMMAND", id=message_id, answered=True, received_at=now
        )
        deps.connections.send(HEAD.connection_id, deps.new_request_id(), message, now)
    deps.store.beat(make_witness(), now, 60)
    deps.store.beat(make_task(), now - 120, 60)
    return deps


def test_each_waiting_message_is_answered_and_the_connection_closed(deps: Deps) -> None:
    posts = Posts()
    with posts.stub as stub:
        for _ in range(3):
            stub.add_response("post_to_connection", {}, {"ConnectionId": "c", "Data": ANY})
        stub.add_response("delete_connection", {}, {"ConnectionId": "c"})

        told = tell_orphans(deps, posts.for_endpoint)

        stub.assert_no_pending_responses()
    assert told == 1
    errors, end = posts.said[:2], posts.said[2]
    assert {message["id"] for message in errors} == {1, "two"}
    assert {message["error"]["code"] for message in errors} == {"CONTAINER_LOST"}
    assert (end["type"], end["reason"]) == ("SESSION_ENDED", "container_lost")


def test_they_are_told_once(deps: Deps) -> None:
    posts = Posts()
    with posts.stub as stub:
        stub.add_client_error("post_to_connection", "GoneException", http_status_code=410)
        tell_orphans(deps, posts.for_endpoint)

        assert tell_orphans(deps, posts.for_endpoint) == 0


def test_in_the_line_who_has_a_void_token_is_told_so_and_closed(
    redis_url: str, redis_client: redis.Redis
) -> None:
    deps = make_test_deps(redis_url)
    now = deps.clock()
    growth = Growth(wait_seconds=120, slots_per_task=1, tasks_max=1)
    deps.store.place(make_spec(created_at=now), now, growth=growth)
    head = make_head("c", void_at=now)
    deps.connections.open(head, deps.new_request_id(), now)
    posts = Posts()
    with posts.stub as stub:
        stub.add_response("post_to_connection", {}, {"ConnectionId": "c", "Data": ANY})
        stub.add_response("delete_connection", {}, {"ConnectionId": "c"})

        assert tell_orphans(deps, posts.for_endpoint) == 1

        stub.assert_no_pending_responses()
    (said,) = posts.said
    assert (said["type"], said["id"], said["error"]["code"]) == ("ERROR", None, "UNAUTHORIZED")


def test_a_client_that_has_gone_is_no_failure(deps: Deps) -> None:
    posts = Posts()
    with posts.stub as stub, recorded() as recorder:
        stub.add_client_error("post_to_connection", "GoneException", http_status_code=410)

        tell_orphans(deps, posts.for_endpoint)

    assert recorder.lines == []


def test_a_client_that_cannot_be_told_is_noted(deps: Deps) -> None:
    posts = Posts()
    with posts.stub as stub, recorded() as recorder:
        stub.add_client_error("post_to_connection", "ForbiddenException", http_status_code=403)

        assert tell_orphans(deps, posts.for_endpoint) == 1

    (line,) = recorder.lines
    assert line["connectionId"] == "c"
    assert "Forbidden" in line["traceback"]
