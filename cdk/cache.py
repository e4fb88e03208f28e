"""ElastiCache: the one state store, encrypted on the wire and on disk, behind a token."""

from __future__ import annotations

from typing import Final

import aws_cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from cdk.security_groups import REDIS_PORT
from cdk.settings import Settings

ENGINE_VERSION: Final = "7.1"
_FAMILY = "redis7"


class Cache(Construct):
    """A replication group of one shard: the store's scripts touch keys of several slots."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        vpc: ec2.IVpc,
        subnets: ec2.SubnetSelection,
        security_group: ec2.ISecurityGroup,
        key: kms.IKey,
        auth_token: secretsmanager.ISecret,
    ) -> None:
        super().__init__(scope, construct_id)
        subnet_group = elasticache.CfnSubnetGroup(
            self,
            "Subnets",
            description=f"WallCrawler {settings.environment}: isolated subnets",
            subnet_ids=vpc.select_subnets(
                availability_zones=subnets.availability_zones,
                subnet_group_name=subnets.subnet_group_name,
            ).subnet_ids,
        )
        parameters = elasticache.CfnParameterGroup(
            self,
            "Parameters",
            cache_parameter_group_family=_FAMILY,
            description=f"WallCrawler {settings.environment}",
            # ElastiCache's default evicts keys with a TTL, which ours all have: live sessions
            # would vanish. Refused writes are noticed, and an alarm comes long before.
            properties={"maxmemory-policy": "noeviction"},
        )
        several = settings.redis_nodes > 1
        self.group = elasticache.CfnReplicationGroup(
            self,
            "Redis",
            replication_group_description=f"WallCrawler {settings.environment}",
            engine="redis",
            engine_version=ENGINE_VERSION,
            cache_node_type=settings.redis_node_type,
            num_cache_clusters=settings.redis_nodes,
            automatic_failover_enabled=several,
            multi_az_enabled=several,
            port=REDIS_PORT,
            cache_subnet_group_name=subnet_group.ref,
            cache_parameter_group_name=parameters.ref,
            security_group_ids=[security_group.security_group_id],
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            at_rest_encryption_enabled=True,
            kms_key_id=key.key_arn,
            # "Unsafe" would be a value; this renders as a reference that CloudFormation resolves.
            auth_token=auth_token.secret_value.unsafe_unwrap(),
            auto_minor_version_upgrade=True,
            snapshot_retention_limit=settings.redis_snapshots,
            preferred_maintenance_window="sun:03:00-sun:04:00",
            snapshot_window="01:00-02:00" if settings.redis_snapshots else None,
        )
        self.node_count = settings.redis_nodes
        self.endpoint = aws_cdk.Fn.join(
            "",
            [
                "rediss://",
                self.group.attr_primary_end_point_address,
                ":",
                self.group.attr_primary_end_point_port,
            ],
        )
        """`rediss://host:port`, without the token."""
        self.node_ids = [
            aws_cdk.Fn.join("", [self.group.ref, f"-{number:03d}"])
            for number in range(1, settings.redis_nodes + 1)
        ]
        """`CacheClusterId`s, as metrics name them."""
