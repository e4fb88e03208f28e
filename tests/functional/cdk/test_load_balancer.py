from __future__ import annotations

import pytest

from cdp_proxy.config import ProxyConfig
from tests.fakes.template import Properties, Template

BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"


def attributes(resource: Properties, key: str) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in resource[key]}


def test_clients_reach_production_over_tls_only(production: Template) -> None:
    listeners = production.of_type(LISTENER)
    public = listeners.pop("FrontBalancerTls")

    assert (public["Port"], public["Protocol"]) == (443, "TLS")
    assert public["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    assert public["Certificates"][0]["CertificateArn"].startswith("arn:aws:acm:")
    assert production.outputs["CdpPublicUrl"] == "wss://browsers.example.com"
    assert set(listeners) == {"InsideBalancerHttp"}


def test_the_only_plain_listener_of_production_is_not_on_the_internet(
    production: Template,
) -> None:
    balancers = production.of_type(BALANCER)
    plain = production.of_type(LISTENER)["InsideBalancerHttp"]

    assert plain["LoadBalancerArn"] == "<InsideBalancer>"
    assert balancers["InsideBalancer"]["Scheme"] == "internal"
    assert balancers["FrontBalancer"]["Scheme"] == "internet-facing"


def test_development_without_a_certificate_is_plain(development: Template) -> None:
    listener = development.only(LISTENER)

    assert (listener["Port"], listener["Protocol"]) == (80, "TCP")
    assert development.outputs["CdpPublicUrl"] == "ws://<FrontBalancer.DNSName>"


def test_the_public_name_leads_to_the_load_balancer(production: Template) -> None:
    record = production.only("AWS::Route53::RecordSet")

    assert (record["Name"], record["Type"]) == ("browsers.example.com.", "A")
    assert record["HostedZoneId"] == "Z0123456789ABCDEFGHIJ"
    assert record["AliasTarget"]["DNSName"] == "dualstack.<FrontBalancer.DNSName>"


def test_cdp_and_internal_http_have_target_groups_of_their_own(
    development: Template, production: Template
) -> None:
    assert set(development.of_type(TARGETS)) == {"FrontCdp"}
    assert set(production.of_type(TARGETS)) == {"FrontCdp", "InsideHttp"}


def test_containers_are_asked_for_their_health_over_http(template: Template) -> None:
    for group in template.of_type(TARGETS).values():
        assert (group["HealthCheckProtocol"], group["HealthCheckPath"]) == ("HTTP", "/health")
        assert (group["Protocol"], group["Port"], group["TargetType"]) == ("TCP", 9223, "ip")


def test_no_health_check_and_no_deregistration_ends_a_session(template: Template) -> None:
    for group in template.of_type(TARGETS).values():
        given = attributes(group, "TargetGroupAttributes")
        assert given["target_health_state.unhealthy.connection_termination.enabled"] == "false"
        assert given["deregistration_delay.connection_termination.enabled"] == "false"
        assert given["deregistration_delay.timeout_seconds"] == "10"


def test_containers_see_clients_own_addresses_so_that_strangers_get_no_metrics(
    template: Template,
) -> None:
    for group in template.of_type(TARGETS).values():
        assert attributes(group, "TargetGroupAttributes")["preserve_client_ip.enabled"] == "true"


def test_idle_clients_are_pinged_long_before_a_load_balancer_forgets_them(
    development: Template,
) -> None:
    listener = attributes(development.only(LISTENER), "ListenerAttributes")
    config = ProxyConfig.from_env({"REDIS_ENDPOINT": "redis:6379", "JWE_SECRET": "s" * 32})

    idle_seconds = float(listener["tcp.idle_timeout.seconds"])

    assert idle_seconds == 350  # what TLS listeners have, which take no other
    assert config.ping_interval_seconds * 2 < idle_seconds


@pytest.mark.parametrize("name", ["FrontBalancer", "InsideBalancer"])
def test_load_balancers_log_and_balance_across_zones(production: Template, name: str) -> None:
    given = attributes(production.of_type(BALANCER)[name], "LoadBalancerAttributes")

    assert given["access_logs.s3.enabled"] == "true"
    assert given["access_logs.s3.bucket"] == "<StorageLogs>"
    assert given["load_balancing.cross_zone.enabled"] == "true"


def test_the_internal_load_balancer_is_in_the_private_subnets(production: Template) -> None:
    balancers = production.of_type(BALANCER)

    assert all("compute" in subnet for subnet in balancers["InsideBalancer"]["Subnets"])
    assert all("edge" in subnet for subnet in balancers["FrontBalancer"]["Subnets"])
