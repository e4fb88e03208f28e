"""What comes in wrong over REST: a typed answer for who sent it, nothing for anybody else."""

from __future__ import annotations

import hashlib
import json
import secrets

import pytest

from shared.ids import SessionId
from tests.integration.api import Api, RemoteBrowser, request
from tests.integration.cdp import CdpClient
from tests.integration.stack import Stack

NO_SESSION = "0f8fad5b-d9cb-469f-a165-70867728950e"
"""A session id that was never given to anybody."""


@pytest.fixture
def stranger(stack: Stack) -> Api:
    """The API with somebody else's key."""
    key = secrets.token_urlsafe(24)
    stack.store.add_api_key(hashlib.sha256(key.encode()).hexdigest(), "stranger")
    return Api(stack.api.base, key)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"nope": 1}, "nope"),
        ({"browserSettings": {"nope": 1}}, "browserSettings.nope"),
        ({"browserSettings": {"viewport": {"width": 1}}}, "browserSettings.viewport.height"),
        (
            {"browserSettings": {"viewport": {"width": 0, "height": 1}}},
            "browserSettings.viewport.width",
        ),
        (
            {"browserSettings": {"viewport": {"width": 1, "height": 10_001}}},
            "browserSettings.viewport.height",
        ),
        ({"browserSettings": {"timezoneId": "Mars/Olympus"}}, "browserSettings.timezoneId"),
        ({"browserSettings": {"locale": "not a locale"}}, "browserSettings.locale"),
        ({"browserSettings": {"userAgent": "two\nlines"}}, "browserSettings.userAgent"),
        ({"browserSettings": {"proxy": {"server": "nonsense"}}}, "browserSettings.proxy.server"),
        (
            {"browserSettings": {"extraHTTPHeaders": {"X-A": "a\r\nX-B: b"}}},
            "browserSettings.extraHTTPHeaders",
        ),
        ({"timeout": 59}, "timeout"),
        ({"timeout": 21_601}, "timeout"),
        ({"timeout": "60"}, "timeout"),
        ({"timeout": 60.5}, "timeout"),
        ({"idleTimeout": 9}, "idleTimeout"),
        ({"keepAlive": "yes"}, "keepAlive"),
        ({"userMetadata": {"deep": {}}}, "userMetadata"),
        ([], "body"),
        (b"{not json", "body"),
        (b"\xff\xfe", "body"),
        (json.dumps({"userMetadata": {"a": "x" * 1024 * 1024}}).encode(), "body"),
    ],
)
def test_a_body_with_a_mistake_is_400_with_the_field_named(
    stack: Stack, body: object, field: str
) -> None:
    answer = stack.api.send("POST", "/sessions", body)

    assert answer.status == 400
    assert answer.error["code"] == "INVALID_REQUEST"
    assert answer.error["details"]["field"] == field
    assert answer.error["message"]
    assert answer.error["requestId"]


@pytest.mark.parametrize("key", [None, "", "wrong-key-wrong-key"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/sessions"), ("GET", "/sessions"), ("GET", f"/sessions/{NO_SESSION}")],
)
def test_without_a_known_key_everything_is_401(
    stack: Stack, key: str | None, method: str, path: str
) -> None:
    headers = {} if key is None else {"X-API-Key": key}

    answer = request(stack.api.base, method, path, None, headers)

    assert answer.status == 401
    assert answer.error["code"] == "UNAUTHORIZED"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_somebody_elses_session_is_404(
    stack: Stack, remote: RemoteBrowser, stranger: Api, method: str
) -> None:
    answer = stranger.send(method, f"/sessions/{remote.id}")

    assert answer.status == 404
    assert answer.error["code"] == "SESSION_NOT_FOUND"
    assert stranger.list() == []
    assert stack.status(remote) == ("active", None)


@pytest.mark.parametrize("name", [NO_SESSION, "nonsense", "..%2F..%2Fetc", "a" * 500])
def test_a_session_that_never_was_is_404(stack: Stack, name: str) -> None:
    assert stack.api.send("GET", f"/sessions/{name}").status == 404
    assert stack.api.send("DELETE", f"/sessions/{name}").status == 404


def test_a_full_container_answers_429_until_a_session_is_released() -> None:
    with Stack("--max-sessions", "2", "--warm", "0") as small:
        first, _ = small.api.create(), small.api.create()

        refused = small.api.send("POST", "/sessions")
        small.api.delete(first.id)
        third = small.api.create()

        assert refused.status == 429
        assert refused.error["code"] == "NO_CAPACITY"
        assert int(refused.headers["retry-after"]) >= 1
        with CdpClient(third.connect_url) as client:
            assert client.page().evaluate("1 + 1") == 2


def test_an_idempotency_key_gives_the_same_session_again(stack: Stack) -> None:
    headers = {"Idempotency-Key": secrets.token_hex(8)}

    first = stack.api.send("POST", "/sessions", {"timeout": 600}, headers)
    again = stack.api.send("POST", "/sessions", {"timeout": 600}, headers)
    other = stack.api.send("POST", "/sessions", {"timeout": 601}, headers)
    stack.api.delete(first.data["sessionId"])

    assert (first.status, again.status) == (201, 201)
    assert again.data["sessionId"] == first.data["sessionId"]
    assert again.data["connectUrl"] == first.data["connectUrl"]
    assert other.status == 409
    assert other.error["code"] == "IDEMPOTENCY_CONFLICT"


def test_releasing_twice_is_harmless_and_the_record_stays(stack: Stack) -> None:
    remote = stack.api.create()

    first, second = stack.api.delete(remote.id), stack.api.delete(remote.id)

    assert first["status"] == second["status"] == "ended"
    assert first["endReason"] == "released"
    assert "connectUrl" not in first
    assert stack.store.get(SessionId(remote.id)) is not None
