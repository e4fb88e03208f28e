"""A REST client of the standard library alone: what a stranger with `curl` would send."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.integration.waiting import PATIENCE_SECONDS


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    text: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)

    @property
    def data(self) -> Any:
        """`data` of a success envelope."""
        body = self.json()
        assert body["success"] is True, body
        return body["data"]

    @property
    def error(self) -> Any:
        """`error` of a failure envelope."""
        body = self.json()
        assert body["success"] is False, body
        return body["error"]


@dataclass(frozen=True, slots=True)
class RemoteBrowser:
    """A session as its creator sees it."""

    id: str
    connect_url: str
    token: str

    @property
    def http_url(self) -> str:
        """The same endpoint for clients that discover it over HTTP."""
        parts = urlsplit(self.connect_url)
        return f"http://{parts.netloc}?token={self.token}"


def request(
    base: str,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request on a connection of its own."""
    parts = urlsplit(base)
    connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        lowered = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, lowered, response.read())
    finally:
        connection.close()


def gauge(base: str, name: str) -> int:
    """One of the container's own figures, as `/metrics` has it."""
    text = request(base, "GET", "/metrics").text.decode()
    (line,) = (line for line in text.splitlines() if line.startswith(f"wallcrawler_{name} "))
    return int(float(line.split()[1]))


class Api:
    """The sessions API with one key."""

    def __init__(self, base: str, key: str) -> None:
        self.base = base
        self.key = key

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request; `body` is sent as JSON unless it is bytes already."""
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        kind = {} if raw is None else {"Content-Type": "application/json"}
        every = {"X-API-Key": self.key, **kind, **(headers or {})}
        return request(self.base, method, path, raw, every)

    def create(self, **body: object) -> RemoteBrowser:
        """A new session, which must come up."""
        answer = self.send("POST", "/sessions", body)
        assert answer.status == 201, answer.text
        data = answer.data
        return RemoteBrowser(data["sessionId"], data["connectUrl"], data["token"])

    def get(self, session_id: str) -> Any:
        """One session's view."""
        answer = self.send("GET", f"/sessions/{session_id}")
        assert answer.status == 200, answer.text
        return answer.data

    def list(self, query: str = "") -> Any:
        """The views of all sessions that match."""
        answer = self.send("GET", f"/sessions{query}")
        assert answer.status == 200, answer.text
        return answer.data["sessions"]

    def delete(self, session_id: str) -> Any:
        """The view of a session that has ended now."""
        answer = self.send("DELETE", f"/sessions/{session_id}")
        assert answer.status == 200, answer.text
        return answer.data
