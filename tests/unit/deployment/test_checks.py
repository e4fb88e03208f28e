from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import NoReturn

import pytest
from botocore.exceptions import EndpointConnectionError

from deployment.chalice_record import Record
from deployment.checks import Findings, check
from deployment.options import Options
from deployment.plan import Situation
from image.tools import NAMES
from tests.fakes.aws_clients import ACCOUNT, FakeAws

OPTIONS = Options(environment="development", region="eu-central-1", tag="v7")
PRODUCTION = dataclasses.replace(OPTIONS, environment="production")


def look(options: Options = OPTIONS, aws: FakeAws | None = None, *programs: str) -> Findings:
    working = programs or ("buildah",)
    return check(options, aws or FakeAws(), lambda command: command[0] in working)


def test_where_all_is_there_nothing_is_missing() -> None:
    aws = FakeAws()

    assert look(aws=aws) == Findings([], Situation(ACCOUNT, bootstrapped=True, deployed=True))
    assert aws.regions == {"eu-central-1"}


@pytest.mark.parametrize("builder", NAMES)
def test_any_builder_will_do(builder: str) -> None:
    assert look(OPTIONS, None, builder).problems == []


def test_builders_that_do_not_work_are_named_with_the_way_to_get_one() -> None:
    (problem,) = look(OPTIONS, None, "vi").problems

    assert "Docker, Podman or Buildah, and none of them works" in problem
    assert "apt-get install buildah" in problem


@pytest.mark.parametrize("change", [{"rollback": True}, {"destroying": True}])
def test_what_builds_nothing_needs_no_builder(change: dict[str, bool]) -> None:
    assert look(dataclasses.replace(OPTIONS, **change), None, "vi").problems == []


def test_missing_credentials_are_said_with_the_ways_to_give_them() -> None:
    findings = look(aws=FakeAws(credentials=False))

    (problem,) = findings.problems
    assert "NoCredentialsError" in problem
    assert "AWS_PROFILE" in problem
    assert findings.situation is None


@pytest.mark.parametrize(
    "status", [None, "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"]
)
def test_a_stack_that_never_came_to_be_is_made_as_if_it_were_the_first(status: str | None) -> None:
    aws = FakeAws(stacks={"wallcrawler-development": status} if status else {})

    findings = look(aws=aws)

    assert findings == Findings([], Situation(ACCOUNT, bootstrapped=False, deployed=False))


@pytest.mark.parametrize("change", [{"canary": 10}, {"rollback": True}])
def test_there_is_no_canary_without_a_stack(change: dict[str, int]) -> None:
    options = dataclasses.replace(OPTIONS, **change)  # type: ignore[arg-type]

    (problem,) = look(options, FakeAws(stacks={})).problems

    assert "first run ./wallcrawler deploy development eu-central-1" in problem


def test_a_stack_that_is_half_deleted_is_to_be_deleted_first() -> None:
    aws = FakeAws(stacks={"wallcrawler-development": "DELETE_FAILED"})

    (problem,) = look(aws=aws).problems

    assert "first run ./wallcrawler destroy development eu-central-1" in problem
    assert look(dataclasses.replace(OPTIONS, destroying=True), aws).problems == []


def test_a_stack_that_somebody_is_changing_is_waited_for() -> None:
    aws = FakeAws(stacks={"wallcrawler-development": "UPDATE_IN_PROGRESS"})

    (problem,) = look(aws=aws).problems

    assert "UPDATE_IN_PROGRESS" in problem


def test_a_version_on_trial_can_be_rolled_back_whatever_becomes_of_the_stack() -> None:
    aws = FakeAws(stacks={"wallcrawler-development": "UPDATE_ROLLBACK_IN_PROGRESS"})

    assert look(dataclasses.replace(OPTIONS, rollback=True), aws).problems == []


@pytest.mark.parametrize(
    ("place", "right"),
    [
        (f"eu-central-1:{ACCOUNT}", True),
        (f"us-east-1:{ACCOUNT}", False),
        ("eu-central-1:210987654321", False),
    ],
)
@pytest.mark.parametrize("destroying", [False, True])
def test_what_is_deployed_elsewhere_is_not_forgotten(
    place: str, right: bool, destroying: bool, tmp_path: Path
) -> None:
    record = Record(tmp_path, "development")
    record.add([{"name": "reap", "lambda_arn": f"arn:aws:lambda:{place}:function:reap"}])
    options = dataclasses.replace(OPTIONS, destroying=destroying)

    problems = check(options, FakeAws(), lambda _command: True, tmp_path).problems

    assert [str(record.path) in problem for problem in problems] == ([] if right else [True])


def test_a_region_that_is_none_is_doubted_before_credentials_are() -> None:
    def clients(service: str, *, region_name: str) -> NoReturn:
        raise EndpointConnectionError(endpoint_url=f"https://{service}.{region_name}.amazonaws.com")

    findings = check(OPTIONS, clients, lambda _command: True)

    (problem,) = findings.problems
    assert "a region eu-central-1" in problem
    assert "AWS_PROFILE" not in problem


def test_what_cdk_would_refuse_is_said_before_anything_is_done() -> None:
    (problem,) = look(PRODUCTION).problems

    assert problem == (
        "production is not served without TLS: certificateArn and publicHost are needed. "
        "Context is given with -c KEY=VALUE, or kept in deployment/production.json."
    )


@pytest.mark.parametrize(("region", "right"), [("eu-central-1", True), ("us-east-1", False)])
def test_a_certificate_is_of_the_region_of_its_load_balancer(region: str, right: bool) -> None:
    arn = f"arn:aws:acm:{region}:{ACCOUNT}:certificate/0-1"
    context = (f"certificateArn={arn}", "publicHost=browsers.example.com")

    problems = look(dataclasses.replace(PRODUCTION, context=context)).problems

    assert problems == (
        [] if right else [f"The certificate must be of eu-central-1: {arn} is not."]
    )


def test_another_environment_cannot_be_slipped_in() -> None:
    options = dataclasses.replace(PRODUCTION, context=("environment=development",))

    (problem,) = look(options).problems

    assert problem.startswith("production is what is named")


def test_a_misspelt_context_is_not_passed_over() -> None:
    context = ("alarmemail=ops@example.com", "clientNetworks=10.0.0.0/8", "@aws-cdk/core:x=1")

    problems = look(dataclasses.replace(OPTIONS, context=context)).problems

    assert [problem.partition(":")[0] for problem in problems] == [
        "There is no context alarmemail",
        "There is no context clientNetworks",
    ]
    assert "alarmEmail" in problems[0]


@pytest.mark.parametrize("change", [{"canary": 10}, {"rollback": True}])
def test_what_leaves_the_stack_alone_needs_nothing_for_it(change: dict[str, int]) -> None:
    options = dataclasses.replace(PRODUCTION, **change)  # type: ignore[arg-type]

    assert look(options).problems == []


def test_all_that_is_missing_is_said_at_once() -> None:
    assert len(look(PRODUCTION, FakeAws(credentials=False), "vi").problems) == 3
