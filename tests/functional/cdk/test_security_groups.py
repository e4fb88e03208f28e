"""Every rule there is: one more, or one wider, fails here."""

from __future__ import annotations

from tests.fakes.template import Properties, Template

ANYWHERE = "0.0.0.0/0"
RELAY = ("Tasks", "Tasks", 9223)
TO_REDIS = {("Tasks", "Redis", 6380), ("Functions", "Redis", 6380)}
OUT = {("Tasks", ANYWHERE, 80), ("Tasks", ANYWHERE, 443), ("Functions", ANYWHERE, 443)}


def group_of(reference: str) -> str:
    return reference.removeprefix("<SecurityGroups").removesuffix(".GroupId>")


def one_port(rule: Properties) -> int:
    assert rule["IpProtocol"] == "tcp"
    assert rule["FromPort"] == rule["ToPort"]
    return int(rule["FromPort"])


def rules(template: Template, direction: str, peer: str) -> set[tuple[str, str, int]]:
    """(group, network or group, port) of all rules of a direction."""
    found = {
        (group_of(rule["GroupId"]), group_of(rule[f"{peer}SecurityGroupId"]), one_port(rule))
        for rule in template.of_type(f"AWS::EC2::SecurityGroup{direction}").values()
    }
    for name, group in template.of_type("AWS::EC2::SecurityGroup").items():
        for rule in group.get(f"SecurityGroup{direction}", []):
            if rule["CidrIp"] != "255.255.255.255/32":  # CDK's way to say: nothing at all
                found.add((name.removeprefix("SecurityGroups"), rule["CidrIp"], one_port(rule)))
    return found


def ingress(template: Template) -> set[tuple[str, str, int]]:
    """(from, to, port)."""
    return {(peer, group, port) for group, peer, port in rules(template, "Ingress", "Source")}


def egress(template: Template) -> set[tuple[str, str, int]]:
    """(from, to, port)."""
    return rules(template, "Egress", "Destination")


def test_who_may_open_connections_to_whom_in_production(production: Template) -> None:
    balancers = {("LoadBalancer", "Tasks", 9223), ("InternalLoadBalancer", "Tasks", 9223)}
    clients = {(ANYWHERE, "LoadBalancer", 443), ("10.42.0.0/16", "InternalLoadBalancer", 80)}

    assert ingress(production) == {RELAY, *balancers, *TO_REDIS, *clients}
    assert egress(production) == {RELAY, *balancers, *TO_REDIS, *OUT}


def test_who_may_open_connections_to_whom_in_development(development: Template) -> None:
    balancer = ("LoadBalancer", "Tasks", 9223)

    assert ingress(development) == {RELAY, balancer, *TO_REDIS, (ANYWHERE, "LoadBalancer", 80)}
    assert egress(development) == {RELAY, balancer, *TO_REDIS, *OUT}


def test_no_group_has_the_default_rule_that_lets_all_out(template: Template) -> None:
    for group in template.of_type("AWS::EC2::SecurityGroup").values():
        assert all(rule["IpProtocol"] != "-1" for rule in group.get("SecurityGroupEgress", []))


def test_redis_opens_no_connection(template: Template) -> None:
    redis = template.of_type("AWS::EC2::SecurityGroup")["SecurityGroupsRedis"]

    assert [rule["CidrIp"] for rule in redis["SecurityGroupEgress"]] == ["255.255.255.255/32"]
