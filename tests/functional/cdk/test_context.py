from __future__ import annotations

import pytest

from cdk.context import ContextError, Deployment
from cdk.settings import DEVELOPMENT, PRODUCTION
from tests.fakes.synthesis import PRODUCTION as ALL_THERE_IS


def deployment_of(**context: object) -> Deployment:
    return Deployment.from_context(context.get)


def complaints_about(**context: object) -> str:
    with pytest.raises(ContextError) as caught:
        deployment_of(**context)
    return str(caught.value)


def test_an_environment_is_all_that_development_wants() -> None:
    deployment = deployment_of(environment="development")

    assert deployment == Deployment(settings=DEVELOPMENT)
    assert (deployment.image_tag, deployment.architecture) == ("latest", "arm64")
    assert deployment.tasks_min == DEVELOPMENT.tasks_min


def test_everything_that_can_be_said() -> None:
    deployment = deployment_of(**ALL_THERE_IS, desiredCount="3", architecture="x86_64", nag="1")

    assert deployment == Deployment(
        settings=PRODUCTION,
        image_tag="3f2a9c1",
        desired_count=3,
        architecture="x86_64",
        certificate_arn=ALL_THERE_IS["certificateArn"],
        public_host="browsers.example.com",
        hosted_zone_id=ALL_THERE_IS["hostedZoneId"],
        alarm_email="operators@example.com",
        nag=True,
    )


@pytest.mark.parametrize("count", ["0", 0, 0.0])
def test_no_task_at_all_is_a_count_too_also_as_javascripts_number(count: object) -> None:
    deployment = deployment_of(environment="development", desiredCount=count)

    assert deployment.desired_count == 0
    assert deployment.tasks_min == 0


@pytest.mark.parametrize("nag", [True, "true", "1"])
def test_nag_may_be_a_json_boolean(nag: object) -> None:
    assert deployment_of(environment="development", nag=nag).nag


@pytest.mark.parametrize("environment", [None, "", "staging", "Production"])
def test_there_is_no_environment_by_default(environment: object) -> None:
    assert complaints_about(environment=environment).startswith(
        "environment must be one of development, production"
    )


def test_production_is_not_served_without_tls() -> None:
    assert complaints_about(environment="production") == (
        "production is not served without TLS: certificateArn and publicHost are needed."
    )


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("imageTag", "a b", "imageTag is not an image tag"),
        ("desiredCount", "-1", "desiredCount must be a whole number"),
        ("desiredCount", "many", "desiredCount must be a whole number"),
        ("desiredCount", "3", "desiredCount is above tasks_max (2)"),
        ("architecture", "riscv", "architecture must be arm64 or x86_64"),
        ("certificateArn", "arn:aws:iam::1:role/x", "certificateArn is not the ARN"),
        ("publicHost", "https://x.example", "publicHost must be a DNS name"),
        ("hostedZoneId", "example.com", "hostedZoneId is not the id of a hosted zone"),
        ("hostedZoneId", "Z0123456789ABC", "hostedZoneId needs publicHost"),
        ("alarmEmail", "nobody", "alarmEmail is not an email address"),
        ("nag", "yes", "nag must be 0 or 1"),
    ],
)
def test_what_is_not_right_is_told_by_its_key(key: str, value: str, complaint: str) -> None:
    assert complaint in complaints_about(**{"environment": "development", key: value})


@pytest.mark.parametrize("alone", ["certificateArn", "publicHost"])
def test_a_certificate_and_its_name_go_together(alone: str) -> None:
    assert "go together" in complaints_about(
        **{"environment": "development", alone: ALL_THERE_IS[alone]}
    )


def test_all_complaints_come_together() -> None:
    complaints = complaints_about(environment="production", imageTag="?", nag="?")

    assert complaints.count(";") == 2
