"""moto's server with a cluster, a task definition and a network, reached over HTTP as ECS is.

Two things of moto are mended: its tasks stop by themselves when they are described, and addresses
are real only in a VPC with DNS host names (AWS does not ask for those).
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import botocore.session
import pytest
from moto.moto_api import state_manager
from moto.server import ThreadedMotoServer

from shared.aws_names import CONTAINER_NAME

REGION = "eu-central-1"
_ENVIRONMENT: Mapping[str, str] = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
}


@dataclass(frozen=True, slots=True)
class Ecs:
    """What runs there; `environment` is what a Lambda would be given."""

    url: str
    client: Any
    environment: Mapping[str, str]

    def tasks(self) -> list[dict[str, Any]]:
        """All tasks of the cluster."""
        cluster = self.environment["ECS_CLUSTER_ARN"]
        arns = self.client.list_tasks(cluster=cluster)["taskArns"]
        if not arns:
            return []
        described = self.client.describe_tasks(cluster=cluster, tasks=arns, include=["TAGS"])
        return list(described["tasks"])

    def stop(self, task_arn: str, reason: str) -> None:
        """As ECS does when a task cannot be started."""
        cluster = self.environment["ECS_CLUSTER_ARN"]
        self.client.stop_task(cluster=cluster, task=task_arn, reason=reason)


@contextmanager
def running_ecs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ecs]:
    """A cluster in a server of its own, in this process, whose environment leads there."""
    for name, value in _ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _forget_everything(*server.get_host_and_port())
    state_manager.set_transition("ecs::task", {"progression": "manual", "times": 1_000_000})
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    session = botocore.session.get_session()
    ec2, ecs = (
        session.create_client(name, region_name=REGION, endpoint_url=url) for name in ("ec2", "ecs")
    )
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    try:
        yield Ecs(url, ecs, _resources(ec2, ecs, url))
    finally:
        ec2.close()
        ecs.close()
        state_manager.unset_transition("ecs::task")
        server.stop()
        server._server.server_close()  # type: ignore[union-attr]  # it leaves its socket open


def _forget_everything(host: str, port: int) -> None:
    """moto keeps its state in the process, not in the server."""
    connection = http.client.HTTPConnection(host, port, timeout=60)
    connection.request("POST", "/moto-api/reset")
    assert connection.getresponse().status == 200
    connection.close()


def _resources(ec2: Any, ecs: Any, url: str) -> dict[str, str]:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="tasks", Description="tasks", VpcId=vpc)["GroupId"]
    cluster = ecs.create_cluster(clusterName="wallcrawler")["cluster"]["clusterArn"]
    definition = ecs.register_task_definition(
        family="wallcrawler",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="1024",
        memory="2048",
        containerDefinitions=[{"name": CONTAINER_NAME, "image": "wallcrawler", "memory": 2048}],
    )["taskDefinition"]["taskDefinitionArn"]
    return {
        "AWS_ENDPOINT_URL": url,
        "ECS_CLUSTER_ARN": cluster,
        "ECS_TASK_DEFINITION_ARN": definition,
        "TASK_SUBNET_IDS": subnet,
        "TASK_SECURITY_GROUP_ID": group,
        "SLOTS_PER_TASK": "2",
        "CDP_PUBLIC_URL": "wss://cdp.example",
    }
