from __future__ import annotations

import json
from typing import Any

import pytest
from chalice.app import WebsocketDisconnectedError

import app as root
from chalice_app.main import Program, make_program
from chalice_app.wiring import Deps
from shared.aws_names import CANARY_ORDER
from shared.canary import Canary
from shared.connections import ConnectionHead
from shared.session_state import EndReason
from tests.fakes.connections import make_head
from tests.fakes.lambda_runtime import event_of
from tests.fakes.logs import recorded
from tests.fakes.records import make_spec, make_task, make_witness


class Outbox:
    """Stands in for the session of `WebsocketAPI`: a client that keeps what it is given."""

    region_name = "test-1"

    class exceptions:  # noqa: N801 - botocore's name
        class GoneException(Exception):
            """The connection is gone."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.gone = False

    def client(self, service_name: str, endpoint_url: str) -> Outbox:
        return self

    def post_to_connection(self, ConnectionId: str, Data: str) -> None:  # noqa: N803
        if self.gone:
            raise self.exceptions.GoneException
        self.sent.append((ConnectionId, Data))


@pytest.fixture
def program(deps: Deps) -> Program:
    return make_program(lambda: deps)


@pytest.fixture
def outbox(program: Program) -> Outbox:
    outbox = Outbox()
    program.app.websocket_api.session = outbox
    return outbox


@pytest.fixture
def connection(deps: Deps) -> ConnectionHead:
    """An open connection to a live session."""
    deps.store.beat(make_task(), deps.clock(), 60)
    deps.store.place(make_spec(created_at=deps.clock()), deps.clock())
    head = make_head()
    deps.connections.open(head, deps.new_request_id(), deps.clock())
    return head


def websocket_event(route: str, **more: object) -> dict[str, Any]:
    context = {
        "routeKey": route,
        "connectionId": "6RokuRIAThqYLKA=",
        "apiId": "abc",
        "stage": "production",
        "domainName": "abc.execute-api.test-1.amazonaws.com",
    }
    return {"requestContext": context, "isBase64Encoded": False, **more}


def test_the_root_module_has_every_lambda_function_by_its_name() -> None:
    functions = {config.name for config in root.app.event_sources}
    functions |= {config.name for config in root.app.websocket_handlers.values()}

    assert functions == {"reap", "ws_connect", "ws_message", "ws_disconnect"}
    assert all(callable(getattr(root, name)) for name in functions)
    assert callable(root.app)


def test_the_routes_are_those_of_the_api() -> None:
    routes = {(method, path) for path, methods in root.app.routes.items() for method in methods}

    assert routes == {
        ("POST", "/sessions"),
        ("GET", "/sessions"),
        ("GET", "/sessions/{session_id}"),
        ("DELETE", "/sessions/{session_id}"),
        ("POST", "/sessions/{session_id}/act"),
        ("POST", "/sessions/{session_id}/observe"),
        ("POST", "/sessions/{session_id}/extract"),
        ("POST", "/sessions/{session_id}/navigate"),
        ("POST", "/sessions/{session_id}/screenshot"),
        ("GET", "/sessions/{session_id}/operations/{operation_id}"),
        ("GET", "/sessions/{session_id}/downloads"),
        ("GET", "/sessions/{session_id}/downloads/{name}"),
        ("POST", "/sessions/{session_id}/uploads"),
        ("POST", "/sessions/{session_id}/control"),
        ("POST", "/sessions/{session_id}/tokens"),
    }


def test_a_refused_upgrade_reaches_api_gateway(program: Program, outbox: Outbox) -> None:
    answer = program.ws_connect(websocket_event("$connect"), None)

    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["error"]["code"] == "UNAUTHORIZED"


def test_a_message_is_answered_on_its_connection(
    program: Program, outbox: Outbox, connection: ConnectionHead
) -> None:
    answer = program.ws_message(websocket_event("$default", body='{"type":"PING","id":1}'), None)

    assert answer == {"statusCode": 200}
    assert outbox.sent == [("6RokuRIAThqYLKA=", '{"type":"PONG","id":1}')]


def test_what_the_container_will_answer_is_not_answered_here(
    program: Program, outbox: Outbox, connection: ConnectionHead
) -> None:
    command = '{"type": "CDP_COMMAND", "id": 1, "method": "Page.enable"}'

    assert program.ws_message(websocket_event("$default", body=command), None) == {
        "statusCode": 200
    }
    assert outbox.sent == []


def test_a_connection_gone_before_its_answer_is_no_failure(
    program: Program, outbox: Outbox
) -> None:
    outbox.gone = True

    answer = program.ws_message(websocket_event("$default", body='{"type":"PING"}'), None)

    assert answer == {"statusCode": 200}
    with pytest.raises(WebsocketDisconnectedError):
        program.app.websocket_api.send("x", "y")


def test_a_disconnect_ends_the_mapping_and_is_logged_with_its_connection(
    program: Program, deps: Deps, connection: ConnectionHead
) -> None:
    with recorded() as recorder:
        assert program.ws_disconnect(websocket_event("$disconnect"), None) == {"statusCode": 200}
    assert deps.connections.find(connection.connection_id) is None
    (line,) = recorder.lines
    assert (line["event"], line["connectionId"]) == ("websocket closed", "6RokuRIAThqYLKA=")


def test_an_order_about_the_canary_is_followed_instead(program: Program, deps: Deps) -> None:
    order = {"version": "v2", "percent": 5}

    said = program.reap(
        {**event_of("scheduled"), "detail-type": CANARY_ORDER, "detail": order}, None
    )

    assert said == {**order, "tasks": 0, "sessions": 0}
    assert deps.canary.read() == Canary("v2", 5)


def test_the_schedule_reaps_and_takes_orphans(program: Program, deps: Deps, redis_url: str) -> None:
    deps.store.beat(make_task(), deps.clock(), 60)
    spec = make_spec(created_at=deps.clock())
    deps.store.place(spec, deps.clock())
    # Nobody listens there: that it cannot be told is logged, and the schedule goes on.
    head = make_head(endpoint="http://127.0.0.1:9/ws")
    deps.connections.open(head, deps.new_request_id(), deps.clock())
    deps.store.beat(make_witness(), deps.clock(), 60)
    deps.store.beat(make_task(), deps.clock() - 120, 60)

    program.reap(event_of("scheduled"), None)

    session = deps.store.get(spec.session_id)
    assert session is not None
    assert session.end_reason is EndReason.CONTAINER_LOST
    assert deps.connections.find(head.connection_id) is None
