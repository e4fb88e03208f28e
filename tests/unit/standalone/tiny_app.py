"""A small real Chalice app, and a gateway around it."""

from __future__ import annotations

import http.client
import threading
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from chalice.app import Chalice, CORSConfig, Response, WebsocketEvent
from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.internet.tcp import Server
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from shared.clock import system_clock
from standalone.addresses import listen
from standalone.gateway.server import Gateway
from standalone.gateway.sockets import Lifetimes

TIMEOUT_SECONDS = 60


@dataclass
class Seen:
    """What the app's handlers were called with."""

    events: list[dict[str, Any]] = field(default_factory=list)
    disconnected: threading.Event = field(default_factory=threading.Event)
    busy: threading.Event = field(default_factory=threading.Event)
    """Set while the handler of a message `wait` waits."""
    go_on: threading.Event = field(default_factory=threading.Event)
    """It waits for this."""
    meet: threading.Barrier = field(default_factory=lambda: threading.Barrier(32, timeout=60))


def make_app(seen: Seen, endpoint: Any) -> Chalice:
    """An app with one of each; `endpoint()` is where its @connections are."""
    app = Chalice("tiny", configure_logs=False)
    app.websocket_api._env = {"AWS_REGION": "us-east-1"}
    add_routes(app, seen)
    add_socket_handlers(app, seen, endpoint)
    return app


def add_routes(app: Chalice, seen: Seen) -> None:

    @app.route("/echo/{name}", methods=["GET", "POST"], cors=CORSConfig(allow_origin="*"))
    def echo(name: str) -> dict[str, Any]:
        request = app.current_request
        seen.events.append(request.to_original_event())
        return {"name": name, "size": len(request.raw_body or b"")}

    @app.route("/together")
    def together() -> dict[str, Any]:
        mine = app.current_request.query_params["n"]
        seen.meet.wait()
        return {"same": app.current_request.query_params["n"] == mine}

    @app.route("/image")
    def image() -> Response:
        return Response(b"\x89\x00\xff", headers={"Content-Type": "image/png"})

    @app.route("/teapot")
    def teapot() -> Response:
        headers = {"Content-Type": "text/plain", "X-Two": ["a", "b"]}
        return Response(body="short", status_code=418, headers=headers)


def add_socket_handlers(app: Chalice, seen: Seen, endpoint: Any) -> None:
    @app.on_ws_connect()
    def connect(event: WebsocketEvent) -> Response | None:
        seen.events.append(event.to_dict())
        token = (event.to_dict().get("queryStringParameters") or {}).get("token")
        if token == "raise":
            raise RuntimeError
        if token == "good":
            return None
        return Response(body={"message": "no"}, status_code=401)

    @app.on_ws_message()
    def message(event: WebsocketEvent) -> None:
        seen.events.append(event.to_dict())
        if event.body == "raise":
            raise RuntimeError
        if event.body == "wait":
            seen.busy.set()
            seen.go_on.wait(TIMEOUT_SECONDS)
            return
        with closing(client(endpoint())) as api:
            api.post_to_connection(ConnectionId=event.connection_id, Data=event.body)

    @app.on_ws_disconnect()
    def disconnect(event: WebsocketEvent) -> None:
        seen.events.append(event.to_dict())
        seen.disconnected.set()


def client(endpoint: str) -> Any:
    """Unmodified botocore's @connections client."""
    return botocore.session.get_session().create_client(
        "apigatewaymanagementapi",
        region_name="us-east-1",
        endpoint_url=endpoint,
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class GatewayCase(TestCase):
    """A gateway on a free port; clients run in threads, as they would in other processes."""

    timeout = 120
    lifetimes = Lifetimes()

    def setUp(self) -> None:
        self.seen = Seen()
        self.listener = listen("127.0.0.1", 0)
        self.port = self.listener.getsockname()[1]
        app = make_app(self.seen, lambda: self.endpoint)
        self.gateway = Gateway(reactor, app, system_clock, self.lifetimes)
        self.gateway.start(self.listener)

    async def tearDown(self) -> None:
        await self.gateway.stop_listening()
        await self.gateway.stop(5)
        self.listener.close()
        while any(isinstance(reader, Server) for reader in reactor.getReaders()):
            await deferLater(reactor, 0)  # clients have left; the reactor is about to notice

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/ws"

    def url(self, query: str = "token=good") -> str:
        return f"ws://127.0.0.1:{self.port}/ws?{query}"

    def send(
        self, method: str, target: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Blocking; for a thread."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, target, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    async def ask(self, method: str, target: str, **options: Any) -> Answer:
        answer: Answer = await deferToThread(self.send, method, target, **options)
        return answer
