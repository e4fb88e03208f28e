"""The one key of ours: buckets, Redis' disk and the alarms' topic are encrypted with it."""

from __future__ import annotations

import aws_cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from cdk.settings import Settings


class Encryption(Construct):
    """A KMS key that rotates by itself once a year, and outlives what must stay readable."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self.key = kms.Key(
            self,
            "Key",
            description=f"WallCrawler {settings.environment}: buckets, Redis, alarms",
            enable_key_rotation=True,
            removal_policy=aws_cdk.RemovalPolicy.RETAIN
            if settings.keep_data
            else aws_cdk.RemovalPolicy.DESTROY,
        )

    def let_alarms_publish(self) -> None:
        """CloudWatch encrypts what it sends to a topic that is encrypted with the key."""
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                conditions={"StringEquals": {"aws:SourceAccount": aws_cdk.Aws.ACCOUNT_ID}},
            )
        )
