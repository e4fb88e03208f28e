"""What is kept is what the code asks for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from image.rootfs.contents import BOTOCORE_SERVICES

REPOSITORY = Path(__file__).resolve().parents[4]


def services_called(package: str) -> Iterator[str]:
    """Names in calls such as `boto3.client("s3", …)`."""
    for path in (REPOSITORY / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="client" | "create_client"),
                    args=[ast.Constant(value=str(name)), *_],
                ):
                    yield name


def test_the_models_of_all_services_that_the_container_calls_are_kept() -> None:
    called = {*services_called("cdp_proxy"), *services_called("shared")}

    assert {"s3", "bedrock-runtime"} <= called <= set(BOTOCORE_SERVICES)
