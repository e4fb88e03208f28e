from __future__ import annotations

import dataclasses
import shlex

import pytest

from deployment.options import Options
from deployment.plan import UNKNOWN, Situation, deploy_steps, destroy_steps
from deployment.steps import Step

OPTIONS = Options(environment="development", region="eu-central-1", tag="v7")
NEW = Situation(account="123456789012", bootstrapped=False, deployed=False)
THERE = Situation(account="123456789012", bootstrapped=True, deployed=True)


def lines(steps: list[Step]) -> list[str]:
    return [step.line for step in steps]


def with_(**changes: object) -> Options:
    return dataclasses.replace(OPTIONS, **changes)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _on_arm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")


def test_a_first_deployment_makes_the_registry_before_the_tasks() -> None:
    stack = (
        "./wallcrawler cdk deploy wallcrawler-development --require-approval never"
        " --outputs-file cdk.out/outputs-development.json"
        " -c environment=development -c architecture=arm64"
    )

    assert lines(deploy_steps(OPTIONS, NEW)) == [
        "./wallcrawler cdk bootstrap aws://123456789012/eu-central-1 -c environment=development",
        f"{stack} -c desiredCount=0",
        ".venv/bin/python -m deployment.push development --region eu-central-1 --tag v7",
        f"{stack} -c imageTag=v7",
        (
            ".venv/bin/python -m deployment.functions development"
            " --outputs cdk.out/outputs-development.json"
        ),
        ".venv/bin/python -m deployment.canary stop development --region eu-central-1",
        ".venv/bin/python -m deployment.smoke development --region eu-central-1",
    ]


def test_a_later_one_pushes_first_and_leaves_the_number_of_tasks_alone() -> None:
    steps = lines(deploy_steps(OPTIONS, THERE))

    assert steps == lines(deploy_steps(OPTIONS, NEW))[2:]
    assert "desiredCount" not in " ".join(steps)


def test_what_is_given_for_cdk_wins_over_what_is_derived() -> None:
    options = with_(context=("publicHost=a.example", "architecture=x86_64", "publicHost=b.example"))

    (stack,) = [line for line in lines(deploy_steps(options, THERE)) if "cdk deploy" in line]

    words = shlex.split(stack)
    assert words.count("architecture=x86_64") == 1
    assert "architecture=arm64" not in words
    assert "publicHost=b.example" in words
    assert "publicHost=a.example" not in words


def test_a_canary_touches_neither_stack_nor_functions() -> None:
    assert lines(deploy_steps(with_(canary=10), THERE)) == [
        ".venv/bin/python -m deployment.push development --region eu-central-1 --tag v7",
        (
            ".venv/bin/python -m deployment.canary start development --region eu-central-1"
            " --tag v7 --percent 10 --architecture arm64"
        ),
        ".venv/bin/python -m deployment.smoke development --region eu-central-1",
    ]


def test_a_rollback_is_one_step() -> None:
    assert lines(deploy_steps(with_(rollback=True), THERE)) == [
        ".venv/bin/python -m deployment.canary stop development --region eu-central-1"
    ]


def test_destroying_ends_what_lets_sessions_in_first() -> None:
    options = with_(context=("publicHost=a.example",))

    assert lines(destroy_steps(options)) == [
        ".venv/bin/chalice delete --stage development",
        ".venv/bin/python -m deployment.tasks stop development --region eu-central-1",
        ".venv/bin/python -m deployment.buckets empty development --region eu-central-1",
        (
            "./wallcrawler cdk destroy wallcrawler-development --force"
            " -c environment=development -c publicHost=a.example"
        ),
    ]


def test_an_environment_that_keeps_its_data_keeps_it() -> None:
    steps = lines(destroy_steps(with_(environment="production")))

    assert "deployment.buckets" not in " ".join(steps)


def test_without_knowing_anything_a_first_deployment_is_assumed() -> None:
    assert "bootstrap aws://ACCOUNT/eu-central-1" in lines(deploy_steps(OPTIONS, UNKNOWN))[0]
