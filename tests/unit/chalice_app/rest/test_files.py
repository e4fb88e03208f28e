"""The redirects without a container; with one: `tests/functional/test_rest_files.py`."""

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
    ("GET", f"{PATH}/downloads"),
    ("GET", f"{PATH}/downloads/report.pdf"),
    ("POST", f"{PATH}/uploads"),
]


@pytest.fixture
def client(redis_url: str, redis_client: redis.Redis) -> Client:
    deps = make_test_deps(redis_url)
    return Client(make_program(lambda: deps).app)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_is_sent_on_without_a_known_key(client: Client, method: str, path: str) -> None:
    response = client.http.request(method, path, headers={"x-api-key": "unknown"}, body=b"")

    assert response.status_code == 401
    assert "Location" not in response.headers


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_session_that_never_was_is_not_found(client: Client, method: str, path: str) -> None:
    response = client.http.request(method, path, headers={"x-api-key": API_KEY}, body=b"")

    assert response.status_code == 404
    assert json.loads(response.body)["error"]["code"] == "SESSION_NOT_FOUND"
