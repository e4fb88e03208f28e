"""The events are those of API Gateway: compared with recorded ones where the repo has them."""

from __future__ import annotations

import base64
import json

import pytest
from chalice.app import Request

from standalone.config import REPOSITORY
from standalone.gateway.events import (
    ConnectionFacts,
    HttpRequest,
    Message,
    connect_event,
    disconnect_event,
    message_event,
    rest_event,
)
from standalone.gateway.routes import Match

MATCH = Match("/sessions/{id}", {"id": "s"})
FACTS = ConnectionFacts(
    connection_id="c", domain_name="h:1", connected_at=1.5, source_ip="1.2.3.4", user_agent="ua"
)


def request(**changes: object) -> HttpRequest:
    fields: dict[str, object] = {
        "method": "POST",
        "target": "/sessions/s?a=1&a=2&b=",
        "headers": [("X-Api-Key", "k"), ("X-Two", "a"), ("X-Two", "b"), ("User-Agent", "ua")],
        "body": b'{"a": 1}',
        "source_ip": "1.2.3.4",
        "request_id": "r",
        "received_at": 1_700_000_000.25,
    }
    return HttpRequest(**{**fields, **changes})  # type: ignore[arg-type]


def recorded(name: str) -> dict[str, object]:
    document: dict[str, object] = json.loads((REPOSITORY / "tests/events" / name).read_text())
    return document


def test_a_rest_event_has_the_fields_of_a_recorded_one() -> None:
    event = rest_event(request(), MATCH)

    assert set(event) >= set(recorded("rest_list_sessions.json"))


def test_a_connect_event_has_the_fields_of_a_recorded_one() -> None:
    event = connect_event(FACTS, request(target="/ws?token=t"))

    assert set(event) >= set(recorded("websocket_connect.json"))


def test_chalice_reads_what_was_sent() -> None:
    seen = Request(rest_event(request(), MATCH), None)

    assert seen.method == "POST"
    assert seen.headers["x-api-key"] == "k"
    assert seen.query_params is not None
    assert seen.query_params.getlist("a") == ["1", "2"]
    assert seen.query_params["b"] == ""
    assert seen.uri_params == {"id": "s"}
    assert seen.raw_body == b'{"a": 1}'
    assert seen.context["requestId"] == "r"
    assert seen.context["requestTime"] == "14/Nov/2023:22:13:20 +0000"


def test_of_a_repeated_header_the_last_value_counts_and_all_are_kept() -> None:
    event = rest_event(request(), MATCH)

    assert event["headers"]["X-Two"] == "b"  # type: ignore[index]
    assert event["multiValueHeaders"]["X-Two"] == ["a", "b"]  # type: ignore[index]


def test_what_is_absent_is_null() -> None:
    event = rest_event(request(target="/", body=b""), Match("/", {}))

    for name in ("body", "pathParameters", "queryStringParameters", "stageVariables"):
        assert event[name] is None


@pytest.mark.parametrize("body", [b"\xff\x00", bytes(range(256))])
def test_a_body_that_is_no_text_is_base64(body: bytes) -> None:
    event = rest_event(request(body=body), MATCH)

    assert event["isBase64Encoded"] is True
    assert base64.b64decode(str(event["body"])) == body


def test_without_a_query_connect_has_no_query_fields() -> None:
    assert "queryStringParameters" not in connect_event(FACTS, request(target="/ws"))


def test_message_and_disconnect_say_what_happened() -> None:
    message = message_event(FACTS, "$default", Message(b"text", binary=False), "m", 2.0)
    disconnect = disconnect_event(FACTS, 1001, "bye", "r", 3.0)

    assert message["body"] == "text"
    assert message["requestContext"]["messageId"] == "m"  # type: ignore[index]
    assert disconnect["requestContext"]["disconnectStatusCode"] == 1001  # type: ignore[index]
    assert "body" not in disconnect


def test_a_binary_message_comes_in_base64() -> None:
    event = message_event(FACTS, "$default", Message(b"\x00\xff", binary=True), "m", 2.0)

    assert event["isBase64Encoded"] is True
    assert base64.b64decode(str(event["body"])) == b"\x00\xff"
