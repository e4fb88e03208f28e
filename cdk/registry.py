"""ECR: the images of the browser container."""

from __future__ import annotations

from typing import Final

import aws_cdk
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from cdk.settings import Settings
from shared.aws_names import PRODUCT

IMAGES_KEPT: Final = 20
"""Each is a way back; a deployment adds one."""
_UNTAGGED_DAYS = 7


class Registry(Construct):
    """One repository, scanned on push, that keeps its newest images."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self.repository = ecr.Repository(
            self,
            "Repository",
            repository_name=f"{PRODUCT}-{settings.environment}",
            encryption=ecr.RepositoryEncryption.AES_256,
            image_scan_on_push=True,
            # Images can be built again from the source: nothing is lost with the stack.
            removal_policy=aws_cdk.RemovalPolicy.DESTROY,
            empty_on_delete=True,
            lifecycle_rules=[
                ecr.LifecycleRule(
                    rule_priority=1,
                    description="untagged images",
                    tag_status=ecr.TagStatus.UNTAGGED,
                    max_image_age=aws_cdk.Duration.days(_UNTAGGED_DAYS),
                ),
                ecr.LifecycleRule(
                    rule_priority=2,
                    description="all but the newest",
                    tag_status=ecr.TagStatus.ANY,
                    max_image_count=IMAGES_KEPT,
                ),
            ],
        )
