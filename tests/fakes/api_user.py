"""Somebody with an API key who sends requests and takes answers apart."""

from __future__ import annotations

import json
from typing import Any

from chalice.test import Client, HTTPResponse

from chalice_app.main import make_program
from chalice_app.wiring import Deps
from tests.fakes.api import API_KEY


class Api:
    """The API program as one user sees it."""

    def __init__(self, deps: Deps, key: str = API_KEY) -> None:
        self._http = Client(make_program(lambda: deps).app).http
        self._key = key

    def send(self, method: str, path: str, body: object = None, **headers: str) -> HTTPResponse:
        raw = b"" if body is None else json.dumps(body).encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._http.request(method, path, headers={"X-API-Key": self._key} | sent, body=raw)

    def data(
        self, method: str, path: str, body: object = None, status: int = 200, **headers: str
    ) -> Any:
        response = self.send(method, path, body, **headers)
        assert response.status_code == status, response.body
        answer = json.loads(response.body)
        assert answer["success"] is True
        return answer["data"]

    def error(
        self, method: str, path: str, body: object = None, *, status: int, **headers: str
    ) -> Any:
        response = self.send(method, path, body, **headers)
        assert response.status_code == status, response.body
        answer = json.loads(response.body)
        assert answer["success"] is False
        return answer["error"]
