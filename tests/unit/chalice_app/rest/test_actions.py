"""The routes without a container; with one: `tests/functional/test_rest_actions.py`."""

from __future__ import annotations

import json

import pytest
import redis
from chalice.test import Client

from chalice_app.main import make_program
from tests.fakes.api import API_KEY, make_test_deps
from tests.fakes.records import session_id_of

PATH = f"/sessions/{session_id_of('one')}"
ROUTES = [
    *(("POST", f"{PATH}/{name}") for name in ("act", "observe", "extract", "screenshot")),
    ("GET", f"{PATH}/operations/{'0' * 32}"),
]


@pytest.fixture
def client(redis_url: str, redis_client: redis.Redis) -> Client:
    deps = make_test_deps(redis_url)
    return Client(make_program(lambda: deps).app)


@pytest.mark.parametrize(("method", "path"), [*ROUTES, ("POST", f"{PATH}/navigate")])
def test_nothing_is_done_without_a_known_key(client: Client, method: str, path: str) -> None:
    response = client.http.request(method, path, headers={"x-api-key": "unknown"}, body=b"")

    assert response.status_code == 401


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_session_that_never_was_is_not_found(client: Client, method: str, path: str) -> None:
    body = b'{"instruction": "click OK"}' if path.endswith("act") else b""

    response = client.http.request(method, path, headers={"x-api-key": API_KEY}, body=body)

    assert response.status_code == 404
    assert json.loads(response.body)["error"]["code"] == "SESSION_NOT_FOUND"


def test_the_key_of_a_model_has_bounds(client: Client) -> None:
    headers = {"x-api-key": API_KEY, "x-model-api-key": "k" * 5000}

    response = client.http.request("POST", f"{PATH}/observe", headers=headers, body=b"")

    assert response.status_code == 400
    assert json.loads(response.body)["error"]["details"] == {"field": "X-Model-API-Key"}
