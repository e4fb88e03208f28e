"""`python -m deployment.push ENVIRONMENT --region R --tag TAG`: the image, built and pushed."""

from __future__ import annotations

import argparse
import base64
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import boto3
from botocore.exceptions import ClientError

from cdk.settings import ENVIRONMENTS
from deployment.checks import Clients
from deployment.outputs import OutputsMissing, check_outputs, outputs_of_stack
from deployment.steps import ROOT, exit_code_of, to_stderr

_REPOSITORY = "RepositoryUri"


def registry_login(ecr: Any) -> tuple[str, str]:
    """User and password for the account's registry; good for 12 hours."""
    (data,) = ecr.get_authorization_token()["authorizationData"]
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    return user, password


def is_pushed(ecr: Any, repository: str, tag: str) -> bool:
    """Whether the registry has this tag: the same tag is the same image (`options.commit_tag`)."""
    try:
        ecr.describe_images(
            repositoryName=repository.partition("/")[2], imageIds=[{"imageTag": tag}]
        )
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "ImageNotFoundException":
            return False
        raise
    return True


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
    ecr, repository = clients("ecr", region_name=options.region), outputs[_REPOSITORY]
    if is_pushed(ecr, repository, options.tag):
        to_stderr(f"{repository}:{options.tag} is there already")
        return 0
    user, password = registry_login(ecr)
    command = image_command(options.environment, repository, options.tag, user)
    return int(run(command, password))


if __name__ == "__main__":
    sys.exit(exit_code_of(main, sys.argv[1:]))
