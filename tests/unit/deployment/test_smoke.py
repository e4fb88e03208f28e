"""Against servers that play the API, the container behind it, and the WebSocket API."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.server import ServerConnection, serve

from deployment import smoke
from deployment.smoke import SmokeFailed, main, request, try_session
from tests.fakes.aws_clients import FakeAws
from tests.fakes.stack_outputs import make_outputs

KEY = "the-first-key-of-two"


@dataclass
class System:
    url: str = ""
    statuses: list[str] = field(default_factory=lambda: ["active"])
    """Of the session, at each look."""
    created: int = 201
    deleted: int = 200
    """0: no answer."""
    versions: list[int] = field(default_factory=lambda: [200])
    """How its front door answers; 0: not at all."""
    messages: list[str] = field(
        default_factory=lambda: ['{"type": "HELLO"}', '{"type": "PONG", "id": 1}']
    )
    """Over the WebSocket API, after what is sent there."""
    web_socket_url: str | None = None
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def session(self) -> dict[str, Any]:
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        host = self.url.removeprefix("http://")
        return {
            "sessionId": "s1",
            "status": status,
            "endReason": "capacity_lost",
            "endDetail": "EssentialContainerExited",
            "connectUrl": f"ws://{host}/cdp?token=t",
            "webSocketUrl": self.web_socket_url,
        }

    def talk(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.asked.append(("WS", socket.request.path, str(socket.recv())))
        for message in self.messages:
            socket.send(message)


class Handler(BaseHTTPRequestHandler):
    """Of the one `System` that its server has."""

    @property
    def system(self) -> System:
        return self.server.system  # type: ignore[attr-defined, no-any-return]

    def do_POST(self) -> None:
        self.answer(self.system.created, self.enveloped(self.system.created == 201))

    def do_GET(self) -> None:
        if self.path.startswith("/json/version"):
            versions = self.system.versions
            status = versions.pop(0) if len(versions) > 1 else versions[0]
            self.answer(status, {"Browser": "HeadlessChrome/156", "message": "no"})
        else:
            self.answer(200, self.enveloped(True))

    def do_DELETE(self) -> None:
        self.answer(self.system.deleted, self.enveloped(self.system.deleted == 200))

    def enveloped(self, fine: bool) -> dict[str, Any]:
        if fine:
            return {"success": True, "data": self.system.session()}
        return {"success": False, "error": {"code": "NO_CAPACITY"}}

    def answer(self, status: int, document: dict[str, Any]) -> None:
        self.system.asked.append((self.command, self.path, self.headers.get("x-api-key", "")))
        if not status:
            return
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: the tests read `asked`."""


@pytest.fixture
def system() -> Iterator[System]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    system = System(url=f"http://127.0.0.1:{server.server_port}")
    server.system = system  # type: ignore[attr-defined]
    sockets = serve(system.talk, "127.0.0.1", 0)
    system.web_socket_url = f"ws://127.0.0.1:{sockets.socket.getsockname()[1]}/v?token=t"
    threads = [
        threading.Thread(target=server.serve_forever, args=(0.01,)),
        threading.Thread(target=sockets.serve_forever),
    ]
    for thread in threads:
        thread.start()
    yield system
    server.shutdown()
    sockets.shutdown()
    for thread in threads:
        thread.join()
    server.server_close()


def test_a_session_is_created_its_browser_asked_and_deleted(system: System) -> None:
    system.statuses = ["initializing", "initializing", "active"]
    pauses: list[float] = []

    assert try_session(f"{system.url}/v", KEY, pauses.append) == "HeadlessChrome/156"
    assert system.asked == [
        ("POST", "/v/sessions", KEY),
        ("GET", "/v/sessions/s1", KEY),
        ("GET", "/v/sessions/s1", KEY),
        ("GET", "/json/version?token=t", ""),
        ("WS", "/v?token=t", '{"type": "PING", "id": 1}'),
        ("DELETE", "/v/sessions/s1", KEY),
    ]
    assert len(pauses) == 2


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"created": 429}, r"POST /sessions: 429 .*NO_CAPACITY"),
        (
            {"statuses": ["failed"]},
            "the session is failed: capacity_lost, EssentialContainerExited",
        ),
        ({"statuses": ["initializing"]}, "not active after 240 s"),
        ({"versions": [404]}, "GET /json/version: 404 no"),
        ({"versions": [503]}, "GET /json/version: 503 no"),
        ({"versions": [0]}, "/json/version: RemoteDisconnected"),
        ({"web_socket_url": None}, "no webSocketUrl: run python -m deployment.functions"),
        ({"web_socket_url": "ws://127.0.0.1:1/x?token=t"}, "ws://127.0.0.1:1/x: Connection"),
        ({"deleted": 500}, "DELETE /sessions/…: 500"),
        ({"statuses": ["failed"], "deleted": 0}, "the session is failed"),
        ({"messages": []}, r"PING over ws://127\.0\.0\.1:\d+/v: ConnectionClosed"),
        ({"messages": ['{"type": "ERROR"}'] * 10}, "is not answered"),
    ],
)
def test_what_does_not_work_is_said(
    changes: dict[str, Any], complaint: str, system: System
) -> None:
    for name, value in changes.items():
        setattr(system, name, value)

    with pytest.raises(SmokeFailed, match=complaint):
        try_session(system.url, KEY, lambda _seconds: None)
    assert (system.asked[-1][0] == "DELETE") == (system.created == 201)


def test_a_front_door_that_opens_late_is_waited_for(system: System) -> None:
    system.versions = [0, 503, 200]
    pauses: list[float] = []

    assert try_session(f"{system.url}/v", KEY, pauses.append) == "HeadlessChrome/156"
    assert len(pauses) == 2


def test_an_endpoint_that_is_away_is_named_without_its_query() -> None:
    with pytest.raises(SmokeFailed, match=r"^GET http://127\.0\.0\.1:1/x: ConnectionRefusedError"):
        request("GET", "http://127.0.0.1:1/x?token=secret", {})


class TestCommand:
    ARGUMENTS = ("production", "--region", "eu-central-1")

    @pytest.fixture
    def aws(self, system: System, monkeypatch: pytest.MonkeyPatch) -> FakeAws:
        monkeypatch.setattr(smoke, "api_urls", lambda _stage: (system.url, "wss://b/production"))
        arn = make_outputs()["ApiKeysSecretArn"]
        return FakeAws(secrets={arn: f"{KEY}, another-key-of-theirs"})

    def test_the_endpoints_come_in_one_line_without_a_key(
        self, aws: FakeAws, system: System, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(list(self.ARGUMENTS), aws) == 0
        arn = make_outputs()["ApiKeysSecretArn"]
        said = capsys.readouterr()
        assert said.out == (
            f"ready api={system.url} ws=wss://b/production"
            f" cdp=wss://browsers.example/cdp keys={arn}\n"
        )
        assert "a session had HeadlessChrome/156, and the WebSocket API answers" in said.err
        assert KEY not in said.out + said.err

    def test_a_failure_is_said(
        self, aws: FakeAws, system: System, capsys: pytest.CaptureFixture[str]
    ) -> None:
        system.created = 503

        assert main(list(self.ARGUMENTS), aws) == 1
        assert "POST /sessions: 503" in capsys.readouterr().err

    def test_what_was_not_deployed_is_said(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(list(self.ARGUMENTS), FakeAws(outputs={})) == 1
        assert "no output ApiKeysSecretArn, CdpPublicUrl" in capsys.readouterr().err
