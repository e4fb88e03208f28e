"""The load balancers: one that clients connect to, and one for what only the VPC may see.

Both end at the containers' one port. Connections live as long as sessions do, hence:

- a target that fails its health checks gets no new connections, but keeps those it has (by default
  a network load balancer resets them);
- the same while a target is deregistered, and that takes 10 seconds only, because ECS sends SIGTERM
  after it: draining is the container's own business (`DRAIN_SECONDS`);
- containers see clients' own addresses: behind the load balancer's private ones everybody would
  count as a neighbour, to whom `/metrics` is answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import aws_cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as route53_targets
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.context import Deployment
from cdk.security_groups import CONTAINER_PORT, PLAIN_PORT, TLS_PORT
from cdk.storage import BALANCER_LOGS
from shared.aws_names import CONTAINER_NAME

DEREGISTRATION_SECONDS: Final = 10
IDLE_SECONDS: Final = 350
"""What TLS listeners have, unchangeably; far above the containers' ping interval (30 s)."""

_KEEP_CONNECTIONS = {
    "preserve_client_ip.enabled": "true",
    "deregistration_delay.connection_termination.enabled": "false",
    "target_health_state.unhealthy.connection_termination.enabled": "false",
}


def public_port(deployment: Deployment) -> int:
    """Where clients connect to."""
    return PLAIN_PORT if deployment.certificate_arn is None else TLS_PORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a load balancer stands, and where its log goes."""

    vpc: ec2.IVpc
    subnets: ec2.SubnetSelection
    security_group: ec2.ISecurityGroup
    logs: s3.Bucket


class LoadBalancer(Construct):
    """One with a target group, and without a listener yet; what it does is logged."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        place: Place,
        internet_facing: bool,
        target_group: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self.balancer = elbv2.NetworkLoadBalancer(
            self,
            "Balancer",
            vpc=place.vpc,
            vpc_subnets=place.subnets,
            internet_facing=internet_facing,
            cross_zone_enabled=True,
            security_groups=[place.security_group],
        )
        _log_to(place.logs, self.balancer)
        self.targets = _target_group(self, target_group, vpc=place.vpc)

    def add_targets(self, service: ecs.FargateService) -> None:
        """Send connections to the service's tasks."""
        self.targets.add_target(
            service.load_balancer_target(
                container_name=CONTAINER_NAME, container_port=CONTAINER_PORT
            )
        )


class PublicLoadBalancer(LoadBalancer):
    """`/cdp`, `/internal/ws`, `/live`: TLS ends here; without a certificate there is none."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
        place: Place,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            place=place,
            internet_facing=True,
            target_group="Cdp",
        )
        self._listen(deployment)
        self.public_url = self._public_url(deployment)
        """`wss://` or `ws://` base that clients reach."""
        if deployment.hosted_zone_id is not None and deployment.public_host is not None:
            self._name(deployment.public_host, deployment.hosted_zone_id)

    def _listen(self, deployment: Deployment) -> None:
        if deployment.certificate_arn is None:
            self.balancer.add_listener(
                "Plain",
                port=PLAIN_PORT,
                protocol=elbv2.Protocol.TCP,
                tcp_idle_timeout=aws_cdk.Duration.seconds(IDLE_SECONDS),
                default_target_groups=[self.targets],
            )
            aws_cdk.Annotations.of(self).add_warning_v2(
                "wallcrawler:plain-cdp",
                "There is no TLS: tokens and pages cross the internet in plain text. For "
                "development only; give certificateArn and publicHost.",
            )
            return
        certificate = acm.Certificate.from_certificate_arn(
            self, "Certificate", deployment.certificate_arn
        )
        self.balancer.add_listener(
            "Tls",
            port=TLS_PORT,
            protocol=elbv2.Protocol.TLS,
            certificates=[certificate],
            ssl_policy=elbv2.SslPolicy.TLS13_RES,
            default_target_groups=[self.targets],
        )

    def _public_url(self, deployment: Deployment) -> str:
        if deployment.public_host is not None:
            return f"wss://{deployment.public_host}"
        return f"ws://{self.balancer.load_balancer_dns_name}"

    def _name(self, host: str, hosted_zone_id: str) -> None:
        """Make the DNS record of the public name."""
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=hosted_zone_id, zone_name=host
        )
        route53.ARecord(
            self,
            "Name",
            zone=zone,
            target=route53.RecordTarget.from_alias(
                route53_targets.LoadBalancerTarget(self.balancer)
            ),
        )


class InternalLoadBalancer(LoadBalancer):
    """`/health` and `/metrics` in plain HTTP, for monitoring inside the VPC."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        place: Place,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            place=place,
            internet_facing=False,
            target_group="Http",
        )
        self.balancer.add_listener(
            "Http",
            port=PLAIN_PORT,
            protocol=elbv2.Protocol.TCP,
            default_target_groups=[self.targets],
        )
        self.url = f"http://{self.balancer.load_balancer_dns_name}"


def _log_to(logs: s3.Bucket, balancer: elbv2.NetworkLoadBalancer) -> None:
    """CDK's own method wants to know the region; the stack is for any."""
    for attribute, value in (
        ("access_logs.s3.enabled", "true"),
        ("access_logs.s3.bucket", logs.bucket_name),
        ("access_logs.s3.prefix", BALANCER_LOGS),
    ):
        balancer.set_attribute(attribute, value)
    if logs.policy is not None:
        # The service tries to write there before it accepts the attributes.
        balancer.node.add_dependency(logs.policy)


def _target_group(scope: Construct, name: str, *, vpc: ec2.IVpc) -> elbv2.NetworkTargetGroup:
    group = elbv2.NetworkTargetGroup(
        scope,
        name,
        vpc=vpc,
        port=CONTAINER_PORT,
        protocol=elbv2.Protocol.TCP,
        target_type=elbv2.TargetType.IP,
        deregistration_delay=aws_cdk.Duration.seconds(DEREGISTRATION_SECONDS),
        health_check=elbv2.HealthCheck(
            protocol=elbv2.Protocol.HTTP,
            path="/health",
            interval=aws_cdk.Duration.seconds(10),
            timeout=aws_cdk.Duration.seconds(5),
            healthy_threshold_count=2,
            unhealthy_threshold_count=3,
        ),
    )
    for attribute, value in _KEEP_CONNECTIONS.items():
        group.set_attribute(attribute, value)
    return group
