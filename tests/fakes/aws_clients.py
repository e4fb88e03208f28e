"""boto3's clients for deploying: canned answers, and what was asked."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, NoCredentialsError

from tests.fakes.stack_outputs import make_outputs

ACCOUNT = "123456789012"


@dataclass
class FakeAws:
    """Call it as `boto3.client`; it is every client at once."""

    outputs: dict[str, str] = field(default_factory=make_outputs)
    stacks: dict[str, str] = field(
        default_factory=lambda: {
            "CDKToolkit": "CREATE_COMPLETE",
            "wallcrawler-development": "UPDATE_COMPLETE",
            "wallcrawler-production": "UPDATE_COMPLETE",
        }
    )
    """Status by name."""
    secrets: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, list[str]] = field(default_factory=dict)
    """ARNs by `startedBy`."""
    images: set[str] = field(default_factory=set)
    """Tags in the registry."""
    credentials: bool = True
    regions: set[str] = field(default_factory=set)
    stopped: list[str] = field(default_factory=list)

    def __call__(self, service: str, *, region_name: str) -> Any:
        self.regions.add(region_name)
        return self

    def get_caller_identity(self) -> dict[str, str]:
        if not self.credentials:
            raise NoCredentialsError
        return {"Account": ACCOUNT}

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        if StackName not in self.stacks:
            error = {"Code": "ValidationError", "Message": f"Stack {StackName} does not exist"}
            raise ClientError({"Error": error}, "DescribeStacks")
        outputs = [
            {"OutputKey": name, "OutputValue": value} for name, value in self.outputs.items()
        ]
        return {"Stacks": [{"StackStatus": self.stacks[StackName], "Outputs": outputs}]}

    def get_authorization_token(self) -> dict[str, Any]:
        token = base64.b64encode(b"AWS:a-password").decode()
        return {"authorizationData": [{"authorizationToken": token}]}

    def describe_images(
        self,
        *,
        repositoryName: str,  # noqa: N803
        imageIds: list[dict[str, str]],  # noqa: N803
    ) -> None:
        assert repositoryName == "wallcrawler-production"
        (image,) = imageIds
        if image["imageTag"] not in self.images:
            error = {"Code": "ImageNotFoundException", "Message": "no such image"}
            raise ClientError({"Error": error}, "DescribeImages")

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803
        return {"SecretString": self.secrets[SecretId]}

    def get_paginator(self, operation: str) -> FakeAws:
        assert operation == "list_tasks"
        return self

    def paginate(self, *, cluster: str, startedBy: str) -> list[dict[str, Any]]:  # noqa: N803
        arns = self.tasks.get(startedBy, [])
        return [{"taskArns": arns[:1]}, {"taskArns": arns[1:]}]

    def stop_task(self, *, cluster: str, task: str, reason: str) -> None:
        assert reason
        self.stopped.append(task)
