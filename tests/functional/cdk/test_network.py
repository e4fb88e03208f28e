from __future__ import annotations

import re

from tests.fakes.template import Template


def routes_out(template: Template) -> dict[str, str]:
    """Per kind of subnet, where its default route leads."""
    return {
        re.sub(r"NetworkVpc|\d.*", "", name): "internet" if "GatewayId" in route else "nat"
        for name, route in template.of_type("AWS::EC2::Route").items()
        if route["DestinationCidrBlock"] == "0.0.0.0/0"
    }


def test_only_the_edge_has_a_way_in_and_redis_has_no_way_out(template: Template) -> None:
    assert routes_out(template) == {"edgeSubnet": "internet", "computeSubnet": "nat"}


def test_no_subnet_gives_public_addresses(template: Template) -> None:
    subnets = template.of_type("AWS::EC2::Subnet").values()

    assert len(subnets) == 6
    assert {subnet["MapPublicIpOnLaunch"] for subnet in subnets} == {False}


def test_every_zone_of_production_has_its_own_nat_gateway(
    development: Template, production: Template
) -> None:
    assert len(development.of_type("AWS::EC2::NatGateway")) == 1
    assert len(production.of_type("AWS::EC2::NatGateway")) == 2


def test_all_flows_are_logged(template: Template) -> None:
    log = template.only("AWS::EC2::FlowLog")

    assert (log["TrafficType"], log["LogDestinationType"]) == ("ALL", "s3")
    assert log["LogDestination"] == "<StorageLogs.Arn>/network"


def test_s3_is_reached_past_nat_and_nothing_catches_calls_to_connections(
    template: Template,
) -> None:
    (endpoint,) = template.of_type("AWS::EC2::VPCEndpoint").values()

    assert endpoint["VpcEndpointType"] == "Gateway"
    assert endpoint["ServiceName"] == "com.amazonaws.<AWS::Region>.s3"
