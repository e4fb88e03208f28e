"""ECS's answers as botocore hands them over; its Stubber checks the requests too."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber

from chalice_app.aws.capacity import EcsCapacity, StartRefused, StartUnknown
from chalice_app.capacity_config import CapacityConfig
from shared.aws_names import CONTAINER_NAME
from shared.ids import StartToken
from shared.session_state import EndReason

ROOT = Path(__file__).parents[4]
TOKEN = StartToken("0f8fad5b-d9cb-469f-a165-70867728950e")
CONFIG = CapacityConfig(
    cluster_arn="arn:aws:ecs:eu-central-1:123456789012:cluster/wallcrawler",
    task_definition_arn="wallcrawler:7",
    subnet_ids=("subnet-1", "subnet-2"),
    security_group_id="sg-1",
)
TASK_ARN = "arn:aws:ecs:eu-central-1:123456789012:task/wallcrawler/1"
REQUEST = {
    "cluster": CONFIG.cluster_arn,
    "taskDefinition": "wallcrawler:7",
    "launchType": "FARGATE",
    "count": 1,
    "clientToken": TOKEN,
    "startedBy": "wallcrawler-burst",
    "enableECSManagedTags": True,
    "propagateTags": "TASK_DEFINITION",
    "tags": [{"key": "wallcrawler:start", "value": TOKEN}],
    "networkConfiguration": {
        "awsvpcConfiguration": {
            "subnets": ["subnet-1", "subnet-2"],
            "securityGroups": ["sg-1"],
            "assignPublicIp": "DISABLED",
        }
    },
    "overrides": {
        "containerOverrides": [
            {
                "name": CONTAINER_NAME,
                "environment": [
                    {"name": "START_TOKEN", "value": TOKEN},
                    {"name": "IDLE_EXIT_SECONDS", "value": "300"},
                ],
            }
        ]
    },
}


class Ecs:
    """A real client whose answers are scripted."""

    def __init__(self) -> None:
        self.client = botocore.session.get_session().create_client(
            "ecs",
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        self.stub = Stubber(self.client)
        self.capacity = EcsCapacity(CONFIG, self.client)

    def refusal(self) -> StartRefused:
        with pytest.raises(StartRefused) as caught:
            self.capacity.run(TOKEN)
        return caught.value


@pytest.fixture
def ecs() -> Iterator[Ecs]:
    ecs = Ecs()
    with ecs.stub:
        yield ecs
        ecs.stub.assert_no_pending_responses()
    ecs.client.close()


def test_exactly_one_task_is_asked_for(ecs: Ecs) -> None:
    ecs.stub.add_response(
        "run_task", {"tasks": [{"taskArn": TASK_ARN}], "failures": []}, expected_params=REQUEST
    )

    assert ecs.capacity.run(TOKEN) == TASK_ARN


def test_asking_again_sends_the_very_same_request(ecs: Ecs) -> None:
    answer = {"tasks": [{"taskArn": TASK_ARN}], "failures": []}
    for _ in range(2):
        ecs.stub.add_response("run_task", answer, expected_params=REQUEST)

    assert ecs.capacity.run(TOKEN) == ecs.capacity.run(TOKEN) == TASK_ARN


@pytest.mark.parametrize(
    ("failure", "reason", "detail"),
    [
        ({"reason": "RESOURCE:MEMORY"}, EndReason.CAPACITY_UNAVAILABLE, "RESOURCE:MEMORY"),
        ({"reason": "RESOURCE:ENI"}, EndReason.CAPACITY_UNAVAILABLE, "RESOURCE:ENI"),
        ({"reason": "AGENT"}, EndReason.CAPACITY_UNAVAILABLE, "AGENT"),
        (
            {"reason": "Capacity is unavailable at this time. Please try again later."},
            EndReason.CAPACITY_UNAVAILABLE,
            "CAPACITY",
        ),
        ({"reason": "INACTIVE"}, EndReason.CAPACITY_REFUSED, "INACTIVE"),
        ({"reason": "ATTRIBUTE"}, EndReason.CAPACITY_REFUSED, "ATTRIBUTE"),
        ({"reason": "<script>"}, EndReason.CAPACITY_REFUSED, "UNKNOWN"),
    ],
)
def test_a_failure_of_ecs_is_told_by_its_word(
    ecs: Ecs, failure: dict[str, str], reason: EndReason, detail: str
) -> None:
    failure = {"arn": "arn:of-somebody", "detail": "all of it", **failure}
    ecs.stub.add_response("run_task", {"tasks": [], "failures": [failure]})

    refused = ecs.refusal()

    assert (refused.reason, refused.detail) == (reason, detail)
    assert str(refused) == f"{failure['reason']} all of it"


def test_neither_a_task_nor_a_failure_is_a_failure_too(ecs: Ecs) -> None:
    ecs.stub.add_response("run_task", {"tasks": [], "failures": []})

    assert ecs.refusal().detail == "NO_TASK"


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        ("ThrottlingException", "Rate exceeded", EndReason.CAPACITY_UNAVAILABLE),
        ("ServerException", "Service Unavailable.", EndReason.CAPACITY_UNAVAILABLE),
        (
            "ClientException",
            "You've reached the limit on the number of tasks you can run concurrently",
            EndReason.CAPACITY_UNAVAILABLE,
        ),
        ("ClientException", "TaskDefinition not found.", EndReason.CAPACITY_REFUSED),
        ("ClientException", "TaskDefinition is inactive", EndReason.CAPACITY_REFUSED),
        ("InvalidParameterException", "No Container Instances", EndReason.CAPACITY_REFUSED),
        ("ClusterNotFoundException", "Cluster not found.", EndReason.CAPACITY_REFUSED),
        (
            "AccessDeniedException",
            "User: arn:aws:sts::123456789012:assumed-role/x is not authorized",
            EndReason.CAPACITY_REFUSED,
        ),
    ],
)
def test_an_error_of_ecs_is_told_by_its_code(
    ecs: Ecs, code: str, text: str, reason: EndReason
) -> None:
    ecs.stub.add_client_error("run_task", service_error_code=code, service_message=text)

    refused = ecs.refusal()

    assert (refused.reason, refused.detail) == (reason, code)
    assert str(refused) == f"{code}: {text}"


class Raising:
    """A client that fails below the API."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def run_task(self, **_request: Any) -> Any:
        raise self._error


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="https://ecs.example"),
        EndpointConnectionError(endpoint_url="https://ecs.example"),
    ],
)
def test_without_an_answer_nobody_knows(error: Exception) -> None:
    with pytest.raises(StartUnknown):
        EcsCapacity(CONFIG, Raising(error)).run(TOKEN)


def test_without_credentials_nothing_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")

    with pytest.raises(StartRefused) as caught:
        EcsCapacity(CONFIG).run(TOKEN)

    assert (caught.value.reason, caught.value.detail) == (
        EndReason.CAPACITY_REFUSED,
        "NoCredentialsError",
    )


def task_as(status: str, **more: object) -> dict[str, object]:
    return {"taskArn": TASK_ARN, "lastStatus": status, **more}


@pytest.mark.parametrize("status", ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"])
def test_a_task_on_its_way_up_has_not_stopped(ecs: Ecs, status: str) -> None:
    ecs.stub.add_response("describe_tasks", {"tasks": [task_as(status)], "failures": []})

    assert ecs.capacity.stopped([TASK_ARN]) == {}


@pytest.mark.parametrize(
    ("code", "text", "detail", "reason"),
    [
        (
            "TaskFailedToStart",
            "CannotPullContainerError: pull image manifest has been retried 5 time(s)",
            "TaskFailedToStart:CannotPullContainerError",
            EndReason.CAPACITY_LOST,
        ),
        (
            "TaskFailedToStart",
            "ResourceInitializationError: unable to pull secrets",
            "TaskFailedToStart:ResourceInitializationError",
            EndReason.CAPACITY_LOST,
        ),
        (
            "TaskFailedToStart",
            "Capacity is unavailable at this time. Please try again later or in another zone",
            "CAPACITY",
            EndReason.CAPACITY_UNAVAILABLE,
        ),
        (
            "EssentialContainerExited",
            "Essential container in task exited",
            "EssentialContainerExited",
            EndReason.CAPACITY_LOST,
        ),
        ("SpotInterruption", "Your Spot Task was interrupted.", "SpotInterruption", None),
        ("InfrastructureHealth", "Host failed", "InfrastructureHealth", None),
    ],
)
def test_why_a_task_stopped_is_told_by_its_word(
    ecs: Ecs, code: str, text: str, detail: str, reason: EndReason | None
) -> None:
    container = {"name": "container", "exitCode": 3, "reason": "OutOfMemoryError"}
    task = task_as("STOPPED", stopCode=code, stoppedReason=text, containers=[container])
    ecs.stub.add_response(
        "describe_tasks",
        {"tasks": [task], "failures": []},
        expected_params={"cluster": CONFIG.cluster_arn, "tasks": [TASK_ARN]},
    )

    stopped = ecs.capacity.stopped([TASK_ARN])[TASK_ARN]

    assert (stopped.detail, stopped.reason) == (detail, reason)
    assert stopped.text == f"{code}; {text}; container: exit code 3 OutOfMemoryError"


def test_a_task_that_ecs_has_forgotten_has_stopped(ecs: Ecs) -> None:
    ecs.stub.add_response(
        "describe_tasks", {"tasks": [], "failures": [{"arn": TASK_ARN, "reason": "MISSING"}]}
    )

    assert ecs.capacity.stopped([TASK_ARN])[TASK_ARN].reason is None


def test_no_more_tasks_are_asked_about_at_once_than_ecs_takes(ecs: Ecs) -> None:
    arns = [f"{TASK_ARN}{number}" for number in range(101)]
    for part in (arns[:100], arns[100:]):
        ecs.stub.add_response(
            "describe_tasks",
            {"tasks": [], "failures": []},
            expected_params={"cluster": CONFIG.cluster_arn, "tasks": part},
        )

    assert ecs.capacity.stopped(arns) == {}


def test_when_ecs_cannot_be_asked_nothing_is_known(ecs: Ecs) -> None:
    ecs.stub.add_client_error("describe_tasks", service_error_code="ThrottlingException")

    with pytest.raises(StartUnknown):
        ecs.capacity.stopped([TASK_ARN])


def test_botocore_is_not_imported_before_it_is_needed() -> None:
    code = (
        "import sys; from chalice_app.aws.capacity import EcsCapacity; "
        "from chalice_app.capacity_config import CapacityConfig; "
        "EcsCapacity(CapacityConfig(cluster_arn='c', task_definition_arn='d', subnet_ids=(), "
        "security_group_id='s')); print('botocore' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"
