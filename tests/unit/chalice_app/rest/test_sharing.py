"""The two routes over HTTP, with a container that answers from a script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.test import Client
from msgspec import Raw

from chalice_app.main import make_program
from chalice_app.wiring import Deps
from shared.bus import Reply, Request
from shared.ids import SessionId
from shared.request_kind import RequestKind
from shared.store import SessionStore
from tests.fakes.api import (
    API_KEY,
    OTHER_API_KEY,
    FakeContainer,
    opens_and_closes,
)
from tests.fakes.records import session_id_of

HELD = b'{"holder":"human","expiresAt":12.5,"waiting":3}'


def held_by_a_human(store: SessionStore, request: Request) -> Reply | None:
    if request.kind is RequestKind.CONTROL:
        return Reply(result=Raw(HELD))
    return opens_and_closes(store, request)


@pytest.fixture
def session_id(deps: Deps, redis_url: str) -> Iterator[SessionId]:
    with FakeContainer(redis_url, behaviour=held_by_a_human).serving():
        client = Client(make_program(lambda: deps).app)
        yield SessionId(post(client, "/sessions", {}, 201)["sessionId"])


@pytest.fixture
def client(deps: Deps) -> Client:
    return Client(make_program(lambda: deps).app)


def post(client: Client, path: str, body: object, status: int, key: str = API_KEY) -> Any:
    headers = {"x-api-key": key}
    answer = client.http.post(path, headers=headers, body=json.dumps(body).encode())
    assert answer.status_code == status, answer.body
    envelope = json.loads(answer.body)
    return envelope["data"] if envelope["success"] else envelope["error"]


def test_who_holds_it_is_the_containers_word(client: Client, session_id: SessionId) -> None:
    data = post(client, f"/sessions/{session_id}/control", {"holder": "human"}, 200)

    assert data == {"holder": "human", "expiresAt": 12.5, "waiting": 3}


def test_a_token_is_shown_with_where_to_take_it(client: Client, session_id: SessionId) -> None:
    data = post(client, f"/sessions/{session_id}/tokens", {"scopes": ["input", "view"]}, 201)

    assert data["scopes"] == ["input", "view"]
    assert data["liveUrl"].endswith(data["token"])
    assert "connectUrl" not in data
    assert data["expiresAt"].endswith("Z")


@pytest.mark.parametrize("path", ["control", "tokens"])
def test_others_are_refused(client: Client, session_id: SessionId, path: str) -> None:
    url = f"/sessions/{session_id}/{path}"
    body = {"holder": "human"} if path == "control" else {"scopes": ["view"]}

    assert post(client, url, body, 401, "unknown")["code"] == "UNAUTHORIZED"
    assert post(client, url, body, 404, OTHER_API_KEY)["code"] == "SESSION_NOT_FOUND"


@pytest.mark.parametrize("path", ["control", "tokens"])
def test_a_body_is_checked_before_anything_happens(client: Client, path: str) -> None:
    error = post(client, f"/sessions/{session_id_of('one')}/{path}", {"nonsense": 1}, 400)

    assert error["details"] == {"field": "nonsense"}
