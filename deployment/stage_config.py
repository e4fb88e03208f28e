"""`python -m deployment.stage_config ENVIRONMENT`: a stage of `.chalice/config.json`, from CDK.

Chalice needs subnets, security groups and roles when it deploys, before anything of the program is
imported; so they are written into its configuration, where a change of them shows as a diff. None
of it is secret: secrets are named by ARN.

What somebody has set by hand (`lambda_memory_size`, …) stays, and so do the other stages.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from cdk.settings import ENVIRONMENTS, Settings
from deployment.endpoints import NotDeployed, api_urls
from deployment.outputs import OutputsMissing, add_options, check_outputs, outputs_of
from deployment.steps import ROOT, exit_code_of, to_stderr
from shared.aws_names import PRODUCT, REAPER_FUNCTION, REST_FUNCTION, SOCKET_FUNCTIONS

CONFIG = ROOT / ".chalice" / "config.json"

ROLE_OF_FUNCTION: Mapping[str, str] = {
    REST_FUNCTION: "ApiRoleArn",
    **dict.fromkeys(SOCKET_FUNCTIONS, "SocketRoleArn"),
    REAPER_FUNCTION: "ReaperRoleArn",
}
"""Per Lambda function, by Chalice's name of it, the output with its role."""

OUTPUT_OF_VARIABLE: Mapping[str, str] = {
    "REDIS_ENDPOINT": "RedisEndpoint",
    "REDIS_AUTH_SECRET_ARN": "RedisAuthSecretArn",
    "TOKEN_SECRET_ARN": "TokenSecretArn",
    "API_KEYS_SECRET_ARN": "ApiKeysSecretArn",
    "CDP_PUBLIC_URL": "CdpPublicUrl",
    "ECS_CLUSTER_ARN": "ClusterArn",
    "TASK_SUBNET_IDS": "TaskSubnetIds",
    "TASK_SECURITY_GROUP_ID": "TaskSecurityGroupId",
}
"""Per variable of the functions, the output that it has the value of."""

_SUBNETS, _SECURITY_GROUP = "LambdaSubnetIds", "LambdaSecurityGroupId"
_TASK_DEFINITION = "TaskDefinitionArn"
NEEDED = frozenset(
    {
        *ROLE_OF_FUNCTION.values(),
        *OUTPUT_OF_VARIABLE.values(),
        *(_SUBNETS, _SECURITY_GROUP, _TASK_DEFINITION),
    }
)


def stage_of(settings: Settings, outputs: Mapping[str, str]) -> dict[str, Any]:
    """The settings of an environment's stage that follow from the stack and from CDK's settings.

    Raises:
        OutputsMissing: naming every output that is not there.
    """
    check_outputs(outputs, NEEDED)
    environment = settings.environment
    return {
        "api_gateway_stage": environment,
        "manage_iam_role": False,
        "xray": settings.traces,
        "subnet_ids": outputs[_SUBNETS].split(","),
        "security_group_ids": [outputs[_SECURITY_GROUP]],
        "tags": {"application": PRODUCT, "environment": environment},
        "environment_variables": {
            "WALLCRAWLER_ENVIRONMENT": environment,
            "SLOTS_PER_TASK": str(settings.max_sessions),
            "TASKS_MAX": str(settings.tasks_max),
            # The family, which means its newest revision: CloudFormation retires the one before
            # the functions get to know of the next.
            "ECS_TASK_DEFINITION_ARN": family_of(outputs[_TASK_DEFINITION]),
            **{variable: outputs[name] for variable, name in OUTPUT_OF_VARIABLE.items()},
        },
        "lambda_functions": {
            function: {"iam_role_arn": outputs[name]} for function, name in ROLE_OF_FUNCTION.items()
        },
    }


def family_of(task_definition_arn: str) -> str:
    """The family of a task definition, which ECS takes in place of an ARN."""
    return task_definition_arn.rpartition("/")[2].partition(":")[0]


def write_stage(path: Path, environment: str, outputs: Mapping[str, str]) -> bool:
    """Put the stage into a configuration of Chalice's.

    Once Chalice has made the WebSocket API, its URL is told to the functions, for `webSocketUrl`;
    `deployment.functions` sees to it that they get it.

    Returns:
        Whether the file has changed.

    Raises:
        OutputsMissing: as for `stage_of`; the file is as it was.
    """
    stage = stage_of(ENVIRONMENTS[environment], outputs)
    with suppress(NotDeployed):
        _, web_socket_url = api_urls(environment, path.parent)
        stage["environment_variables"]["WS_PUBLIC_URL"] = web_socket_url
    before = path.read_text()
    config = json.loads(before)
    stages = config.setdefault("stages", {})
    stages[environment] = _merged(stages.get(environment, {}), stage)
    after = json.dumps(config, indent=2) + "\n"
    if after != before:
        path.write_text(after)
    return after != before


def _merged(old: dict[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """`new` over `old`; both objects' members where both have one."""
    merged = dict(old)
    for name, value in new.items():
        there = merged.get(name)
        both = isinstance(there, dict) and isinstance(value, Mapping)
        merged[name] = _merged(there, value) if both and isinstance(there, dict) else value
    return merged


def main(arguments: list[str]) -> int:
    """Write the stage; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deployment.stage_config", description=__doc__)
    add_options(parser)
    parser.add_argument("--config", type=Path, default=CONFIG, help="Chalice's configuration")
    options = parser.parse_args(arguments)
    try:
        changed = write_stage(options.config, options.environment, outputs_of(options))
    except OutputsMissing as error:
        to_stderr(f"{error}.")
        return 1
    state = "written" if changed else "as it was"
    to_stderr(f"stage {options.environment} of {options.config} is {state}")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(main, sys.argv[1:]))
