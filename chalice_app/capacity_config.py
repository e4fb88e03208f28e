"""What may be started when every slot is taken; read from the mapping that `config` is given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.aws_names import CONTAINER_NAME
from shared.limits import (
    SLOTS_PER_TASK_DEFAULT,
    TASKS_MAX_DEFAULT,
    WAIT_SECONDS_DEFAULT,
)
from shared.store import Growth

_NEEDED = {
    "ECS_CLUSTER_ARN": re.compile(
        r"arn:aws[\w-]*:ecs:[\w-]+:\d{12}:cluster/[\w-]{1,255}|[\w-]{1,255}"
    ),
    "ECS_TASK_DEFINITION_ARN": re.compile(
        r"(arn:aws[\w-]*:ecs:[\w-]+:\d{12}:task-definition/)?[\w-]{1,255}(:\d+)?"
    ),
    "TASK_SUBNET_IDS": re.compile(r"subnet-[0-9a-z]+(\s*,\s*subnet-[0-9a-z]+){0,15}"),
    "TASK_SECURITY_GROUP_ID": re.compile(r"sg-[0-9a-z]+"),
}
"""All of these or none; `RunTask` takes at most 16 subnets."""
_WHOLE = {"SLOTS_PER_TASK": (1, 1_000), "TASKS_MAX": (1, 5_000)}
_SECONDS = {"CAPACITY_WAIT_SECONDS": (1, 3_600), "BURST_IDLE_EXIT_SECONDS": (10, 86_400)}
_NAME = re.compile(r"[\w-]{1,255}")
_BURST_IDLE_EXIT_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityConfig:
    """Where and how tasks are started beyond those of the ECS service."""

    cluster_arn: str
    """`ECS_CLUSTER_ARN`"""
    task_definition_arn: str
    """`ECS_TASK_DEFINITION_ARN`: the service's own, or one like it."""
    subnet_ids: tuple[str, ...]
    """`TASK_SUBNET_IDS`, comma-separated: private ones."""
    security_group_id: str
    """`TASK_SECURITY_GROUP_ID`"""
    container_name: str = CONTAINER_NAME
    """`ECS_CONTAINER_NAME`: what the task definition calls our container."""
    slots_per_task: int = SLOTS_PER_TASK_DEFAULT
    """`SLOTS_PER_TASK`: the `MAX_SESSIONS` of that container."""
    tasks_max: int = TASKS_MAX_DEFAULT
    """`TASKS_MAX`: containers that may live at once, the service's among them."""
    wait_seconds: float = WAIT_SECONDS_DEFAULT
    """`CAPACITY_WAIT_SECONDS`: how long a session may stand in line."""
    idle_exit_seconds: float = _BURST_IDLE_EXIT_SECONDS
    """`BURST_IDLE_EXIT_SECONDS`: a task started here ends after so long without a session."""

    @property
    def growth(self) -> Growth:
        """What the store needs of it."""
        return Growth(self.wait_seconds, self.slots_per_task, self.tasks_max)


def parse_capacity(env: Mapping[str, str]) -> tuple[CapacityConfig | None, list[str]]:
    """The capacity, if there is any, and all that is wrong with its variables."""
    given = {name: value for name in _NEEDED if (value := env.get(name, "").strip())}
    if not given:
        return None, []
    problems = [f"{name} is required beside {min(given)}" for name in _NEEDED if name not in given]
    problems += [
        f"{name} does not look right"
        for name, value in given.items()
        if not _NEEDED[name].fullmatch(value)
    ]
    if not env.get("CDP_PUBLIC_URL", "").strip():
        problems.append("CDP_PUBLIC_URL is required beside ECS_CLUSTER_ARN")
    container_name = env.get("ECS_CONTAINER_NAME", "").strip() or CONTAINER_NAME
    if not _NAME.fullmatch(container_name):
        problems.append("ECS_CONTAINER_NAME does not look right")
    numbers, complaints = _numbers(env)
    problems += complaints
    if problems:
        return None, problems
    config = CapacityConfig(
        cluster_arn=given["ECS_CLUSTER_ARN"],
        task_definition_arn=given["ECS_TASK_DEFINITION_ARN"],
        subnet_ids=tuple(part.strip() for part in given["TASK_SUBNET_IDS"].split(",")),
        security_group_id=given["TASK_SECURITY_GROUP_ID"],
        container_name=container_name,
        slots_per_task=numbers.get("SLOTS_PER_TASK", SLOTS_PER_TASK_DEFAULT),
        tasks_max=numbers.get("TASKS_MAX", TASKS_MAX_DEFAULT),
        wait_seconds=numbers.get("CAPACITY_WAIT_SECONDS", WAIT_SECONDS_DEFAULT),
        idle_exit_seconds=numbers.get("BURST_IDLE_EXIT_SECONDS", _BURST_IDLE_EXIT_SECONDS),
    )
    return config, []


def _numbers(env: Mapping[str, str]) -> tuple[dict[str, int], list[str]]:
    numbers, problems = {}, []
    for name, (least, most) in {**_WHOLE, **_SECONDS}.items():
        value = env.get(name, "").strip()
        if not value:
            continue
        if value.isdecimal() and least <= int(value) <= most:
            numbers[name] = int(value)
        else:
            problems.append(f"{name} must be a whole number from {least} to {most}")
    return numbers, problems
