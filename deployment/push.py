"""`python -m deployment.push ENVIRONMENT --region R --tag TAG`: the image, built and pushed."""

from __future__ import annotations

import argparse
import base64
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import boto3

from cdk.settings import ENVIRONMENTS
from deployment.checks import Clients
from deployment.outputs import OutputsMissing, check_outputs, outputs_of_stack
from deployment.steps import ROOT, to_stderr

_REPOSITORY = "RepositoryUri"


def registry_login(ecr: Any) -> tuple[str, str]:
    """User and password for the account's registry; good for 12 hours."""
    (data,) = ecr.get_authorization_token()["authorizationData"]
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    return user, password


def image_command(environment: str, repository: str, tag: str, user: str) -> list[str]:
    """Builds the environment's edition and pushes it; the password goes to its stdin."""
    return [
        *("./wallcrawler", "image", "--browser", ENVIRONMENTS[environment].browser),
        *("--tag", f"{repository}:{tag}", "--push", "--login", user),
    ]


def run_with_input(command: Sequence[str], text: str) -> int:
    """Run in the repository; its exit code."""
    return subprocess.run(list(command), cwd=ROOT, input=text, text=True, check=False).returncode


def main(arguments: list[str], clients: Clients = boto3.client, run: Any = run_with_input) -> int:
    """Build and push; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deployment.push", description=__doc__)
    parser.add_argument("environment", choices=tuple(ENVIRONMENTS))
    parser.add_argument("--region", required=True)
    parser.add_argument("--tag", required=True)
    options = parser.parse_args(arguments)
    cloudformation = clients("cloudformation", region_name=options.region)
    outputs = outputs_of_stack(cloudformation, options.environment)
    try:
        check_outputs(outputs, frozenset({_REPOSITORY}))
    except OutputsMissing as error:
        to_stderr(f"{error}.")
        return 1
    user, password = registry_login(clients("ecr", region_name=options.region))
    command = image_command(options.environment, outputs[_REPOSITORY], options.tag, user)
    return int(run(command, password))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
