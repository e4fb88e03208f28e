from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cdk.settings import DEVELOPMENT, DRAIN_SECONDS, PRODUCTION, STOP_TIMEOUT_SECONDS
from cdp_proxy.config import ProxyConfig
from shared.actions import ModelProvider, ModelUse
from tests.fakes.template import Properties, Template

ROOT = Path(__file__).parents[3]
SERVICE = "AWS::ECS::Service"
TASK = "AWS::ECS::TaskDefinition"
SECRET_VALUE = "s" * 64


def container_of(template: Template) -> Properties:
    (container,) = template.only(TASK)["ContainerDefinitions"]
    return dict(container)


def environment_of(template: Template) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in container_of(template)["Environment"]}


def secrets_of(template: Template) -> dict[str, str]:
    return {each["Name"]: each["ValueFrom"] for each in container_of(template)["Secrets"]}


def as_ecs_fills_it_in(template: Template) -> dict[str, str]:
    """The container's environment, with plausible values in place of references."""
    references = {
        "<CacheRedis.PrimaryEndPoint.Address>": "master.cache.example",
        "<CacheRedis.PrimaryEndPoint.Port>": "6380",
        "<FrontBalancer.DNSName>": "front.elb.example",
        "<StorageScreenshots>": "screenshots",
        "<AWS::Region>": "eu-central-1",
        "<EncryptionKey.Arn>": "arn:aws:kms:eu-central-1:123456789012:key/1",
    }
    filled = {
        name: re.sub(r"<[^>]*>", lambda match: references[match[0]], value)
        for name, value in environment_of(template).items()
    }
    return {**filled, **dict.fromkeys(secrets_of(template), SECRET_VALUE)}


def test_no_task_has_a_public_address(template: Template) -> None:
    network = template.only(SERVICE)["NetworkConfiguration"]["AwsvpcConfiguration"]

    assert network["AssignPublicIp"] == "DISABLED"
    assert len(network["Subnets"]) == 2
    assert all(subnet.startswith("<NetworkVpccomputeSubnet") for subnet in network["Subnets"])
    assert network["SecurityGroups"] == ["<SecurityGroupsTasks.GroupId>"]


def test_the_container_writes_to_its_volume_only_and_has_no_capabilities(
    template: Template,
) -> None:
    container = container_of(template)

    assert container["ReadonlyRootFilesystem"] is True
    assert container["LinuxParameters"] == {"Capabilities": {"Drop": ["ALL"]}}
    assert container["MountPoints"] == [
        {"ContainerPath": "/tmp", "ReadOnly": False, "SourceVolume": "scratch"}
    ]
    assert template.only(TASK)["Volumes"] == [{"Name": "scratch"}]
    assert "Privileged" not in container
    assert "User" not in container  # the image's own, which is not root


def test_the_image_is_made_for_the_task(template: Template) -> None:
    container = container_of(template)
    image = (ROOT / "Dockerfile").read_text()

    # A mount point keeps the image's owner and mode only where the image declares it.
    assert f'VOLUME ["{container["MountPoints"][0]["ContainerPath"]}"]' in image
    assert f"CMD {json.dumps(container['HealthCheck']['Command'][1:])}\n" in image
    assert f"EXPOSE {container['PortMappings'][0]['ContainerPort']}\n" in image
    assert re.search(r"^USER [1-9]", image, re.MULTILINE)


def test_what_is_written_to_is_on_the_volume(template: Template) -> None:
    assert environment_of(template)["SCRATCH_DIR"].startswith("/tmp/")


def test_the_task_is_as_large_as_the_settings_say(
    development: Template, production: Template
) -> None:
    for template, settings in ((development, DEVELOPMENT), (production, PRODUCTION)):
        task = template.only(TASK)
        assert task["Cpu"] == str(settings.cpu_units)
        assert task["Memory"] == str(settings.memory_mib)
        assert task["EphemeralStorage"] == {"SizeInGiB": settings.storage_gib}
        assert environment_of(template)["MAX_SESSIONS"] == str(settings.max_sessions)


def test_tasks_run_on_fargate_with_graviton(template: Template) -> None:
    task = template.only(TASK)

    assert task["RequiresCompatibilities"] == ["FARGATE"]
    assert task["NetworkMode"] == "awsvpc"
    assert task["RuntimePlatform"] == {
        "CpuArchitecture": "ARM64",
        "OperatingSystemFamily": "LINUX",
    }


def test_tasks_run_on_intel_where_the_image_is_intels(variants: dict[str, Template]) -> None:
    platform = variants["first"].only(TASK)["RuntimePlatform"]

    assert platform["CpuArchitecture"] == "X86_64"


def test_sessions_have_drained_before_ecs_loses_patience(template: Template) -> None:
    assert container_of(template)["StopTimeout"] == STOP_TIMEOUT_SECONDS == 120
    assert environment_of(template)["DRAIN_SECONDS"] == str(DRAIN_SECONDS)
    assert DRAIN_SECONDS <= STOP_TIMEOUT_SECONDS - 10


def test_the_program_takes_the_environment_it_is_given(template: Template) -> None:
    config = ProxyConfig.from_env(as_ecs_fills_it_in(template))

    assert config.redis_endpoint == "rediss://master.cache.example:6380"
    assert (config.host, config.port) == ("0.0.0.0", 9223)
    assert config.screenshot_bucket == "screenshots"
    assert config.screenshot_kms_key == "arn:aws:kms:eu-central-1:123456789012:key/1"
    assert config.drain_seconds == DRAIN_SECONDS


def test_secrets_come_from_secrets_manager_and_not_as_plain_variables(
    template: Template,
) -> None:
    assert secrets_of(template) == {
        "JWE_SECRET": "<SecretsTokens>",
        "REDIS_AUTH_TOKEN": "<SecretsRedisAuth>",
    }
    assert not set(secrets_of(template)) & set(environment_of(template))


def test_the_aws_sdk_is_told_its_region_by_the_variable_that_it_reads(template: Template) -> None:
    assert environment_of(template)["AWS_DEFAULT_REGION"] == "<AWS::Region>"


def test_a_container_knows_its_version(production: Template) -> None:
    assert environment_of(production)["WALLCRAWLER_VERSION"] == "3f2a9c1"


def test_the_services_tasks_are_no_canaries(template: Template) -> None:
    assert "WALLCRAWLER_CANARY" not in environment_of(template)


def test_metrics_can_be_told_apart_by_environment(
    development: Template, production: Template
) -> None:
    assert environment_of(development)["WALLCRAWLER_ENVIRONMENT"] == "development"
    assert environment_of(production)["WALLCRAWLER_ENVIRONMENT"] == "production"


def test_the_logs_go_to_the_group_that_is_made_for_them(template: Template) -> None:
    logging = container_of(template)["LogConfiguration"]

    assert logging["LogDriver"] == "awslogs"
    assert logging["Options"]["awslogs-group"] == "<LogsBrowsers>"


def test_ecs_asks_the_container_for_its_health_too(template: Template) -> None:
    check = container_of(template)["HealthCheck"]

    assert check["Command"] == ["CMD", "/usr/bin/python3", "-m", "cdp_proxy.healthcheck"]
    assert check["Retries"] * check["Interval"] < 60


def test_the_image_is_the_one_that_is_asked_for(
    development: Template, production: Template
) -> None:
    assert container_of(development)["Image"].endswith("/<RegistryRepository>:latest")
    assert container_of(production)["Image"].endswith("/<RegistryRepository>:3f2a9c1")


def test_a_deployment_that_does_not_come_up_is_rolled_back(template: Template) -> None:
    deployment = template.only(SERVICE)["DeploymentConfiguration"]

    assert deployment["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
    assert (deployment["MinimumHealthyPercent"], deployment["MaximumPercent"]) == (100, 200)


def test_ecs_never_moves_tasks_to_even_out_zones(template: Template) -> None:
    assert template.only(SERVICE)["AvailabilityZoneRebalancing"] == "DISABLED"


def test_nobody_gets_a_shell_in_a_container(template: Template) -> None:
    assert template.only(SERVICE)["EnableExecuteCommand"] is False


def test_the_number_of_tasks_is_left_alone_unless_it_is_given(template: Template) -> None:
    assert "DesiredCount" not in template.only(SERVICE)


def test_no_model_means_no_variable_of_one(template: Template) -> None:
    assert not [name for name in environment_of(template) if name.startswith("MODEL_")]


@pytest.mark.parametrize(
    ("variant", "provider", "key"),
    [
        ("anthropic", ModelProvider.ANTHROPIC, "<SecretsModelKeys>:anthropic::"),
        ("openai-without-key", ModelProvider.OPENAI, None),
        ("bedrock-model", ModelProvider.BEDROCK, None),
    ],
)
def test_a_model_is_passed_on_with_its_key_if_it_has_one(
    variants: dict[str, Template], variant: str, provider: ModelProvider, key: str | None
) -> None:
    template = variants[variant]

    assert environment_of(template)["MODEL_PROVIDER"] == provider.value
    assert secrets_of(template).get("MODEL_API_KEY") == key


@pytest.mark.parametrize(
    ("variant", "use"), [("anthropic", ModelUse.ALWAYS), ("openai-without-key", ModelUse.AUTO)]
)
def test_when_a_model_is_asked_is_passed_on(
    variants: dict[str, Template], variant: str, use: ModelUse
) -> None:
    assert ProxyConfig.from_env(as_ecs_fills_it_in(variants[variant])).model_use is use


def test_the_region_of_a_model_is_passed_on(variants: dict[str, Template]) -> None:
    config = ProxyConfig.from_env(as_ecs_fills_it_in(variants["bedrock-model"]))

    assert (config.model_name, config.model_region) == ("amazon.nova-pro-v1:0", "eu-west-1")
