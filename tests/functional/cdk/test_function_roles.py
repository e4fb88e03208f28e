"""Least privilege: all that each Lambda function may do, to the letter."""

from __future__ import annotations

import pytest

from tests.fakes.policies import rights_of
from tests.fakes.template import Template

ANSWER_CONNECTIONS = {
    "Allow execute-api:ManageConnections on arn:<AWS::Partition>:execute-api:<AWS::Region>:"
    f"<AWS::AccountId>:*/production/{method}/@connections/*"
    for method in ("POST", "DELETE")
}
ECS = "arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>"
INTERFACE_ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
FROM_CODE = (
    '{"ArnLike": {"lambda:SourceFunctionArn": "arn:<AWS::Partition>:lambda:<AWS::Region>:'
    '<AWS::AccountId>:function:wallcrawler-production*"}}'
)
IN_CLUSTER = '{"ArnEquals": {"ecs:cluster": "<BrowsersCluster.Arn>"}}'
IN_VPC = {f"Allow {action} on *" for action in INTERFACE_ACTIONS} | {
    f"Deny {action} on * if {FROM_CODE}" for action in INTERFACE_ACTIONS
}
START_TASKS = {
    f"Allow ecs:RunTask on {ECS}:task-definition/wallcrawler-production:* if {IN_CLUSTER}",
    (
        f"Allow ecs:TagResource on {ECS}:task/<BrowsersCluster>/* "
        'if {"StringEquals": {"ecs:CreateAction": "RunTask"}}'
    ),
    *(
        f"Allow iam:PassRole on <BrowsersTask{role}.Arn> "
        'if {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}'
        for role in ("TaskRole", "ExecutionRole")
    ),
}


def logs_to(*groups: str) -> set[str]:
    return {
        f"Allow logs:{action} on <Logs{group}.Arn>"
        for group in groups
        for action in ("CreateLogStream", "PutLogEvents")
    }


def reads(*secrets: str) -> set[str]:
    return {f"Allow secretsmanager:GetSecretValue on <Secrets{secret}>" for secret in secrets}


def test_the_api_logs_reads_three_secrets_and_starts_tasks(production: Template) -> None:
    assert rights_of(production, "RolesApi") == {
        *IN_VPC,
        *logs_to("ApiHandler"),
        *reads("Tokens", "ApiKeys", "RedisAuth"),
        *START_TASKS,
    }


def test_sockets_log_read_two_secrets_and_answer_on_their_own_stage(
    production: Template,
) -> None:
    assert rights_of(production, "RolesSocket") == {
        *IN_VPC,
        *logs_to("WebsocketConnect", "WebsocketMessage", "WebsocketDisconnect"),
        *reads("Tokens", "RedisAuth"),
        *ANSWER_CONNECTIONS,
    }


def test_the_reaper_logs_reads_redis_token_and_looks_after_tasks(production: Template) -> None:
    assert rights_of(production, "RolesReaper") == {
        *IN_VPC,
        *logs_to("Reap"),
        *reads("RedisAuth"),
        *START_TASKS,
        f"Allow ecs:DescribeTasks on {ECS}:task/<BrowsersCluster>/* if {IN_CLUSTER}",
        *ANSWER_CONNECTIONS,
    }


def test_the_roles_are_lambdas_to_take(template: Template) -> None:
    roles = template.of_type("AWS::IAM::Role")

    for name in ("RolesApi", "RolesSocket", "RolesReaper"):
        (statement,) = roles[name]["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}


@pytest.mark.parametrize("role", ["RolesApi", "RolesSocket", "RolesReaper"])
def test_functions_may_send_traces_only_where_there_are_to_be_some(
    role: str, variants: dict[str, Template]
) -> None:
    traced, plain = (rights_of(variants[name], role) for name in ("traced", "first"))

    assert traced - plain == {
        f"Allow xray:{action} on *" for action in ("PutTelemetryRecords", "PutTraceSegments")
    }
