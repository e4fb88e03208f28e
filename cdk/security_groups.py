"""Who may open a connection to whom: every rule of the VPC is made here."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from cdk.settings import Settings

CONTAINER_PORT: Final = 9223
"""`CDP_PORT`: the container's front door."""
REDIS_PORT: Final = 6380
"""Not Redis' default, so that a scan for it finds nothing."""
TLS_PORT: Final = 443
PLAIN_PORT: Final = 80


class SecurityGroups(Construct):
    """Four groups, five where there is an internal load balancer; none has a rule it can miss."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        vpc: ec2.IVpc,
        public_port: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self._vpc = vpc
        self.load_balancer = self._group("LoadBalancer", "The public load balancer")
        self.tasks = self._group("Tasks", "Browser containers")
        self.functions = self._group("Functions", "Lambda functions")
        self.redis = self._group("Redis", "Redis")
        self.internal_load_balancer = (
            self._group("InternalLoadBalancer", "The internal load balancer")
            if settings.monitoring_networks
            else None
        )
        for network in settings.client_networks:
            self.load_balancer.add_ingress_rule(
                ec2.Peer.ipv4(network), ec2.Port.tcp(public_port), "CDP clients"
            )
        self._connect(self.load_balancer, self.tasks, CONTAINER_PORT, "load balancer to container")
        self._connect(self.tasks, self.tasks, CONTAINER_PORT, "relay to the session's container")
        self._connect(self.tasks, self.redis, REDIS_PORT, "containers to Redis")
        self._connect(self.functions, self.redis, REDIS_PORT, "functions to Redis")
        for port in settings.page_ports:
            self.tasks.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(port), "web pages and AWS")
        self.functions.add_egress_rule(
            ec2.Peer.any_ipv4(), ec2.Port.tcp(TLS_PORT), "AWS and @connections"
        )
        self._let_monitoring_in(settings.monitoring_networks)

    def _let_monitoring_in(self, networks: tuple[str, ...]) -> None:
        inside = self.internal_load_balancer
        if inside is None:
            return
        for network in networks:
            inside.add_ingress_rule(ec2.Peer.ipv4(network), ec2.Port.tcp(PLAIN_PORT), "monitoring")
        self._connect(inside, self.tasks, CONTAINER_PORT, "internal load balancer to container")

    def _group(self, name: str, what: str) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(
            self,
            name,
            vpc=self._vpc,
            description=f"WallCrawler: {what}",
            allow_all_outbound=False,
        )

    @staticmethod
    def _connect(
        client: ec2.SecurityGroup, server: ec2.SecurityGroup, port: int, what: str
    ) -> None:
        """Both ends of one kind of connection."""
        client.add_egress_rule(server, ec2.Port.tcp(port), what)
        server.add_ingress_rule(client, ec2.Port.tcp(port), what)
