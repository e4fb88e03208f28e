"""Of the stack as a whole."""

from __future__ import annotations

import re

from tests.fakes.policies import rights_of
from tests.fakes.template import Template

PROMISED = {
    *("ApiRoleArn", "SocketRoleArn", "ReaperRoleArn", "LambdaSubnetIds", "LambdaSecurityGroupId"),
    *("RedisEndpoint", "RedisAuthSecretArn", "TokenSecretArn", "ApiKeysSecretArn"),
    *("ModelKeysSecretArn", "CdpPublicUrl", "ClusterArn", "ServiceName", "TaskDefinitionArn"),
    *("TaskSubnetIds", "TaskSecurityGroupId", "RepositoryUri", "ScreenshotBucketName"),
    *("LogGroupName", "ContainerName", "SlotsPerTask", "TasksMax", "LoadBalancerDnsName"),
    *("RecordingBucketName", "LogBucketName", "AlarmTopicArn"),
}
"""What the deployment reads."""

COMPUTE = "<NetworkVpccomputeSubnet1Subnet>,<NetworkVpccomputeSubnet2Subnet>"
LONG_TOKEN = re.compile(r"\b(?=[A-Za-z0-9]*[0-9])(?=[A-Za-z0-9]*[a-z])[A-Za-z0-9]{32,}\b")


def test_it_tells_what_the_deployment_reads(development: Template, production: Template) -> None:
    assert set(development.outputs) == PROMISED
    assert set(production.outputs) == {*PROMISED, "InternalUrl"}


def test_functions_live_in_the_private_subnets_behind_their_own_group(
    template: Template,
) -> None:
    assert template.outputs["LambdaSubnetIds"] == COMPUTE
    assert template.outputs["LambdaSecurityGroupId"] == "<SecurityGroupsFunctions.GroupId>"


def test_tasks_started_by_the_api_live_where_the_services_do(template: Template) -> None:
    network = template.only("AWS::ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"]

    assert template.outputs["TaskSubnetIds"] == ",".join(network["Subnets"]) == COMPUTE
    assert [template.outputs["TaskSecurityGroupId"]] == network["SecurityGroups"]


def test_the_redis_endpoint_is_tls_and_without_a_password(template: Template) -> None:
    assert template.outputs["RedisEndpoint"] == (
        "rediss://<CacheRedis.PrimaryEndPoint.Address>:<CacheRedis.PrimaryEndPoint.Port>"
    )


def test_outputs_that_programs_need_to_agree_on(production: Template) -> None:
    (container,) = production.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]

    assert production.outputs["ContainerName"] == container["Name"]
    assert production.outputs["SlotsPerTask"] == "20"
    assert production.outputs["TasksMax"] == "20"
    assert production.outputs["LogGroupName"] == "/ecs/wallcrawler/browser-production"


def test_nothing_in_the_template_looks_like_a_secret(template: Template) -> None:
    ids = {*template.document["Resources"]}
    found = {
        word
        for text in template.texts()
        for word in LONG_TOKEN.findall(text)
        if word not in ids and not any(word.startswith(each[:20]) for each in ids)
    }

    assert not {word for word in found if not word.startswith("wallcrawler")}


def test_no_role_has_a_managed_policy_or_may_do_all_of_anything(template: Template) -> None:
    roles = template.of_type("AWS::IAM::Role")

    assert not [name for name, role in roles.items() if "ManagedPolicyArns" in role]
    for role in roles:
        assert not [right for right in rights_of(template, role) if "*" in right.split()[1]]


def test_there_are_these_roles_and_no_others(template: Template) -> None:
    assert set(template.of_type("AWS::IAM::Role")) == {
        *("RolesApi", "RolesSocket", "RolesReaper"),
        *("BrowsersTaskTaskRole", "BrowsersTaskExecutionRole"),
    }


def test_it_brings_no_code_of_its_own_into_the_account(template: Template) -> None:
    types = {resource["Type"] for resource in template.document["Resources"].values()}

    assert not {each for each in types if each.startswith(("AWS::Lambda", "Custom::"))}


def test_cloudformation_takes_a_template_of_this_size(template: Template) -> None:
    assert len(template.document["Resources"]) < 500
    assert len(template.outputs) < 200
