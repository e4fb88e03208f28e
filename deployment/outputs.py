"""The outputs of a CDK stack, from a file of the CDK CLI or from CloudFormation."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from cdk.settings import ENVIRONMENTS
from shared.aws_names import stack_name


class OutputsMissing(Exception):
    """The stack has not told what is needed; one sentence for the person who deploys."""


class NoStack(OutputsMissing):
    """There is no stack at all."""


class CloudFormation(Protocol):
    """What is used of boto3's client."""

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        """CloudFormation's `DescribeStacks`."""
        ...


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let a command be told which outputs it is about; `outputs_of` reads them."""
    parser.add_argument("environment", choices=tuple(ENVIRONMENTS))
    parser.add_argument("--outputs", type=Path, help="file of `cdk deploy --outputs-file`")
    parser.add_argument("--region", help="ask CloudFormation in this region, without a file")


def outputs_of(options: argparse.Namespace) -> dict[str, str]:
    """The outputs that a command line with `add_options` names.

    Raises:
        OutputsMissing: as for `outputs_of_file`.
    """
    if options.outputs is not None:
        return outputs_of_file(options.outputs, options.environment)
    # Late: with a file, no AWS SDK is needed.
    import boto3  # noqa: PLC0415

    client = boto3.client("cloudformation", region_name=options.region)
    return outputs_of_stack(client, options.environment)


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
    """The outputs that CloudFormation has of the environment's stack.

    Raises:
        NoStack: there is none in this account and region.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - late, as above

    name = stack_name(environment)
    try:
        (stack,) = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "ValidationError":
            raise NoStack(f"there is no stack {name} in this account and region") from None
        raise
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def check_outputs(outputs: Mapping[str, str], needed: frozenset[str]) -> None:
    """See that all that is needed is there.

    Raises:
        OutputsMissing: naming all that is not.
    """
    if missing := sorted(needed - {name for name, value in outputs.items() if value}):
        raise OutputsMissing(f"the stack has no output {', '.join(missing)}")
