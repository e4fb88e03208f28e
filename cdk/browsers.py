"""ECS: the cluster, the browser container's task, and the service that keeps it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aws_cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.context import Deployment
from cdk.secrets import Secrets
from cdk.security_groups import CONTAINER_PORT
from cdk.settings import DRAIN_SECONDS, STOP_TIMEOUT_SECONDS, ModelSettings, Settings
from shared.actions import ModelProvider
from shared.aws_names import CONTAINER_NAME, PRODUCT

WRITABLE: Final = "/tmp"  # noqa: S108 - a volume of the task's own
"""The image's one `VOLUME`: profiles, downloads, Chromium's shared memory."""
_OPEN_FILES = 65_536
_ARCHITECTURES: Mapping[str, ecs.CpuArchitecture] = {
    "arm64": ecs.CpuArchitecture.ARM64,
    "x86_64": ecs.CpuArchitecture.X86_64,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What containers are told of the other constructs."""

    redis_endpoint: str
    public_url: str
    screenshots: s3.IBucket
    key: kms.IKey
    secrets: Secrets


class Browsers(Construct):
    """A Fargate service whose tasks write nowhere but to their own disk, and may do nothing yet."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
        vpc: ec2.IVpc,
        subnets: ec2.SubnetSelection,
        security_group: ec2.ISecurityGroup,
        repository: ecr.IRepository,
        log_group: logs.ILogGroup,
        surroundings: Surroundings,
    ) -> None:
        super().__init__(scope, construct_id)
        settings = deployment.settings
        self.cluster = ecs.Cluster(
            self, "Cluster", vpc=vpc, container_insights_v2=ecs.ContainerInsights.ENABLED
        )
        self.family = f"{PRODUCT}-{settings.environment}"
        self.task = ecs.FargateTaskDefinition(
            self,
            "Task",
            family=self.family,
            cpu=settings.cpu_units,
            memory_limit_mib=settings.memory_mib,
            ephemeral_storage_gib=settings.storage_gib,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=_ARCHITECTURES[deployment.architecture],
                operating_system_family=ecs.OperatingSystemFamily.LINUX,
            ),
            volumes=[ecs.Volume(name="scratch")],
        )
        self._add_container(deployment, repository, log_group, surroundings)
        self.service = ecs.FargateService(
            self,
            "Service",
            cluster=self.cluster,
            task_definition=self.task,
            desired_count=deployment.desired_count,
            vpc_subnets=subnets,
            assign_public_ip=False,
            security_groups=[security_group],
            platform_version=ecs.FargatePlatformVersion.VERSION1_4,
            min_healthy_percent=100,
            max_healthy_percent=200,
            circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
            health_check_grace_period=aws_cdk.Duration.seconds(60),
            # It would stop tasks to even out zones; sessions cannot move.
            availability_zone_rebalancing=ecs.AvailabilityZoneRebalancing.DISABLED,
            enable_execute_command=False,
            enable_ecs_managed_tags=True,
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
        )
        # Else the first tasks may start before they may read their secrets, and fail.
        self.service.node.add_dependency(self.task.obtain_execution_role())

    def _add_container(
        self,
        deployment: Deployment,
        repository: ecr.IRepository,
        log_group: logs.ILogGroup,
        surroundings: Surroundings,
    ) -> None:
        rights = ecs.LinuxParameters(self, "Linux")
        rights.drop_capabilities(ecs.Capability.ALL)
        container = self.task.add_container(
            CONTAINER_NAME,
            container_name=CONTAINER_NAME,
            image=ecs.ContainerImage.from_ecr_repository(repository, deployment.image_tag),
            essential=True,
            readonly_root_filesystem=True,
            linux_parameters=rights,
            environment=_environment(deployment, surroundings),
            secrets=_secrets(deployment.settings, surroundings.secrets),
            port_mappings=[ecs.PortMapping(container_port=CONTAINER_PORT)],
            stop_timeout=aws_cdk.Duration.seconds(STOP_TIMEOUT_SECONDS),
            logging=ecs.LogDrivers.aws_logs(stream_prefix="browser", log_group=log_group),
            health_check=ecs.HealthCheck(
                command=["CMD", "/usr/bin/python3", "-m", "cdp_proxy.healthcheck"],
                interval=aws_cdk.Duration.seconds(15),
                timeout=aws_cdk.Duration.seconds(5),
                retries=3,
                start_period=aws_cdk.Duration.seconds(30),
            ),
            ulimits=[
                ecs.Ulimit(
                    name=ecs.UlimitName.NOFILE, soft_limit=_OPEN_FILES, hard_limit=_OPEN_FILES
                )
            ],
        )
        container.add_mount_points(
            ecs.MountPoint(container_path=WRITABLE, source_volume="scratch", read_only=False)
        )


def _environment(deployment: Deployment, surroundings: Surroundings) -> dict[str, str]:
    """What `cdp_proxy.config` reads; no value is a secret."""
    settings = deployment.settings
    return {
        "WALLCRAWLER_ENVIRONMENT": settings.environment,
        "WALLCRAWLER_VERSION": deployment.image_tag,
        # boto3 reads the second, everybody else the first.
        "AWS_REGION": aws_cdk.Aws.REGION,
        "AWS_DEFAULT_REGION": aws_cdk.Aws.REGION,
        "REDIS_ENDPOINT": surroundings.redis_endpoint,
        "CDP_HOST": "0.0.0.0",  # noqa: S104 - the security group says who may reach it
        "CDP_PORT": str(CONTAINER_PORT),
        "CDP_PUBLIC_URL": surroundings.public_url,
        "MAX_SESSIONS": str(settings.max_sessions),
        "WARM_BROWSERS": str(settings.warm_browsers),
        "BROWSER": settings.browser,
        "SCRATCH_DIR": f"{WRITABLE}/{PRODUCT}",
        "SCREENSHOT_BUCKET": surroundings.screenshots.bucket_name,
        "SCREENSHOT_KMS_KEY": surroundings.key.key_arn,
        "DRAIN_SECONDS": str(DRAIN_SECONDS),
        **(_model_environment(settings.model) if settings.model is not None else {}),
    }


def _model_environment(model: ModelSettings) -> dict[str, str]:
    optional = {"MODEL_BASE_URL": model.base_url, "MODEL_REGION": model.region}
    return {
        "MODEL_PROVIDER": model.provider.value,
        "MODEL_NAME": model.name,
        "MODEL_USE": model.use.value,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _secrets(settings: Settings, secrets: Secrets) -> dict[str, ecs.Secret]:
    """What ECS reads from Secrets Manager into the container's environment at its start."""
    model = settings.model
    wanted = {
        "JWE_SECRET": ecs.Secret.from_secrets_manager(secrets.tokens),
        "REDIS_AUTH_TOKEN": ecs.Secret.from_secrets_manager(secrets.redis_auth),
    }
    if model is not None and model.has_key and model.provider is not ModelProvider.BEDROCK:
        wanted["MODEL_API_KEY"] = ecs.Secret.from_secrets_manager(
            secrets.model_keys, model.provider.value
        )
    return wanted
