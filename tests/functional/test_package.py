"""What `chalice package` makes really runs: each handler, from the unzipped file, in clean Python.

Needs pip and a package index, as packaging itself does.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

from chalice_app.auth import key_digest_of
from deployment.host_package import make_package
from tests.fakes.api import API_KEY, SECRET
from tests.fakes.lambda_runtime import LambdaRuntime, event_of


@dataclass(frozen=True)
class Package:
    folder: Path
    handlers: list[str]

    @property
    def call(self) -> Callable[..., Any]:
        return LambdaRuntime(self.folder).call


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    unpacked, template_path = make_package(tmp_path_factory.mktemp("package"), "production")
    template = json.loads(template_path.read_text())
    functions = [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    ]
    return Package(unpacked, [function["Handler"] for function in functions])


@pytest.fixture
def env(redis_url: str, redis_client: redis.Redis) -> dict[str, str]:
    return {
        "REDIS_ENDPOINT": redis_url,
        "JWE_SECRET": SECRET,
        "API_KEY_HASHES": key_digest_of(API_KEY),
    }


def test_every_lambda_function_is_in_the_template(package: Package) -> None:
    assert sorted(package.handlers) == [
        "app.app",
        "app.reap",
        "app.ws_connect",
        "app.ws_disconnect",
        "app.ws_message",
    ]


def test_every_handler_of_the_template_can_be_imported(package: Package) -> None:
    for handler in package.handlers:
        package.call(handler)


def test_the_packaged_api_answers_a_request(package: Package, env: dict[str, str]) -> None:
    answer = package.call("app.app", event_of("rest_list_sessions"), env)

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"success": True, "data": {"sessions": []}}


def test_the_packaged_api_fails_closed_without_its_environment(package: Package) -> None:
    answer = package.call("app.app", event_of("rest_list_sessions"))

    assert answer["statusCode"] == 500
    error = json.loads(answer["body"])["error"]
    assert (error["code"], error["requestId"]) == (
        "INTERNAL",
        "0f8fad5b-d9cb-469f-a165-70867728950e",
    )


def test_the_packaged_websocket_refuses_strangers(package: Package, env: dict[str, str]) -> None:
    answer = package.call("app.ws_connect", event_of("websocket_connect"), env)

    assert answer["statusCode"] == 401


def test_the_package_has_time_zones_and_no_aws_sdk(package: Package) -> None:
    names = {path.name for path in package.folder.iterdir()}

    assert {"tzdata", "jwt", "msgspec", "chalice_app", "shared"} <= names
    assert not {"boto3", "botocore", "redis", "twisted", "autobahn", "deployment"} & names


def test_every_module_of_the_package_is_compiled(package: Package) -> None:
    tag = sys.implementation.cache_tag
    sources = list(package.folder.rglob("*.py"))

    assert len(sources) > 50
    assert [
        str(source)
        for source in sources
        if not (source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc").exists()
    ] == []
