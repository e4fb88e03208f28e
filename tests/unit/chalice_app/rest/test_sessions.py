"""The views without a container: who is let in, and what is refused before anything happens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import redis
from chalice.test import Client, HTTPResponse

from chalice_app.main import make_program
from shared.limits import BODY_BYTES_MAX
from tests.fakes.api import API_KEY, make_test_deps
from tests.fakes.records import session_id_of

EVENTS = Path(__file__).parents[3] / "events"
SESSION_PATH = f"/sessions/{session_id_of('one')}"
ROUTES = [
    ("POST", "/sessions"),
    ("GET", "/sessions"),
    ("GET", SESSION_PATH),
    ("DELETE", SESSION_PATH),
]


@pytest.fixture
def client(redis_url: str, redis_client: redis.Redis) -> Client:
    deps = make_test_deps(redis_url)
    return Client(make_program(lambda: deps).app)


def send(client: Client, method: str, path: str, body: bytes = b"", **headers: str) -> HTTPResponse:
    sent = {"x-api-key": API_KEY} | {name.replace("_", "-"): v for name, v in headers.items()}
    return client.http.request(method, path, headers=sent, body=body)


def error_of(response: HTTPResponse, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.body
    answer = json.loads(response.body)
    assert answer["success"] is False
    assert answer["error"]["requestId"]
    return dict(answer["error"])


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("key", ["", "unknown-key"])
def test_nothing_is_answered_without_a_known_key(
    client: Client, method: str, path: str, key: str
) -> None:
    error = error_of(send(client, method, path, b"not even json", x_api_key=key), 401)

    assert error["code"] == "UNAUTHORIZED"


def test_a_key_registered_in_redis_is_known(client: Client, redis_client: redis.Redis) -> None:
    digest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
    redis_client.hset("wc:api-keys", digest, "sha256 of the word secret")

    assert send(client, "GET", "/sessions", x_api_key="secret").status_code == 200


def test_a_wrong_body_is_refused_with_its_field(client: Client) -> None:
    error = error_of(send(client, "POST", "/sessions", b'{"timeout": 1}'), 400)

    assert error["code"] == "INVALID_REQUEST"
    assert error["details"] == {"field": "timeout"}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "x/y", ""])
def test_any_content_type_is_taken_as_json(client: Client, kind: str) -> None:
    error = error_of(send(client, "POST", "/sessions", b'{"a": 1}', content_type=kind), 400)

    assert error["details"] == {"field": "a"}


def test_a_binary_content_type_is_taken_as_json_too(client: Client) -> None:
    response = send(
        client, "POST", "/sessions", b'{"a": 1}', content_type="application/octet-stream"
    )

    assert error_of(response, 400)["details"] == {"field": "a"}


@pytest.mark.parametrize(
    "body", [{"body": "\ud800"}, {"body": "a", "isBase64Encoded": True}], ids=["text", "base64"]
)
def test_an_event_whose_body_is_no_bytes_is_refused(
    redis_url: str, body: dict[str, object]
) -> None:
    deps = make_test_deps(redis_url)
    event = json.loads((EVENTS / "rest_list_sessions.json").read_text())
    event["requestContext"]["httpMethod"] = "POST"

    answer = make_program(lambda: deps).app({**event, **body}, None)

    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["error"]["details"] == {"field": "body"}


def test_a_body_over_the_limit_is_refused(client: Client) -> None:
    error = error_of(send(client, "POST", "/sessions", b" " * (BODY_BYTES_MAX + 1)), 400)

    assert error["details"] == {"field": "body"}


def test_a_valid_body_without_capacity_is_to_be_retried(client: Client) -> None:
    response = send(client, "POST", "/sessions", b"")

    assert error_of(response, 429)["code"] == "NO_CAPACITY"
    assert response.headers["Retry-After"] == "5"


def test_an_idempotency_key_that_is_too_long_is_refused(client: Client) -> None:
    error = error_of(send(client, "POST", "/sessions", idempotency_key="x" * 256), 400)

    assert error["details"] == {"field": "Idempotency-Key"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=5", "limit"),
        ("status=running", "status"),
        ("status=active&status=ended", "status"),
        ("status=", "status"),
    ],
)
def test_a_wrong_query_is_refused_with_its_name(client: Client, query: str, field: str) -> None:
    error = error_of(send(client, "GET", f"/sessions?{query}"), 400)

    assert error["details"] == {"field": field}


def test_a_new_owner_has_no_sessions(client: Client) -> None:
    response = send(client, "GET", "/sessions?status=active&metadata.team=qa")

    assert response.status_code == 200
    assert json.loads(response.body) == {"success": True, "data": {"sessions": []}}


@pytest.mark.parametrize("session_id", [session_id_of("one"), "not-a-uuid", "%00", "a%20b"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_session_is_not_found(client: Client, method: str, session_id: str) -> None:
    error = error_of(send(client, method, f"/sessions/{session_id}"), 404)

    assert error["code"] == "SESSION_NOT_FOUND"


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/sessions"), ("POST", SESSION_PATH), ("PATCH", SESSION_PATH)]
)
def test_a_method_that_is_not_there_is_refused_in_the_envelope(
    client: Client, method: str, path: str
) -> None:
    response = send(client, method, path)

    assert error_of(response, 405)["code"] == "METHOD_NOT_ALLOWED"
    assert "GET" in response.headers["Allow"]


def test_without_redis_the_api_is_unavailable() -> None:
    deps = make_test_deps("127.0.0.1:1")
    response = send(Client(make_program(lambda: deps).app), "GET", "/sessions")

    assert error_of(response, 503)["code"] == "UNAVAILABLE"
    assert response.headers["Retry-After"] == "2"


def test_a_broken_configuration_is_500_and_shows_nothing() -> None:
    def provide() -> Any:
        raise RuntimeError("JWE_SECRET is required")

    response = send(Client(make_program(provide).app), "GET", "/sessions")

    assert error_of(response, 500)["code"] == "INTERNAL"
    assert b"JWE_SECRET" not in response.body
