"""The routes, with a container that answers from a script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from chalice.test import Client

from chalice_app.auth import key_digest_of, owner_of
from chalice_app.main import make_program
from chalice_app.services.sessions import SessionService
from chalice_app.wiring import Deps
from shared.records import CreateSession
from tests.fakes.api import API_KEY, OTHER_API_KEY, FakeContainer, make_test_deps
from tests.fakes.records import session_id_of


@pytest.fixture
def deps(redis_url: str, redis_client: redis.Redis) -> Deps:
    return make_test_deps(redis_url)


@pytest.fixture
def client(deps: Deps) -> Client:
    return Client(make_program(lambda: deps).app)


@pytest.fixture
def path(deps: Deps, redis_url: str) -> Iterator[str]:
    """Of a live session."""
    with FakeContainer(redis_url).serving():
        owner = owner_of(key_digest_of(API_KEY))
        yield f"/sessions/{SessionService(deps).create(owner, CreateSession()).spec.session_id}"


def post(client: Client, path: str, body: object, key: str = API_KEY) -> tuple[int, Any]:
    raw = json.dumps(body).encode()
    answer = client.http.request("POST", path, headers={"x-api-key": key}, body=raw)
    return answer.status_code, json.loads(answer.body)


def test_control_is_answered_by_the_container(client: Client, path: str) -> None:
    status, body = post(client, f"{path}/control", {"holder": "human"})

    assert status == 200
    assert body["success"] is True


def test_a_token_is_created_and_shown_once(client: Client, path: str) -> None:
    status, body = post(client, f"{path}/tokens", {"scopes": ["view", "input"]})

    assert status == 201
    data = body["data"]
    assert data["scopes"] == ["input", "view"]
    assert data["liveUrl"].endswith(data["token"])
    assert data["expiresAt"].endswith("Z")
    assert "connectUrl" not in data


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [("control", {"holder": "robot"}, "holder"), ("tokens", {"scopes": []}, "scopes")],
)
def test_a_wrong_body_is_named(
    client: Client, path: str, name: str, body: object, field: str
) -> None:
    status, answer = post(client, f"{path}/{name}", body)

    assert (status, answer["error"]["details"]["field"]) == (400, field)


@pytest.mark.parametrize(
    ("name", "body"), [("control", {"holder": "human"}), ("tokens", {"scopes": ["view"]})]
)
class TestWhoMay:
    def test_nobody_without_a_known_key(
        self, client: Client, path: str, name: str, body: object
    ) -> None:
        assert post(client, f"{path}/{name}", body, "unknown")[0] == 401

    def test_nobody_but_the_owner(self, client: Client, path: str, name: str, body: object) -> None:
        status, answer = post(client, f"{path}/{name}", body, OTHER_API_KEY)

        assert (status, answer["error"]["code"]) == (404, "SESSION_NOT_FOUND")

    def test_a_session_that_never_was_is_not_found(
        self, client: Client, path: str, name: str, body: object
    ) -> None:
        assert post(client, f"/sessions/{session_id_of('none')}/{name}", body)[0] == 404
