"""The lazily made client, against a real HTTP server that plays @connections."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from chalice.app import WebsocketAPI, WebsocketDisconnectedError

from chalice_app.aws.management import ManagementSession
from chalice_app.config import ApiConfig

ROOT = Path(__file__).parents[4]


@dataclass
class Gateway:
    """What was posted to which path, and the status that is answered."""

    url: str = ""
    status: int = 200
    posted: list[tuple[str, bytes]] = field(default_factory=list)
    signed: list[bool] = field(default_factory=list)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    gateway = Gateway()

    class Connections(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            gateway.posted.append((self.path, body))
            gateway.signed.append("authorization" in self.headers)
            self.send_response(gateway.status)
            if gateway.status != 200:
                self.send_header("x-amzn-ErrorType", "GoneException")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: the tests read `posted`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Connections)
    gateway.url = f"http://127.0.0.1:{server.server_port}/ws"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield gateway
    server.shutdown()
    thread.join()
    server.server_close()


def make_api(endpoint: str | None) -> WebsocketAPI:
    config = ApiConfig(
        redis_endpoint="unused:1", token_secret="s" * 32, ws_management_endpoint=endpoint
    )
    api = WebsocketAPI(env={})
    api.session = ManagementSession(lambda: config)
    return api


def test_messages_go_to_the_configured_gateway_unsigned(gateway: Gateway) -> None:
    api = make_api(gateway.url)
    api.configure_from_api_id("api", "production")

    api.send("abc=", '{"type":"PONG"}')

    assert gateway.posted == [("/ws/@connections/abc%3D", b'{"type":"PONG"}')]
    assert gateway.signed == [False]


def test_a_connection_that_is_gone_is_told_as_chalice_tells_it(gateway: Gateway) -> None:
    gateway.status = 410
    api = make_api(gateway.url)
    api.configure_from_api_id("api", "production")

    with pytest.raises(WebsocketDisconnectedError):
        api.send("gone", "x")


def test_without_one_it_is_the_endpoint_that_chalice_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    config = ApiConfig(redis_endpoint="unused:1", token_secret="s" * 32)

    client = ManagementSession(lambda: config).client(
        "apigatewaymanagementapi",
        endpoint_url="https://abc.execute-api.eu-central-1.amazonaws.com/p",
    )

    assert client.meta.endpoint_url == "https://abc.execute-api.eu-central-1.amazonaws.com/p"
    assert client.meta.region_name == "eu-central-1"
    assert client.meta.config.signature_version == "v4"


def test_importing_the_program_imports_no_botocore() -> None:
    script = "import sys, app; sys.exit('botocore' in sys.modules or 'boto3' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)

    assert done.returncode == 0
