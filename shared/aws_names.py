"""Names on AWS that the programs and `cdk/` must spell alike: functions, log groups and such.

Those of metrics: `shared.metrics`.
"""

from __future__ import annotations

from typing import Final

PRODUCT: Final = "wallcrawler"
"""Chalice's `app_name`, and the beginning of every name of ours."""

REST_FUNCTION: Final = "api_handler"
"""Chalice's word for the function behind the REST API; the function itself bears no such suffix."""
SOCKET_FUNCTIONS: Final = ("websocket_connect", "websocket_message", "websocket_disconnect")
"""Chalice's words too, whatever the handlers are called (`chalice/deploy/appgraph.py`)."""
REAPER_FUNCTION: Final = "reap"
FUNCTIONS: Final = (REST_FUNCTION, *SOCKET_FUNCTIONS, REAPER_FUNCTION)
"""Each Lambda function, by Chalice's name of it: the key of `lambda_functions` in its config."""

CONTAINER_NAME: Final = "container"
"""What the task definition calls our container; overrides of `RunTask` name it."""

BURST_TASKS: Final = f"{PRODUCT}-burst"
CANARY_TASKS: Final = f"{PRODUCT}-canary"
"""ECS's `startedBy` of tasks beside the service's: those that `POST /sessions` starts, and those of
a version on trial."""

CANARY_ORDER: Final = "WallCrawler Canary"
"""`detail-type` of the event with which an operator calls the reaper to set a canary's share; its
`detail` is `{"version": …, "percent": …}`; without a version the present one's share is set, and
without a percentage none."""


def stack_name(environment: str) -> str:
    """The CloudFormation stack of an environment."""
    return f"{PRODUCT}-{environment}"


def function_name(environment: str, function: str) -> str:
    """What Chalice calls a function of the stage that is named like the environment."""
    base = f"{PRODUCT}-{environment}"
    return base if function == REST_FUNCTION else f"{base}-{function}"


def function_log_group(environment: str, function: str) -> str:
    """Where Lambda writes a function's log."""
    return f"/aws/lambda/{function_name(environment, function)}"


def browser_log_group(environment: str) -> str:
    """Where the containers' log goes."""
    return f"/ecs/{PRODUCT}/browser-{environment}"
