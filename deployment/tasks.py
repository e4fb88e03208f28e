"""`python -m deployment.tasks stop ENVIRONMENT --region REGION`: ends tasks beside the service's.

Started by `POST /sessions` without a free slot, or for a canary: no stack knows of them, and a
cluster that has tasks cannot be deleted. They drain, as on every SIGTERM.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any

import boto3

from cdk.settings import ENVIRONMENTS
from deployment.checks import Clients
from deployment.outputs import NoStack, outputs_of_stack
from deployment.steps import exit_code_of, to_stderr
from shared.aws_names import BURST_TASKS, CANARY_TASKS


def tasks_started_by(ecs: Any, cluster: str, started_by: str) -> Iterator[str]:
    """The ARNs of running tasks."""
    pages = ecs.get_paginator("list_tasks").paginate(cluster=cluster, startedBy=started_by)
    for page in pages:
        yield from page["taskArns"]


def stop_tasks(ecs: Any, cluster: str, started_by: str, reason: str) -> int:
    """Stop all of a kind; how many there were."""
    arns = list(tasks_started_by(ecs, cluster, started_by))
    for arn in arns:
        ecs.stop_task(cluster=cluster, task=arn, reason=reason)
    return len(arns)


def main(arguments: list[str], clients: Clients = boto3.client) -> int:
    """Stop them; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deployment.tasks", description=__doc__)
    parser.add_argument("action", choices=("stop",))
    parser.add_argument("environment", choices=tuple(ENVIRONMENTS))
    parser.add_argument("--region", required=True)
    options = parser.parse_args(arguments)
    cloudformation = clients("cloudformation", region_name=options.region)
    try:
        cluster = outputs_of_stack(cloudformation, options.environment).get("ClusterArn")
    except NoStack as nothing_left:
        to_stderr(f"{nothing_left}.")
        return 0
    if not cluster:
        to_stderr("the stack has no cluster.")
        return 1
    ecs = clients("ecs", region_name=options.region)
    for kind in (BURST_TASKS, CANARY_TASKS):
        stopped = stop_tasks(ecs, cluster, kind, "wallcrawler destroy")
        to_stderr(f"{stopped} tasks of {kind} are stopping")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(main, sys.argv[1:]))
