"""An environment as `./wallcrawler deploy` leaves it, with the real tools against moto's server.

synth → CloudFormation → `.chalice/config.json` → `chalice deploy`. Made once for all tests here,
which are in one file so that one process has it.

Secrets are read from moto's Secrets Manager; Redis is a real one behind TLS and a password, as
ElastiCache is. Not shown here: that AWS itself accepts the template (cfn-lint and cdk-nag are for
that), and its API Gateway's way to the functions.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import redis

from bench.certificate import write_certificate
from bench.tls_front import tls_front
from deployment.host_package import copy_project, run_chalice, unpack
from shared.aws_names import function_name, stack_name
from tests.fakes.api import FakeContainer
from tests.fakes.aws_server import AwsServer, aws_server
from tests.fakes.lambda_runtime import LambdaRuntime
from tests.fakes.pruning import Template, logical_id_of, prune
from tests.fakes.synthesis import PRODUCTION, synthesize

ROOT = Path(__file__).parents[3]
STAGE = "production"
API_KEY = "a-key-for-tests-only"  # what tests/events send
OLD, NEW = "o" * 64, "n" * 64
REDIS_PASSWORD = "p" * 64
MANAGED_SECRETS = {
    "SecretsTokens": OLD,
    "SecretsApiKeys": f"{API_KEY},{'k' * 64}",
    "SecretsRedisAuth": REDIS_PASSWORD,
    "SecretsModelKeys": "{}",
}
WITHOUT_A_ZONE = {**PRODUCTION, "hostedZoneId": ""}
"""There is none in an empty AWS to put a record into."""


@pytest.fixture(scope="module")
def aws() -> Iterator[AwsServer]:
    with aws_server() as server:
        yield server


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """What CDK makes of `cdk/`."""
    done = synthesize(tmp_path_factory.mktemp("cdk"), WITHOUT_A_ZONE)
    assert done.exit_code == 0, done.stderr
    return dict(done.document(f"{stack_name(STAGE)}.template.json"))


@dataclass(frozen=True)
class Cache:
    """Redis as ElastiCache has it."""

    tls_port: int
    certificate: Path
    url: str
    """For tests: past TLS, with the password in it."""


@pytest.fixture(scope="module")
def cache(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cache]:
    certificate = write_certificate(tmp_path_factory.mktemp("certificate"))
    path = redis_url.removeprefix("unix://")
    with_password = f"unix://:{quote(REDIS_PASSWORD)}@{path}"
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
        client.config_set("requirepass", REDIS_PASSWORD)
    try:
        with tls_front(certificate, path) as port:
            yield Cache(port, certificate, with_password)
    finally:
        with redis.Redis.from_url(with_password) as client:
            client.config_set("requirepass", "")


@pytest.fixture(scope="module")
def secret_arns(aws: AwsServer) -> dict[str, str]:
    """What CloudFormation would make, which moto's does not."""
    client = aws.client("secretsmanager")
    return {
        name: client.create_secret(Name=name, SecretString=text)["ARN"]
        for name, text in MANAGED_SECRETS.items()
    }


@pytest.fixture(scope="module")
def outputs(
    aws: AwsServer, template: Template, cache: Cache, secret_arns: dict[str, str]
) -> dict[str, str]:
    """The outputs of the stack, made by CloudFormation."""
    redis_id = logical_id_of(template, "AWS::ElastiCache::ReplicationGroup")
    literals = {
        f"{redis_id}.PrimaryEndPoint.Address": "localhost",
        f"{redis_id}.PrimaryEndPoint.Port": str(cache.tls_port),
        **{
            logical_id_of(template, "AWS::SecretsManager::Secret", name): arn
            for name, arn in secret_arns.items()
        },
    }
    client = aws.client("cloudformation")
    client.create_stack(
        StackName=stack_name(STAGE),
        TemplateBody=json.dumps(prune(template, literals)),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    (stack,) = client.describe_stacks(StackName=stack_name(STAGE))["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


@dataclass(frozen=True)
class Deployed:
    """A project that `deployment.functions` has been through."""

    project: Path
    aws: AwsServer

    def deploy(self) -> str:
        return run_chalice(self.project, "deploy", "--stage", STAGE, env=self.aws.environment)

    def delete(self) -> str:
        return run_chalice(self.project, "delete", "--stage", STAGE, env=self.aws.environment)

    @property
    def package(self) -> Path:
        (path,) = (self.project / ".chalice" / "deployments").glob("*.zip")
        return path

    def functions(self) -> dict[str, dict[str, Any]]:
        listed = self.aws.client("lambda").list_functions()["Functions"]
        return {function["FunctionName"]: function for function in listed}

    def rest_apis(self) -> list[dict[str, Any]]:
        return list(self.aws.client("apigateway").get_rest_apis()["items"])

    def websocket_apis(self) -> list[dict[str, Any]]:
        return list(self.aws.client("apigatewayv2").get_apis()["Items"])

    def rules(self) -> list[dict[str, Any]]:
        return list(self.aws.client("events").list_rules()["Rules"])


@dataclass(frozen=True)
class Attempt:
    """A deployment that failed half-way."""

    project: Path
    exit_code: int
    rest_apis: list[str]
    """The ids of those that it left."""


@pytest.fixture(scope="module")
def failed_attempt(
    aws: AwsServer, outputs: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Attempt:
    """The first `deployment.functions`: AWS refuses a role that is none.

    Of one that there is not Chalice asks again for minutes, since IAM may not have told of it yet.
    """
    project = tmp_path_factory.mktemp("project")
    copy_project(project)
    wrong = {**outputs, "SocketRoleArn": outputs["SocketRoleArn"].replace(":role/", ":group/")}
    told = project / "outputs.json"
    told.write_text(json.dumps({stack_name(STAGE): wrong}))
    done = deploy_functions(aws, project, "--outputs", str(told))
    listed = aws.client("apigateway").get_rest_apis()["items"]
    return Attempt(project, done.returncode, [api["id"] for api in listed])


@pytest.fixture(scope="module")
def deployed(aws: AwsServer, failed_attempt: Attempt) -> Deployed:
    """The second."""
    done = deploy_functions(aws, failed_attempt.project, "--region", "eu-central-1")
    assert done.returncode == 0, done.stdout + done.stderr
    return Deployed(failed_attempt.project, aws)


def deploy_functions(
    aws: AwsServer, project: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "deployment.functions", STAGE, *options),
            *("--project", str(project)),
        ],
        cwd=ROOT,
        env={**os.environ, **aws.environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def lambdas(
    deployed: Deployed, cache: Cache, tmp_path_factory: pytest.TempPathFactory
) -> LambdaRuntime:
    """The deployed zip with what the deployed functions' environment is."""
    folder = tmp_path_factory.mktemp("task")
    unpack(deployed.package, folder)
    function = deployed.functions()[function_name(STAGE, "api_handler")]
    return LambdaRuntime(
        folder,
        {
            **function["Environment"]["Variables"],
            **deployed.aws.environment,
            "SSL_CERT_FILE": str(cache.certificate),
        },
        sdk=True,
    )


@pytest.fixture
def container(cache: Cache) -> Iterator[FakeContainer]:
    with redis.Redis.from_url(cache.url) as client:
        client.flushall()
    with FakeContainer(cache.url).serving() as container:
        yield container
