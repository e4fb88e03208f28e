"""What may be allowed: one function for each kind of permission, with exactly its actions.

Resources are as narrow as the service lets them be; where it takes nothing but `*`, conditions
narrow it, and `acknowledgements.py` gives the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import aws_cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager

from cdk.settings import ModelSettings
from shared.aws_names import REST_FUNCTION, function_name

_INTERFACE_ACTIONS = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]
_INFERENCE_PROFILE_AREAS = ("us.", "us-gov.", "eu.", "apac.", "jp.", "au.", "ca.", "global.")
"""How ids of Bedrock's cross-region inference profiles begin."""

CONNECTION_METHODS: Final = ("POST", "DELETE")
"""What is done to a WebSocket client: it is sent messages, and closed."""


def attach_to_vpc(environment: str) -> list[iam.PolicyStatement]:
    """Lambda's own dealings with network interfaces, denied to the code that runs in it.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    """
    return [
        iam.PolicyStatement(actions=_INTERFACE_ACTIONS, resources=["*"]),
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            actions=_INTERFACE_ACTIONS,
            resources=["*"],
            conditions={
                "ArnLike": {
                    "lambda:SourceFunctionArn": _arn(
                        "lambda", f"function:{function_name(environment, REST_FUNCTION)}*"
                    )
                }
            },
        ),
    ]


def write_logs(*groups: logs.ILogGroup) -> iam.PolicyStatement:
    """Lines into existing groups; `log_group_arn` ends with `:*`, the streams."""
    return iam.PolicyStatement(
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[group.log_group_arn for group in groups],
    )


def write_traces() -> iam.PolicyStatement:
    """X-Ray's segments, which Lambda sends; they take no resource.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
    """
    return iam.PolicyStatement(
        actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"], resources=["*"]
    )


def read_secrets(*secrets: secretsmanager.ISecret) -> iam.PolicyStatement:
    """The values of these secrets."""
    return iam.PolicyStatement(
        actions=["secretsmanager:GetSecretValue"],
        resources=[secret.secret_arn for secret in secrets],
    )


def answer_connections(environment: str) -> iam.PolicyStatement:
    """Messages to WebSocket clients of the stage, and their end.

    Chalice makes the API, so its id is not known.
    """
    return iam.PolicyStatement(
        actions=["execute-api:ManageConnections"],
        resources=[
            _arn("execute-api", f"*/{environment}/{method}/@connections/*")
            for method in CONNECTION_METHODS
        ],
    )


def run_tasks(
    cluster: ecs.ICluster, family: str, roles: Sequence[iam.IRole]
) -> list[iam.PolicyStatement]:
    """Tasks of one family in one cluster, tagged at their start, which then bear these roles."""
    return [
        iam.PolicyStatement(
            actions=["ecs:RunTask"],
            resources=[_arn("ecs", f"task-definition/{family}:*")],
            conditions=_in_cluster(cluster),
        ),
        iam.PolicyStatement(
            actions=["ecs:TagResource"],
            resources=[_arn("ecs", f"task/{cluster.cluster_name}/*")],
            conditions={"StringEquals": {"ecs:CreateAction": "RunTask"}},
        ),
        iam.PolicyStatement(
            actions=["iam:PassRole"],
            resources=[role.role_arn for role in roles],
            conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        ),
    ]


def handle_tasks(cluster: ecs.ICluster, *actions: str) -> iam.PolicyStatement:
    """Actions on the cluster's tasks."""
    return iam.PolicyStatement(
        actions=list(actions),
        resources=[_arn("ecs", f"task/{cluster.cluster_name}/*")],
        conditions=_in_cluster(cluster),
    )


def keep_screenshots(bucket: s3.IBucket, key: kms.IKey) -> list[iam.PolicyStatement]:
    """Put objects, and sign links that get them: a link does what its signer may."""
    return [
        iam.PolicyStatement(
            actions=["s3:GetObject", "s3:PutObject"], resources=[bucket.arn_for_objects("*")]
        ),
        iam.PolicyStatement(
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[key.key_arn],
            conditions={
                "StringEquals": {
                    "kms:ViaService": f"s3.{aws_cdk.Aws.REGION}.{aws_cdk.Aws.URL_SUFFIX}"
                }
            },
        ),
    ]


def ask_bedrock(model: ModelSettings) -> iam.PolicyStatement:
    """`Converse` with one model, or with the models behind one inference profile."""
    return iam.PolicyStatement(actions=["bedrock:InvokeModel"], resources=_bedrock_arns(model))


def _bedrock_arns(model: ModelSettings) -> list[str]:
    region = model.region or aws_cdk.Aws.REGION
    here = f"arn:{aws_cdk.Aws.PARTITION}:bedrock:{region}"
    everywhere = f"arn:{aws_cdk.Aws.PARTITION}:bedrock:*::foundation-model"
    if model.name.startswith("arn:"):
        return [model.name]
    if model.name.startswith(_INFERENCE_PROFILE_AREAS):
        _area, _, name = model.name.partition(".")
        profile = f"{here}:{aws_cdk.Aws.ACCOUNT_ID}:inference-profile/{model.name}"
        return [profile, f"{everywhere}/{name}"]
    return [f"{here}::foundation-model/{model.name}"]


def _in_cluster(cluster: ecs.ICluster) -> dict[str, dict[str, str]]:
    return {"ArnEquals": {"ecs:cluster": cluster.cluster_arn}}


def _arn(service: str, resource: str) -> str:
    """Of this account, region and partition."""
    return (
        f"arn:{aws_cdk.Aws.PARTITION}:{service}:{aws_cdk.Aws.REGION}:"
        f"{aws_cdk.Aws.ACCOUNT_ID}:{resource}"
    )
