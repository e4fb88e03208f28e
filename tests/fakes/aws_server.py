"""moto's server as a process of its own, mended where Chalice would not get through.

1. Chalice makes Swagger 2.0, which API Gateway takes and moto does not: it is told another version.
2. API Gateway's `CreateDeployment` (v2) is not there at all.
3. Fargate containers need no memory of their own, moto's do.

What it cannot do: run Lambda functions (that wants docker) and route requests to them. Tests unzip
the deployed code and call it.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
REGION = "eu-central-1"
ACCOUNT = "123456789012"


@dataclass(frozen=True)
class AwsServer:
    """Where it is, and how to be let in (it lets everybody in)."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """What makes any AWS SDK or tool go there."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "of-a-test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    def client(self, service: str) -> Any:
        """boto3's client of a service."""
        import boto3  # noqa: PLC0415 - only tests that come this far

        environment = self.environment
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )


@contextmanager
def aws_server() -> Iterator[AwsServer]:
    """An empty AWS, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.aws_server"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        assert url, "moto's server did not start"
        yield AwsServer(url)
    finally:
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()


def main() -> None:
    """Serve until stdin ends."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - only in the server's process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _mend_rest_apis()
    _mend_websocket_apis()
    _mend_containers()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    sys.stdout.write(f"http://{host}:{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()


def _mend_rest_apis() -> None:
    from moto.apigateway.models import APIGatewayBackend  # noqa: PLC0415

    original_put, original_import = (
        APIGatewayBackend.put_rest_api,
        APIGatewayBackend.import_rest_api,
    )

    def put(self: Any, function_id: str, api_doc: dict[str, Any], *more: Any, **named: Any) -> Any:
        return original_put(self, function_id, _as_openapi(api_doc), *more, **named)

    def import_(self: Any, api_doc: dict[str, Any], *more: Any, **named: Any) -> Any:
        return original_import(self, _as_openapi(api_doc), *more, **named)

    APIGatewayBackend.put_rest_api = put  # type: ignore[method-assign]
    APIGatewayBackend.import_rest_api = import_  # type: ignore[method-assign]


def _as_openapi(document: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in document.items() if name != "swagger"}
    return {**rest, "openapi": "3.0.1", "info": {"description": "", **document["info"]}}


def _mend_websocket_apis() -> None:
    from moto.apigatewayv2 import urls  # noqa: PLC0415
    from moto.apigatewayv2.responses import ApiGatewayV2Response  # noqa: PLC0415

    def create_deployment(_self: Any) -> str:
        return json.dumps({"deploymentId": uuid.uuid4().hex[:6], "deploymentStatus": "DEPLOYED"})

    ApiGatewayV2Response.create_deployment = create_deployment  # type: ignore[attr-defined]
    path = "{0}/v2/apis/(?P<api_id>[^/]+)/deployments$"
    urls.url_paths[path] = ApiGatewayV2Response.dispatch


def _mend_containers() -> None:
    from moto.ecs.models import EC2ContainerServiceBackend  # noqa: PLC0415

    original = EC2ContainerServiceBackend.run_task

    def run_task(self: Any, *positional: Any, **named: Any) -> Any:
        for family in self.task_definitions.values():
            for definition in family.values():
                for container in definition.container_definitions:
                    container.setdefault("memory", 512)
        return original(self, *positional, **named)

    EC2ContainerServiceBackend.run_task = run_task  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
