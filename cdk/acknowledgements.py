"""Findings of cdk-nag that stand, each with the reason; any other fails the synthesis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import aws_cdk
from aws_cdk import aws_iam as iam
from constructs import IConstruct

from cdk.statements import CONNECTION_METHODS

if TYPE_CHECKING:
    from cdk.stack import WallCrawlerStack

_PACK = "AwsSolutions::AwsSolutions"
_ARN = "arn:<AWS::Partition>:{service}:<AWS::Region>:<AWS::AccountId>:{resource}"


def acknowledge_findings(stack: WallCrawlerStack) -> None:
    """Let what the stack does on purpose stand."""
    _acknowledge_network(stack)
    for secret in (
        *(stack.secrets.tokens, stack.secrets.api_keys),
        *(stack.secrets.redis_auth, stack.secrets.model_keys),
    ):
        _acknowledge(
            secret,
            {
                "SMG4": "rotated by hand or by a schedule of the operator's, with two keys valid "
                "at once (docs/operations.md); a rotation by Lambda knows nothing of sessions "
                "that outlive it"
            },
        )
    _acknowledge(
        stack.browsers.task,
        {"ECS2": "names and numbers only; secrets come from Secrets Manager"},
    )
    _acknowledge_roles(stack)


def _acknowledge_network(stack: WallCrawlerStack) -> None:
    _acknowledge(
        stack.groups.load_balancer,
        {"EC23": "clients may be anywhere; client_networks in cdk/settings.py narrows it"},
    )
    if stack.cache.node_count == 1:
        _acknowledge(
            stack.cache,
            {"AEC4": "one node by setting: containers write sessions into an empty one again"},
        )


def _acknowledge_roles(stack: WallCrawlerStack) -> None:
    functions = (stack.roles.api, stack.roles.socket, stack.roles.reaper)
    task_role = stack.browsers.task.task_role
    execution_role = stack.browsers.task.obtain_execution_role()
    cluster_tasks = _arn("ecs", f"task/<{_logical_id(stack.browsers.cluster)}>/*")
    revisions = _arn("ecs", f"task-definition/{stack.browsers.family}:*")
    connections = [
        _arn("execute-api", f"*/{stack.environment_name}/{method}/@connections/*")
        for method in CONNECTION_METHODS
    ]
    screenshots = f"<{_logical_id(stack.storage.screenshots)}.Arn>/*"
    why_all = (
        "what Lambda itself does in a VPC takes no resource, and is denied to the code; "
        "nor do X-Ray's traces"
    )
    why_revisions = "every revision of the one family: a deployment makes another"
    why_tasks = "any task of the one cluster, which is named"
    why_connections = "Chalice makes the API, so its id is not known here; the stage is"
    wildcards: list[tuple[iam.IRole, str, str]] = [
        *((role, "*", why_all) for role in functions),
        *(
            (role, resource, reason)
            for role in (stack.roles.api, stack.roles.reaper)
            for resource, reason in ((revisions, why_revisions), (cluster_tasks, why_tasks))
        ),
        *(
            (role, resource, why_connections)
            for role in (stack.roles.socket, stack.roles.reaper, task_role)
            for resource in connections
        ),
        (execution_role, "*", "GetAuthorizationToken takes no resource"),
        (task_role, cluster_tasks, why_tasks),
        (task_role, screenshots, "the objects of the one bucket"),
    ]
    for role, resource, reason in wildcards:
        _acknowledge(role, {f"IAM5[Resource::{resource}]": reason})


def _acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Let findings of this construct and of those below it stand; `Rule` or `Rule[Finding]`."""
    aws_cdk.Validations.of(construct).acknowledge(
        *(
            aws_cdk.Acknowledgment(id=f"{_PACK}-{rule}", reason=reason)
            for rule, reason in reasons.items()
        )
    )


def _arn(service: str, resource: str) -> str:
    return _ARN.format(service=service, resource=resource)


def _logical_id(construct: IConstruct) -> str:
    """How the finding calls it: a reference by its id in the template."""
    child = construct.node.default_child
    if not isinstance(child, aws_cdk.CfnElement):
        raise TypeError(f"{construct.node.path} is no resource")
    return aws_cdk.Stack.of(construct).get_logical_id(child)
