"""What the programs call on AWS, their roles allow: a new call without its right fails here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from tests.fakes.policies import actions_of
from tests.fakes.template import Template

ROOT = Path(__file__).parents[3]
SERVICES = ("ecs", "s3", "bedrock-runtime", "kms", "sns", "ssm", "sts", "cloudwatch", "logs")
"""Those that programs might call through botocore; others are called without it (below)."""
PREFIXES = {"bedrock-runtime": "bedrock"}
NAMED_OTHERWISE = {
    "bedrock:Converse": "bedrock:InvokeModel",
    "bedrock:ConverseStream": "bedrock:InvokeModelWithResponseStream",
}
ROLES = {
    "chalice_app": ("RolesApi", "RolesSocket", "RolesReaper"),
    "cdp_proxy": ("BrowsersTaskTaskRole",),
}


@pytest.fixture(scope="module")
def operations() -> dict[str, str]:
    """botocore's names of all operations, with the action that each needs."""
    session = botocore.session.get_session()
    return {
        xform_name(operation): NAMED_OTHERWISE.get(action, action)
        for service in SERVICES
        for operation in session.get_service_model(service).operation_names
        for action in [f"{PREFIXES.get(service, service)}:{operation}"]
    }


def names_called(program: str) -> Iterator[str]:
    """Every method called on something that is called a client, and what links are signed for."""
    for path in (ROOT / program).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if ast.unparse(node.func.value).rpartition(".")[2].strip("_").endswith("client"):
                yield node.func.attr
                if node.func.attr == "generate_presigned_url":
                    yield str(ast.literal_eval(node.args[0]))


@pytest.mark.parametrize("program", ROLES)
def test_what_a_program_calls_it_may(
    program: str, operations: dict[str, str], variants: dict[str, Template]
) -> None:
    template = variants["bedrock-model"]

    allowed = {action for role in ROLES[program] for action in actions_of(template, role)}
    called = {operations[name] for name in names_called(program) if name in operations}

    assert called <= allowed


def test_the_container_calls_what_is_looked_for_here(operations: dict[str, str]) -> None:
    called = {operations[name] for name in names_called("cdp_proxy") if name in operations}

    assert called >= {"s3:PutObject", "s3:GetObject", "bedrock:InvokeModel"}
