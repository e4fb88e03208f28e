from __future__ import annotations

import pytest

from chalice_app.capacity_config import CapacityConfig, parse_capacity
from chalice_app.config import ApiConfig, ConfigError
from shared.store import Growth

CLUSTER = "arn:aws:ecs:eu-central-1:123456789012:cluster/wallcrawler"
DEFINITION = "arn:aws:ecs:eu-central-1:123456789012:task-definition/wallcrawler:7"
GOOD = {
    "ECS_CLUSTER_ARN": CLUSTER,
    "ECS_TASK_DEFINITION_ARN": DEFINITION,
    "TASK_SUBNET_IDS": "subnet-0a1, subnet-0b2",
    "TASK_SECURITY_GROUP_ID": "sg-0c3",
    "CDP_PUBLIC_URL": "wss://cdp.example",
}


def test_without_its_variables_nothing_is_started() -> None:
    assert parse_capacity({"CDP_PUBLIC_URL": "wss://cdp.example"}) == (None, [])


def test_four_variables_are_enough() -> None:
    config, problems = parse_capacity(GOOD)

    assert problems == []
    assert config == CapacityConfig(
        cluster_arn=CLUSTER,
        task_definition_arn=DEFINITION,
        subnet_ids=("subnet-0a1", "subnet-0b2"),
        security_group_id="sg-0c3",
    )
    assert config.growth == Growth(wait_seconds=120.0, slots_per_task=20, tasks_max=20)


def test_everything_that_can_be_set_is_read() -> None:
    config, _ = parse_capacity(
        {
            **GOOD,
            "ECS_CONTAINER_NAME": "cdp",
            "SLOTS_PER_TASK": "5",
            "TASKS_MAX": "50",
            "CAPACITY_WAIT_SECONDS": "60",
            "BURST_IDLE_EXIT_SECONDS": "600",
        }
    )

    assert config is not None
    assert config.container_name == "cdp"
    assert config.growth == Growth(wait_seconds=60, slots_per_task=5, tasks_max=50)
    assert config.idle_exit_seconds == 600


@pytest.mark.parametrize(
    "missing",
    ["ECS_TASK_DEFINITION_ARN", "TASK_SUBNET_IDS", "TASK_SECURITY_GROUP_ID", "CDP_PUBLIC_URL"],
)
def test_half_a_configuration_is_an_error_that_names_the_rest(missing: str) -> None:
    _, problems = parse_capacity({name: value for name, value in GOOD.items() if name != missing})

    assert problems == [f"{missing} is required beside ECS_CLUSTER_ARN"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ECS_CLUSTER_ARN", "arn:aws:s3:::bucket"),
        ("ECS_TASK_DEFINITION_ARN", "a b"),
        ("TASK_SUBNET_IDS", "subnet-1;subnet-2"),
        ("TASK_SECURITY_GROUP_ID", "subnet-1"),
        ("ECS_CONTAINER_NAME", "no name"),
        ("SLOTS_PER_TASK", "0"),
        ("TASKS_MAX", "many"),
        ("CAPACITY_WAIT_SECONDS", "-1"),
        ("BURST_IDLE_EXIT_SECONDS", "1"),
    ],
)
def test_what_cannot_be_right_is_named(name: str, value: str) -> None:
    config, problems = parse_capacity({**GOOD, name: value})

    assert config is None
    assert [problem.split()[0] for problem in problems] == [name]


def test_its_problems_are_reported_with_all_others() -> None:
    env = {"REDIS_ENDPOINT": "r:6379", **GOOD, "TASKS_MAX": "many"}

    with pytest.raises(ConfigError) as caught:
        ApiConfig.from_env(env)

    assert [problem.split()[0] for problem in caught.value.problems] == ["JWE_SECRET", "TASKS_MAX"]
