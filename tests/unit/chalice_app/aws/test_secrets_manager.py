"""Against an HTTP server that plays Secrets Manager; moto's, which knows its shapes, last."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from bench.certificate import write_certificate
from bench.tls_front import tls_front
from chalice_app.aws.secrets_manager import SecretsManager, SecretUnreadable, _endpoint
from chalice_app.config import AwsIdentity
from shared.clock import system_clock
from shared.tls import client_context

REGION = "eu-central-1"
ARN = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:wallcrawler/token-AbCdEf"
TEXT = "what nobody may know"
TOLD = (200, json.dumps({"ARN": ARN, "Name": "x", "SecretString": TEXT, "VersionStages": []}))
BUSY = (400, json.dumps({"__type": "ThrottlingException", "message": "slow down"}))
DENIED = (
    400,
    json.dumps({"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "no"}),
)
HANG_UP = (0, "")


@dataclass
class Service:
    """Answers from a list, and remembers what it was asked."""

    url: str = ""
    answers: list[tuple[int, str]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    connections: set[tuple[str, int]] = field(default_factory=set)


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            service.asked.append(
                {**{k.lower(): v for k, v in self.headers.items()}, "body": body.decode()}
            )
            service.connections.add(self.client_address)
            status, answer = service.answers.pop(0)
            if (status, answer) == HANG_UP:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: the tests read `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield service
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def manager(service: Service) -> Iterator[SecretsManager]:
    identity = AwsIdentity(
        access_key_id="AKIA",
        secret_access_key="key",
        session_token="session",
        endpoint_url=service.url,
    )
    manager = SecretsManager(lambda: identity, system_clock)
    yield manager
    manager.close()


def test_a_secret_is_asked_for_by_its_arn(service: Service, manager: SecretsManager) -> None:
    service.answers = [TOLD]

    assert manager.read(ARN) == TEXT
    (asked,) = service.asked
    assert json.loads(asked["body"]) == {"SecretId": ARN}
    assert asked["x-amz-target"] == "secretsmanager.GetSecretValue"
    assert asked["host"] == service.url.removeprefix("http://")
    assert f"/{REGION}/secretsmanager/aws4_request" in asked["authorization"]
    assert asked["x-amz-security-token"] == "session"


def test_several_secrets_come_over_one_connection(
    service: Service, manager: SecretsManager
) -> None:
    service.answers = [TOLD] * 3

    for _ in range(3):
        manager.read(ARN)

    assert len(service.connections) == 1


@pytest.mark.parametrize("trouble", [BUSY, HANG_UP, (500, "{}"), (503, "busy")])
def test_what_may_pass_is_tried_again(
    trouble: tuple[int, str], service: Service, manager: SecretsManager
) -> None:
    service.answers = [trouble, trouble, TOLD]

    assert manager.read(ARN) == TEXT


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([DENIED], "AccessDeniedException"),
        ([BUSY] * 3, "ThrottlingException"),
        ([(500, "oops")] * 3, "500"),
        ([HANG_UP] * 3, "RemoteDisconnected"),
        ([(200, "{}")], "it holds no text"),
        ([(200, "no JSON")], "it holds no text"),
    ],
)
def test_what_cannot_be_read_says_why(
    answers: list[tuple[int, str]], reason: str, service: Service, manager: SecretsManager
) -> None:
    service.answers = answers

    with pytest.raises(SecretUnreadable, match=rf"^wallcrawler/token-AbCdEf: {reason}$"):
        manager.read(ARN)
    assert service.answers == []


def test_each_region_and_partition_has_its_own_endpoint() -> None:
    assert _endpoint("aws", "eu-central-1") == "https://secretsmanager.eu-central-1.amazonaws.com"
    assert _endpoint("aws-cn", "cn-north-1") == "https://secretsmanager.cn-north-1.amazonaws.com.cn"


def test_the_service_is_spoken_to_over_tls_and_must_be_who_it_is(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = write_certificate(tmp_path)
    port = int(service.url.rpartition(":")[2])
    with tls_front(certificate, ("127.0.0.1", port)) as tls_port:
        identity = AwsIdentity(
            access_key_id="AKIA",
            secret_access_key="key",
            endpoint_url=f"https://localhost:{tls_port}",
        )
        manager = SecretsManager(lambda: identity, system_clock)
        client_context.cache_clear()
        with pytest.raises(SecretUnreadable, match="SSLCertVerificationError"):
            manager.read(ARN)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        client_context.cache_clear()
        service.answers = [TOLD]

        assert manager.read(ARN) == TEXT
        manager.close()
    client_context.cache_clear()


def test_moto_understands_and_is_understood() -> None:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "AKIA", "aws_secret_access_key": "key"}
    client = boto3.client("secretsmanager", region_name=REGION, endpoint_url=url, **keys)
    arn = client.create_secret(Name="wallcrawler/token", SecretString="first")["ARN"]
    identity = AwsIdentity(access_key_id="AKIA", secret_access_key="key", endpoint_url=url)
    manager = SecretsManager(lambda: identity, system_clock)

    first = manager.read(arn)
    client.put_secret_value(SecretId=arn, SecretString="second")
    second = manager.read(arn)

    manager.close()
    client.close()
    server.stop()
    assert [first, second] == ["first", "second"]
