"""Least privilege: all that the containers and ECS may do, to the letter."""

from __future__ import annotations

import pytest

from tests.fakes.policies import actions_of, rights_of
from tests.fakes.template import Template

ANSWER_CONNECTIONS = {
    "Allow execute-api:ManageConnections on arn:<AWS::Partition>:execute-api:<AWS::Region>:"
    f"<AWS::AccountId>:*/production/{method}/@connections/*"
    for method in ("POST", "DELETE")
}
ECS = "arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>"
OVER_S3 = '{"StringEquals": {"kms:ViaService": "s3.<AWS::Region>.<AWS::URLSuffix>"}}'
IN_CLUSTER = '{"ArnEquals": {"ecs:cluster": "<BrowsersCluster.Arn>"}}'


def test_containers_keep_screenshots_answer_sockets_and_protect_themselves(
    production: Template,
) -> None:
    assert rights_of(production, "BrowsersTaskTaskRole") == {
        "Allow s3:GetObject on <StorageScreenshots.Arn>/*",
        "Allow s3:PutObject on <StorageScreenshots.Arn>/*",
        f"Allow kms:Decrypt on <EncryptionKey.Arn> if {OVER_S3}",
        f"Allow kms:GenerateDataKey on <EncryptionKey.Arn> if {OVER_S3}",
        *ANSWER_CONNECTIONS,
        f"Allow ecs:GetTaskProtection on {ECS}:task/<BrowsersCluster>/* if {IN_CLUSTER}",
        f"Allow ecs:UpdateTaskProtection on {ECS}:task/<BrowsersCluster>/* if {IN_CLUSTER}",
    }


def test_ecs_itself_pulls_one_image_writes_one_log_and_reads_two_secrets(
    production: Template,
) -> None:
    assert rights_of(production, "BrowsersTaskExecutionRole") == {
        "Allow ecr:BatchCheckLayerAvailability on <RegistryRepository.Arn>",
        "Allow ecr:BatchGetImage on <RegistryRepository.Arn>",
        "Allow ecr:GetDownloadUrlForLayer on <RegistryRepository.Arn>",
        "Allow ecr:GetAuthorizationToken on *",
        "Allow logs:CreateLogStream on <LogsBrowsers.Arn>",
        "Allow logs:PutLogEvents on <LogsBrowsers.Arn>",
        *(
            f"Allow secretsmanager:{action} on <Secrets{secret}>"
            for action in ("DescribeSecret", "GetSecretValue")
            for secret in ("Tokens", "RedisAuth")
        ),
    }


def test_no_container_reads_secrets_itself(template: Template) -> None:
    assert not {
        action
        for action in actions_of(template, "BrowsersTaskTaskRole")
        if action.startswith("secretsmanager:")
    }


@pytest.mark.parametrize("variant", ["anthropic", "openai-without-key"])
def test_only_the_settings_of_bedrock_let_containers_ask_it(
    variants: dict[str, Template], template: Template, variant: str
) -> None:
    for each in (template, variants[variant]):
        assert "bedrock:InvokeModel" not in actions_of(each, "BrowsersTaskTaskRole")


@pytest.mark.parametrize(
    ("variant", "resources"),
    [
        (
            "bedrock-model",
            {"arn:<AWS::Partition>:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0"},
        ),
        (
            "bedrock-profile",
            {
                (
                    "arn:<AWS::Partition>:bedrock:<AWS::Region>:<AWS::AccountId>:"
                    "inference-profile/eu.amazon.nova-pro-v1:0"
                ),
                "arn:<AWS::Partition>:bedrock:*::foundation-model/amazon.nova-pro-v1:0",
            },
        ),
        ("bedrock-arn", {"arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/abc"}),
    ],
)
def test_with_bedrock_containers_may_ask_the_one_model(
    variants: dict[str, Template], variant: str, resources: set[str]
) -> None:
    rights = rights_of(variants[variant], "BrowsersTaskTaskRole")

    assert {right for right in rights if "bedrock" in right} == {
        f"Allow bedrock:InvokeModel on {resource}" for resource in resources
    }


def test_ecs_reads_a_models_key_only_where_there_is_one(variants: dict[str, Template]) -> None:
    wanted = "Allow secretsmanager:GetSecretValue on <SecretsModelKeys>"

    assert wanted in rights_of(variants["anthropic"], "BrowsersTaskExecutionRole")
    assert wanted not in rights_of(variants["openai-without-key"], "BrowsersTaskExecutionRole")
