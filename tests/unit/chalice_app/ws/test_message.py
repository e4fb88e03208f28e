"""`$default`: what is answered at once, and what goes to the container."""

from __future__ import annotations

import base64
import json
from typing import Any

import msgspec
import pytest
import redis

from chalice_app.wiring import Deps
from chalice_app.ws.message import receive
from shared import envelope, keys
from shared.connections import ConnectionMessage
from shared.ids import ConnectionId, TaskId
from shared.limits import WS_API_QUEUED_MAX
from shared.request_kind import RequestKind
from shared.session_state import EndReason
from tests.fakes.api import make_test_deps
from tests.fakes.connections import make_head
from tests.fakes.records import make_spec, make_task, make_witness

TASK = TaskId("task-a")
COMMAND = '{"type": "CDP_COMMAND", "id": 3, "method": "Page.enable"}'


@pytest.fixture
def deps(redis_url: str, redis_client: redis.Redis) -> Deps:
    """A live session with an open connection `c`, of which the container knows."""
    deps = make_test_deps(redis_url)
    now = deps.clock()
    deps.store.beat(make_task(), now, 60)
    deps.store.place(make_spec(created_at=now), now)
    deps.connections.open(make_head("c", connected_at=now), deps.new_request_id(), now)
    deps.bus.take(TASK)
    return deps


def answer_to(
    deps: Deps, body: str | None, connection: str = "c", **more: object
) -> dict[str, Any] | None:
    context = {"connectionId": connection, "requestId": "req"}
    answer = receive({"requestContext": context, "body": body, **more}, deps)
    return json.loads(envelope.encode(answer)) if answer is not None else None


def error_to(deps: Deps, body: str, connection: str = "c") -> tuple[object, str]:
    answer = answer_to(deps, body, connection)
    assert answer is not None
    assert answer["type"] == "ERROR"
    return answer["id"], answer["error"]["code"]


def taken(deps: Deps) -> ConnectionMessage:
    request = deps.bus.take(TASK)
    assert request is not None
    assert request.kind is RequestKind.MESSAGE
    return msgspec.json.decode(request.payload, type=ConnectionMessage)


@pytest.mark.parametrize("message_id", ["a", 7, None])
def test_a_ping_is_answered_at_once_with_its_own_id(deps: Deps, message_id: object) -> None:
    answer = answer_to(deps, json.dumps({"type": "PING", "id": message_id}))

    assert answer == {"type": "PONG", "id": message_id}


def test_a_ping_is_activity(deps: Deps, redis_client: redis.Redis) -> None:
    redis_client.hset(keys.connection(ConnectionId("c")), "lastActive", "0")

    answer_to(deps, '{"type": "PING"}')

    assert float(redis_client.hget(keys.connection(ConnectionId("c")), "lastActive") or 0) > 0


def test_half_an_emoji_does_not_keep_a_message_from_the_container(deps: Deps) -> None:
    event = r'{"type": "INPUT_EVENT", "id": "\ud83d", "event": {"kind": "text", "text": "\ud83d"}}'

    assert answer_to(deps, event) is None

    message = taken(deps)
    assert message.id == "\ufffd"
    assert json.loads(bytes(message.message))["event"]["text"] == "\ufffd"


def test_a_message_goes_to_the_container_as_it_is_and_is_not_answered(deps: Deps) -> None:
    assert answer_to(deps, COMMAND) is None

    message = taken(deps)
    assert isinstance(message.message, msgspec.Raw)
    assert bytes(message.message) == COMMAND.encode()
    assert (message.id, message.type) == (3, "CDP_COMMAND")
    assert message.hops is not None
    assert message.hops.received_at <= message.hops.queued_at


def test_a_binary_message_is_taken_like_a_text(deps: Deps) -> None:
    body = base64.b64encode(COMMAND.encode()).decode()

    assert answer_to(deps, body, isBase64Encoded=True) is None
    assert taken(deps).id == 3


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (COMMAND, 1),
        ('{"type": "INPUT_EVENT", "id": 1, "event": {"kind": "text", "text": "x"}}', 1),
        ('{"type": "INPUT_EVENT", "event": {"kind": "text", "text": "x"}}', 0),
        ('{"type": "CHUNK", "id": "a", "seq": 0, "total": 2, "data": "{"}', 0),
    ],
)
def test_only_what_will_be_answered_is_pending(
    deps: Deps, redis_client: redis.Redis, text: str, kept: int
) -> None:
    answer_to(deps, text)

    assert redis_client.hlen(keys.pending(TASK)) == kept


@pytest.mark.parametrize("body", ["", None, "None", "PING", "[]", "{}", '{"type": 1}', "[" * 9999])
def test_what_cannot_be_read_is_answered_too(deps: Deps, body: str | None) -> None:
    answer = answer_to(deps, body)

    assert answer is not None
    assert (answer["type"], answer["id"]) == ("ERROR", None)
    assert answer["error"]["code"] == "INVALID_REQUEST"


def test_what_is_wrong_is_answered_with_the_id_and_the_field(deps: Deps) -> None:
    answer = answer_to(deps, '{"type": "CDP_COMMAND", "id": 9}')

    assert answer is not None
    assert (answer["id"], answer["error"]["details"]) == (9, {"field": "method"})


@pytest.mark.parametrize("text", [COMMAND, '{"type": "PING", "id": 3}'])
def test_a_connection_that_is_not_known_is_told_to_come_again(deps: Deps, text: str) -> None:
    assert error_to(deps, text, "stranger") == (3, "CONNECTION_NOT_FOUND")


@pytest.mark.parametrize("text", [COMMAND, '{"type": "PING", "id": 3}'])
def test_a_connection_whose_token_has_expired_is_told_so(
    deps: Deps, redis_client: redis.Redis, text: str
) -> None:
    now = deps.clock()
    head = make_head("void", connected_at=now, void_at=now)
    deps.connections.open(head, deps.new_request_id(), now)
    queued = redis_client.llen(keys.requests(TASK))

    assert error_to(deps, text, "void") == (3, "UNAUTHORIZED")
    assert redis_client.llen(keys.requests(TASK)) == queued


def test_an_ended_session_is_said_to_be_so(deps: Deps) -> None:
    session_id = make_spec().session_id
    deps.store.finish(session_id, EndReason.RELEASED, deps.clock(), release_slot=True)

    answer = answer_to(deps, COMMAND)

    assert answer is not None
    assert answer["error"]["code"] == "SESSION_ENDED"
    assert answer["error"]["details"] == {"status": "ended", "endReason": "released"}
    assert answer["error"]["requestId"] == "req"


def test_a_dead_container_is_said_to_be_so_at_once(deps: Deps) -> None:
    deps.store.beat(make_witness(), deps.clock(), 60)
    deps.store.beat(make_task(), deps.clock() - 120, 60)

    assert error_to(deps, COMMAND) == (3, "CONTAINER_LOST")


def test_while_all_containers_are_silent_none_is_said_to_be_dead(deps: Deps) -> None:
    deps.store.beat(make_task(), deps.clock() - 120, 60)

    assert error_to(deps, COMMAND) == (3, "SESSION_NOT_READY")


def test_a_session_without_a_container_is_to_be_asked_later(
    deps: Deps, redis_client: redis.Redis
) -> None:
    redis_client.hset(keys.session(make_spec().session_id), "task", "")

    assert error_to(deps, COMMAND) == (3, "SESSION_NOT_READY")


def test_a_container_that_is_overwhelmed_gets_no_more(
    deps: Deps, redis_client: redis.Redis
) -> None:
    redis_client.rpush(keys.requests(TASK), *["{}"] * WS_API_QUEUED_MAX)

    assert error_to(deps, COMMAND) == (3, "UNAVAILABLE")


def test_without_redis_the_client_is_told_too(deps: Deps) -> None:
    answer = answer_to(make_test_deps("127.0.0.1:1"), COMMAND)

    assert answer is not None
    assert (answer["id"], answer["error"]["code"]) == (3, "UNAVAILABLE")
