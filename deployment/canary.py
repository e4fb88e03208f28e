"""`python -m deployment.canary start|stop|status ENVIRONMENT --region REGION`: a version on trial.

start:  1. A task definition like the service's, but with the new image, and said to be on trial.
        2. As many tasks of it as the share asks for; they are waited for, and must be healthy.
        3. The share is set. Until then, and if anything fails, no session has been near them.
stop:   the share becomes 0 at once; the tasks end by themselves once they are idle, or with `--now`
        right away, after they have drained.

A share is set by calling the reaper's function, which reaches Redis (`shared.canary`).
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3

from cdk.settings import ENVIRONMENTS
from deployment.checks import Clients
from deployment.outputs import OutputsMissing, check_outputs, outputs_of_stack
from deployment.stage_config import family_of
from deployment.steps import exit_code_of, to_stderr
from deployment.tasks import stop_tasks, tasks_started_by
from shared.aws_names import (
    CANARY_ORDER,
    CANARY_TASKS,
    CONTAINER_NAME,
    REAPER_FUNCTION,
    function_name,
)

NEEDED = frozenset(
    {
        *("ClusterArn", "ServiceName", "TaskDefinitionArn", "RepositoryUri"),
        *("TaskSubnetIds", "TaskSecurityGroupId"),
    }
)
IDLE_EXIT_SECONDS = 900
"""A canary's task without a session for so long ends, so that none is forgotten."""
_STARTED_AT_ONCE = 10
"""`RunTask`'s most."""
_POLL_SECONDS = 5.0
_HEALTHY_SECONDS_MAX = 300.0
_OF_A_DEFINITION = (
    *("taskRoleArn", "executionRoleArn", "networkMode", "volumes", "placementConstraints"),
    *("requiresCompatibilities", "cpu", "memory", "runtimePlatform", "ephemeralStorage"),
)
"""What `RegisterTaskDefinition` takes of what `DescribeTaskDefinition` tells."""

Pause = Callable[[float], object]


class CanaryFailed(Exception):
    """The canary does not serve; one sentence for the person who deploys."""


class Cluster:
    """The environment's ECS cluster, as far as a canary goes."""

    def __init__(self, ecs: Any, outputs: Mapping[str, str], pause: Pause = time.sleep) -> None:
        self._ecs = ecs
        self._outputs = outputs
        self._pause = pause

    def register(self, tag: str, architecture: str | None = None) -> str:
        """A task definition for the new image, the service's in all else; its ARN.

        Args:
            tag: of the image.
            architecture: of the image, as `cdk/context.py` spells it; None: the service's.
        """
        arn = self._outputs["TaskDefinitionArn"]
        there = self._ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
        image = f"{self._outputs['RepositoryUri']}:{tag}"
        kept = {name: there[name] for name in _OF_A_DEFINITION if there.get(name)}
        if architecture is not None:
            processor = {"cpuArchitecture": architecture.upper(), "operatingSystemFamily": "LINUX"}
            kept["runtimePlatform"] = processor
        made = self._ecs.register_task_definition(
            family=f"{family_of(arn)}-canary",
            containerDefinitions=[
                _on_trial(container, image, tag) for container in there["containerDefinitions"]
            ],
            **kept,
        )
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def tasks_for(self, percent: int) -> int:
        """How many tasks a share asks for: the same of the service's, and one at least."""
        (service,) = self._ecs.describe_services(
            cluster=self._outputs["ClusterArn"], services=[self._outputs["ServiceName"]]
        )["services"]
        desired = int(service["desiredCount"])
        return max(1, math.ceil(desired * percent / 100))

    def running(self, tag: str) -> list[str]:
        """The canary's tasks that have this image; others' are on their way out."""
        image = f"{self._outputs['RepositoryUri']}:{tag}"
        arns = list(tasks_started_by(self._ecs, self._outputs["ClusterArn"], CANARY_TASKS))
        return [
            task["taskArn"]
            for task in self._describe(arns)
            if any(container.get("image") == image for container in task["containers"])
        ]

    def start(self, definition: str, count: int) -> list[str]:
        """Start tasks; their ARNs.

        Raises:
            CanaryFailed: ECS started fewer, and why.
        """
        started: list[str] = []
        while len(started) < count:
            answer = self._ecs.run_task(
                cluster=self._outputs["ClusterArn"],
                taskDefinition=definition,
                launchType="FARGATE",
                count=min(_STARTED_AT_ONCE, count - len(started)),
                startedBy=CANARY_TASKS,
                enableECSManagedTags=True,
                networkConfiguration={
                    "awsvpcConfiguration": {
                        "subnets": self._outputs["TaskSubnetIds"].split(","),
                        "securityGroups": [self._outputs["TaskSecurityGroupId"]],
                        "assignPublicIp": "DISABLED",
                    }
                },
            )
            started += [task["taskArn"] for task in answer["tasks"]]
            if answer["failures"] or not answer["tasks"]:
                reasons = ", ".join(str(each.get("reason")) for each in answer["failures"])
                raise CanaryFailed(f"ECS started {len(started)} of {count} tasks ({reasons})")
        return started

    def wait_until_healthy(self, arns: Sequence[str]) -> None:
        """Wait for all of these tasks.

        Raises:
            CanaryFailed: one has stopped, and why, or it takes too long.
        """
        for _ in range(int(_HEALTHY_SECONDS_MAX / _POLL_SECONDS)):
            tasks = self._describe(arns)
            for task in tasks:
                if task["lastStatus"] in {"DEPROVISIONING", "STOPPED"}:
                    reason = task.get("stoppedReason", "it does not say why")
                    raise CanaryFailed(f"a task of the canary has stopped: {reason}")
            if len(tasks) == len(arns) and all(
                task.get("healthStatus") == "HEALTHY" for task in tasks
            ):
                return
            self._pause(_POLL_SECONDS)
        raise CanaryFailed(f"the canary is not healthy after {_HEALTHY_SECONDS_MAX:g} s")

    def stop(self) -> int:
        """Stop all tasks of canaries; how many there were."""
        return stop_tasks(self._ecs, self._outputs["ClusterArn"], CANARY_TASKS, "canary stopped")

    def _describe(self, arns: Sequence[str]) -> list[dict[str, Any]]:
        if not arns:
            return []
        answer = self._ecs.describe_tasks(cluster=self._outputs["ClusterArn"], tasks=list(arns))
        return list(answer["tasks"])


def _on_trial(container: dict[str, Any], image: str, tag: str) -> dict[str, Any]:
    if container["name"] != CONTAINER_NAME:
        return container
    said = {
        "WALLCRAWLER_VERSION": tag,
        "WALLCRAWLER_CANARY": tag,
        "IDLE_EXIT_SECONDS": str(IDLE_EXIT_SECONDS),
    }
    kept = [each for each in container.get("environment", []) if each["name"] not in said]
    added = [{"name": name, "value": value} for name, value in said.items()]
    return {**container, "image": image, "environment": [*kept, *added]}


def set_share(functions: Any, environment: str, detail: Mapping[str, object]) -> dict[str, Any]:
    """Give the order to the reaper's function; what holds now.

    Raises:
        CanaryFailed: it did not follow.
    """
    event = {
        "version": "0",
        "id": "order",
        "account": "",
        "time": "",
        "region": "",
        "source": "wallcrawler.deployment",
        "resources": [],
        "detail-type": CANARY_ORDER,
        "detail": dict(detail),
    }
    answer = functions.invoke(
        FunctionName=function_name(environment, REAPER_FUNCTION),
        Payload=json.dumps(event).encode(),
    )
    said = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError") or not isinstance(said, dict):
        raise CanaryFailed(f"the share was not set: {said}")
    return said


def main(arguments: list[str], clients: Clients = boto3.client, pause: Pause = time.sleep) -> int:
    """Start or stop; the exit code."""
    options = _parser().parse_args(arguments)
    region = options.region
    try:
        cloudformation = clients("cloudformation", region_name=region)
        outputs = outputs_of_stack(cloudformation, options.environment)
        check_outputs(outputs, NEEDED)
        cluster = Cluster(clients("ecs", region_name=region), outputs, pause)
        functions = clients("lambda", region_name=region)
        if options.action == "start":
            _start(cluster, options.tag, options.percent, options.architecture)
            order = {"version": options.tag, "percent": options.percent}
        else:
            order = {"percent": 0} if options.action == "stop" else {}
        said = set_share(functions, options.environment, order)
    except (CanaryFailed, OutputsMissing) as error:
        to_stderr(f"{error}.")
        return 1
    to_stderr(
        f"canary {said['version']}: {said['percent']} % of new sessions, {said['tasks']} tasks, "
        f"{said['sessions']} sessions"
        if said["version"]
        else "there is no canary"
    )
    if options.action == "stop" and options.now:
        to_stderr(f"{cluster.stop()} tasks of the canary are stopping")
    return 0


def _start(cluster: Cluster, tag: str, percent: int, architecture: str | None) -> None:
    running = cluster.running(tag)
    missing = cluster.tasks_for(percent) - len(running)
    if missing > 0:
        running += cluster.start(cluster.register(tag, architecture), missing)
    cluster.wait_until_healthy(running)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deployment.canary", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    for action in ("start", "stop", "status"):
        of_action = actions.add_parser(action)
        of_action.add_argument("environment", choices=tuple(ENVIRONMENTS))
        of_action.add_argument("--region", required=True)
        if action == "start":
            of_action.add_argument("--tag", required=True, help="of the pushed image")
            of_action.add_argument("--percent", type=int, required=True, help="1 to 99")
            of_action.add_argument(
                "--architecture",
                choices=("arm64", "x86_64"),
                help="the image's; default: as served",
            )
        elif action == "stop":
            of_action.add_argument("--now", action="store_true", help="stop its tasks too")
    return parser


if __name__ == "__main__":
    sys.exit(exit_code_of(main, sys.argv[1:]))
