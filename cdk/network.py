"""The VPC: public subnets for load balancers and NAT only, private ones for all that computes."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.settings import VPC_NETWORK, Settings

_ZONES = 2


class Network(Construct):
    """Three kinds of subnets in two zones; the flow of all packets is logged.

    There is no interface endpoint of execute-api, and must be none: with its private DNS, calls to
    `@connections` of a public WebSocket API from inside the VPC are answered 403.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, flow_logs: s3.IBucket
    ) -> None:
        super().__init__(scope, construct_id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(VPC_NETWORK),
            max_azs=_ZONES,
            nat_gateways=settings.nat_gateways,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="edge",
                    subnet_type=ec2.SubnetType.PUBLIC,
                    cidr_mask=24,
                    map_public_ip_on_launch=False,
                ),
                ec2.SubnetConfiguration(
                    name="compute",
                    subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS,
                    cidr_mask=20,
                ),
                ec2.SubnetConfiguration(
                    name="data", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24
                ),
            ],
            # Image layers and screenshots go past the NAT gateways, whose bytes are paid for.
            gateway_endpoints={
                "S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3)
            },
        )
        self.vpc.add_flow_log(
            "FlowLog",
            destination=ec2.FlowLogDestination.to_s3(flow_logs, "network"),
            traffic_type=ec2.FlowLogTrafficType.ALL,
        )
        self.compute_subnets = ec2.SubnetSelection(subnet_group_name="compute")
        """Containers, Lambda functions, the internal load balancer: out through NAT only."""
        self.data_subnets = ec2.SubnetSelection(subnet_group_name="data")
        """Redis: no way out, no way in but the VPC's own."""
        self.edge_subnets = ec2.SubnetSelection(subnet_group_name="edge")
        """The public load balancer."""
