"""The REST API from HTTP to a (scripted) container and back, on a real Redis."""

from __future__ import annotations

import pytest

from chalice_app.wiring import Deps
from shared.request_kind import RequestKind
from shared.tokens import ALL_SCOPES, parse_token
from tests.fakes.api import (
    OTHER_API_KEY,
    SECRET,
    FakeContainer,
    answers_with,
)
from tests.fakes.api_user import Api
from tests.fakes.records import make_witness


def test_a_session_is_created_read_listed_and_released(api: Api, container: FakeContainer) -> None:
    body = {"timeout": 120, "userMetadata": {"team": "qa"}}

    created = api.data("POST", "/sessions", body, status=201)
    path = f"/sessions/{created['sessionId']}"
    read = api.data("GET", path)
    listed = api.data("GET", "/sessions?status=active&metadata.team=qa")["sessions"]
    released = api.data("DELETE", path)

    assert created["status"] == "active"
    assert created["connectUrl"] == f"ws://127.0.0.1:9223/cdp?token={created['token']}"
    assert read == created
    assert [session["sessionId"] for session in listed] == [created["sessionId"]]
    assert not {"token", "connectUrl"} & set(listed[0])
    assert (released["status"], released["endReason"]) == ("ended", "released")
    assert not {"token", "connectUrl"} & set(released)
    assert api.data("DELETE", path) == api.data("GET", path) == released
    assert [request.kind for request in container.seen] == [RequestKind.OPEN, RequestKind.CLOSE]


@pytest.mark.usefixtures("container")
def test_the_token_opens_that_session_only(api: Api) -> None:
    created = api.data("POST", "/sessions", status=201)

    claims = parse_token(created["token"], SECRET)

    assert claims.session_id == created["sessionId"]
    assert claims.scopes == ALL_SCOPES
    assert claims.expires_at - claims.issued_at == created["timeout"] == 3600


@pytest.mark.usefixtures("container")
def test_an_idempotency_key_makes_one_session(api: Api) -> None:
    first = api.data("POST", "/sessions", {"timeout": 60}, status=201, idempotency_key="k")
    again = api.data("POST", "/sessions", {"timeout": 60}, status=201, idempotency_key="k")
    error = api.error("POST", "/sessions", {"timeout": 61}, status=409, idempotency_key="k")

    assert again == first
    assert error["code"] == "IDEMPOTENCY_CONFLICT"
    assert len(api.data("GET", "/sessions")["sessions"]) == 1


@pytest.mark.usefixtures("container")
def test_one_session_too_many_is_told_when_to_come_back(api: Api) -> None:
    first, _second = (api.data("POST", "/sessions", status=201) for _ in range(2))

    response = api.send("POST", "/sessions")

    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    api.data("DELETE", f"/sessions/{first['sessionId']}")
    assert api.data("POST", "/sessions", status=201)["status"] == "active"


@pytest.mark.usefixtures("container")
def test_somebody_elses_session_cannot_be_told_from_none(api: Api, deps: Deps) -> None:
    created = api.data("POST", "/sessions", status=201)
    stranger = Api(deps, OTHER_API_KEY)

    errors = [
        stranger.error(method, f"/sessions/{created['sessionId']}", status=404)
        for method in ("GET", "DELETE")
    ]

    assert {error["code"] for error in errors} == {"SESSION_NOT_FOUND"}
    assert stranger.data("GET", "/sessions") == {"sessions": []}


def test_a_browser_that_does_not_start_is_told(api: Api, container: FakeContainer) -> None:
    container.behaviour = answers_with("BROWSER_START_FAILED", "The browser exited with 1.")

    error = api.error("POST", "/sessions", status=502)

    assert (error["code"], error["message"]) == (
        "BROWSER_START_FAILED",
        "The browser exited with 1.",
    )
    (session,) = api.data("GET", "/sessions?status=failed")["sessions"]
    assert session["endReason"] == "start_failed"


def test_a_lost_containers_sessions_are_shown_as_failed(
    api: Api, deps: Deps, container: FakeContainer
) -> None:
    created = api.data("POST", "/sessions", status=201)
    deps.store.beat(make_witness(), deps.clock(), 60)
    deps.store.beat(container.task, deps.clock() - 120, 60)

    after = api.data("GET", f"/sessions/{created['sessionId']}")

    assert (after["status"], after["endReason"]) == ("failed", "container_lost")
    assert api.error("POST", "/sessions", status=429)["code"] == "NO_CAPACITY"
