"""The outputs of a CDK stack, from a file of the CDK CLI or from CloudFormation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from shared.aws_names import stack_name


class OutputsMissing(Exception):
    """The stack has not told what is needed; one sentence for the person who deploys."""


class CloudFormation(Protocol):
    """What is used of boto3's client."""

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        """CloudFormation's `DescribeStacks`."""
        ...


def outputs_of_file(path: Path, environment: str) -> dict[str, str]:
    """The outputs in a file that `cdk deploy --outputs-file` wrote.

    Raises:
        OutputsMissing: the file is not there, or not about this environment.
    """
    name = stack_name(environment)
    try:
        document = json.loads(path.read_text())
        return {key: str(value) for key, value in document[name].items()}
    except FileNotFoundError:
        raise OutputsMissing(
            f"there is no file {path}; cdk deploy --outputs-file makes it"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise OutputsMissing(f"{path} has no outputs of the stack {name}") from None


def outputs_of_stack(client: CloudFormation, environment: str) -> dict[str, str]:
    """The outputs that CloudFormation has of the environment's stack."""
    answer = client.describe_stacks(StackName=stack_name(environment))
    (stack,) = answer["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def check_outputs(outputs: Mapping[str, str], needed: frozenset[str]) -> None:
    """See that all that is needed is there.

    Raises:
        OutputsMissing: naming all that is not.
    """
    if missing := sorted(needed - {name for name, value in outputs.items() if value}):
        raise OutputsMissing(f"the stack has no output {', '.join(missing)}")
