"""S3: screenshots, recordings, and the logs of whatever writes logs to S3."""

from __future__ import annotations

from typing import Final

import aws_cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.settings import Settings

BALANCER_LOGS: Final = "load-balancers"
"""Where load balancers' logs go in the bucket of logs."""


class Storage(Construct):
    """Buckets that are encrypted, private, reached over TLS only, and emptied by age."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, key: kms.IKey
    ) -> None:
        super().__init__(scope, construct_id)
        self._key = key
        self._removal = (
            aws_cdk.RemovalPolicy.RETAIN if settings.keep_data else aws_cdk.RemovalPolicy.DESTROY
        )
        self.logs = s3.Bucket(
            self,
            "Logs",
            # S3's own key: neither access logs nor load balancers' logs take one of ours.
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            removal_policy=self._removal,
            lifecycle_rules=[_expiring(settings.access_log_days)],
        )
        self.screenshots = self._bucket("Screenshots", settings.screenshot_days)
        self.recordings = self._bucket("Recordings", settings.recording_days)

    def let_balancers_log(self) -> None:
        """Take the logs of network load balancers, which AWS' log delivery writes.

        Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html
        """
        delivery = iam.ServicePrincipal("delivery.logs.amazonaws.com")
        ours = {"aws:SourceAccount": aws_cdk.Aws.ACCOUNT_ID}
        self.logs.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[delivery],
                actions=["s3:GetBucketAcl"],
                resources=[self.logs.bucket_arn],
                conditions={"StringEquals": ours},
            )
        )
        self.logs.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[delivery],
                actions=["s3:PutObject"],
                resources=[
                    self.logs.arn_for_objects(f"{BALANCER_LOGS}/AWSLogs/{aws_cdk.Aws.ACCOUNT_ID}/*")
                ],
                conditions={"StringEquals": {**ours, "s3:x-amz-acl": "bucket-owner-full-control"}},
            )
        )

    def _bucket(self, name: str, days: int) -> s3.Bucket:
        return s3.Bucket(
            self,
            name,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self._key,
            # One call of KMS for many objects.
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            removal_policy=self._removal,
            server_access_logs_bucket=self.logs,
            server_access_logs_prefix=f"{name.lower()}/",
            lifecycle_rules=[_expiring(days)],
        )


def _expiring(days: int) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        expiration=aws_cdk.Duration.days(days),
        abort_incomplete_multipart_upload_after=aws_cdk.Duration.days(1),
    )
