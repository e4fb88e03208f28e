"""Requests for a session's files, which are sent on to its (scripted) container."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from chalice.test import Client, HTTPResponse

from chalice_app.main import make_program
from chalice_app.wiring import Deps
from tests.fakes.api import API_KEY, OTHER_API_KEY


class Api:
    """Sends requests as one user."""

    def __init__(self, deps: Deps, key: str = API_KEY) -> None:
        self._http = Client(make_program(lambda: deps).app).http
        self._key = key

    def send(self, method: str, path: str) -> HTTPResponse:
        return self._http.request(method, path, headers={"X-API-Key": self._key}, body=b"")

    def create(self) -> dict[str, Any]:
        return dict(json.loads(self.send("POST", "/sessions").body)["data"])


@pytest.mark.usefixtures("container")
@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("GET", "downloads", {}),
        ("GET", "downloads?format=list", {"format": ["list"]}),
        ("GET", "downloads/report.pdf", {}),
        ("POST", "uploads", {}),
    ],
)
def test_the_owner_is_sent_on_with_the_sessions_token(
    deps: Deps, method: str, path: str, query: dict[str, list[str]]
) -> None:
    api = Api(deps)
    created = api.create()
    wanted = f"/sessions/{created['sessionId']}/{path}"

    response = api.send(method, wanted)

    assert response.status_code == 307
    assert response.headers["Cache-Control"] == "no-store"
    location = urlsplit(response.headers["Location"])
    assert (location.scheme, location.netloc) == ("http", "127.0.0.1:9223")
    assert location.path == wanted.partition("?")[0]
    assert parse_qs(location.query) == {**query, "token": [created["token"]]}


@pytest.mark.usefixtures("container")
def test_a_public_address_is_kept_with_its_tls_and_its_path(deps: Deps) -> None:
    config = replace(deps.config, cdp_public_url="wss://cdp.example/base")
    api = Api(replace(deps, config=config))
    session_id = api.create()["sessionId"]

    response = api.send("GET", f"/sessions/{session_id}/downloads")

    location = response.headers["Location"]
    assert location.startswith(f"https://cdp.example/base/sessions/{session_id}/downloads?token=")


@pytest.mark.usefixtures("container")
def test_a_token_of_the_callers_own_is_not_passed_on(deps: Deps) -> None:
    api = Api(deps)
    created = api.create()

    response = api.send("GET", f"/sessions/{created['sessionId']}/downloads?token=other")

    query = parse_qs(urlsplit(response.headers["Location"]).query)
    assert query == {"token": [created["token"]]}


@pytest.mark.usefixtures("container")
def test_an_ended_sessions_files_are_gone(deps: Deps) -> None:
    api = Api(deps)
    path = f"/sessions/{api.create()['sessionId']}"
    api.send("DELETE", path)

    for method, file_path in (("GET", "downloads"), ("POST", "uploads")):
        response = api.send(method, f"{path}/{file_path}")

        assert response.status_code == 410
        assert json.loads(response.body)["error"]["code"] == "SESSION_ENDED"


@pytest.mark.usefixtures("container")
def test_somebody_elses_files_cannot_be_told_from_none(deps: Deps) -> None:
    path = f"/sessions/{Api(deps).create()['sessionId']}"
    stranger = Api(deps, OTHER_API_KEY)

    for method, file_path in (("GET", "downloads"), ("POST", "uploads")):
        response = stranger.send(method, f"{path}/{file_path}")

        assert response.status_code == 404
        assert "Location" not in response.headers
