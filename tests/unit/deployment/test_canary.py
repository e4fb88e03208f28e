from __future__ import annotations

import pytest

from deployment.canary import Cluster, main
from shared.aws_names import CANARY_ORDER
from tests.fakes.ecs import FakeEcs
from tests.fakes.stack_outputs import make_outputs

START = ["start", "production", "--region", "eu-central-1", "--tag", "v2", "--percent", "10"]
STOP = ["stop", "production", "--region", "eu-central-1"]
IMAGE = f"{make_outputs()['RepositoryUri']}:v2"


def no_pause(_seconds: float) -> None:
    """Nothing to wait for."""


def start(ecs: FakeEcs, percent: int = 10, tag: str = "v2") -> int:
    arguments = [*START[:5], tag, "--percent", str(percent)]
    return main(arguments, ecs, no_pause)


def test_the_definition_is_the_services_but_for_image_and_version() -> None:
    ecs = FakeEcs()

    arn = Cluster(ecs, make_outputs()).register("v2")

    (definition,) = ecs.definitions
    container, sidecar = definition.pop("containerDefinitions")
    assert arn.endswith("browsers-canary:1")
    assert definition == {
        "family": "browsers-canary",
        "taskRoleArn": "arn:aws:iam::123456789012:role/task",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "volumes": [{"name": "scratch"}],
        "cpu": "1024",
    }
    assert container == {
        "name": "container",
        "image": IMAGE,
        "environment": [
            {"name": "MAX_SESSIONS", "value": "5"},
            {"name": "WALLCRAWLER_VERSION", "value": "v2"},
            {"name": "WALLCRAWLER_CANARY", "value": "v2"},
            {"name": "IDLE_EXIT_SECONDS", "value": "900"},
        ],
        "secrets": [{"name": "JWE_SECRET", "valueFrom": "arn"}],
    }
    assert sidecar == {"name": "sidecar", "image": "registry/other:1"}


def test_its_tasks_are_of_the_images_architecture_whatever_the_services_is() -> None:
    ecs = FakeEcs()

    main([*START, "--architecture", "arm64"], ecs, no_pause)

    assert ecs.definitions[0]["runtimePlatform"] == {
        "cpuArchitecture": "ARM64",
        "operatingSystemFamily": "LINUX",
    }


@pytest.mark.parametrize(
    ("desired", "percent", "tasks"), [(10, 10, 1), (10, 11, 2), (0, 50, 1), (40, 50, 20)]
)
def test_a_share_has_its_share_of_tasks(desired: int, percent: int, tasks: int) -> None:
    ecs = FakeEcs(desired=desired)

    assert start(ecs, percent) == 0
    assert len(ecs.running) == tasks


def test_the_share_is_set_once_all_tasks_are_healthy(capsys: pytest.CaptureFixture[str]) -> None:
    ecs = FakeEcs()

    assert start(ecs) == 0
    (event,) = ecs.orders
    assert event["detail-type"] == CANARY_ORDER
    assert event["detail"] == {"version": "v2", "percent": 10}
    assert "canary v2: 10 % of new sessions, 1 tasks, 2 sessions" in capsys.readouterr().err


def test_a_larger_share_starts_what_is_missing() -> None:
    ecs = FakeEcs()
    start(ecs, 10)

    start(ecs, 50)

    assert len(ecs.running) == 5
    assert [event["detail"]["percent"] for event in ecs.orders] == [10, 50]


def test_tasks_of_another_version_do_not_count() -> None:
    ecs = FakeEcs()
    start(ecs, 10, "v1")

    start(ecs, 10, "v2")

    assert len(ecs.running) == 2


@pytest.mark.parametrize(
    ("fate", "complaint"),
    [
        (
            {"lastStatus": "STOPPED", "stoppedReason": "CannotPullContainerError: no v2"},
            "a task of the canary has stopped: CannotPullContainerError: no v2",
        ),
        ({"lastStatus": "DEPROVISIONING"}, "it does not say why"),
        ({"lastStatus": "RUNNING", "healthStatus": "UNHEALTHY"}, "not healthy after 300 s"),
    ],
)
def test_a_canary_that_does_not_come_up_gets_no_session(
    fate: dict[str, str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ecs = FakeEcs(fate=fate)

    assert start(ecs) == 1
    assert ecs.orders == []
    assert complaint in capsys.readouterr().err


def test_what_ecs_does_not_start_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    ecs = FakeEcs(failures=[{"reason": "RESOURCE:MEMORY"}])

    assert start(ecs) == 1
    assert ecs.orders == []
    assert "ECS started 0 of 1 tasks (RESOURCE:MEMORY)" in capsys.readouterr().err


def test_stopping_takes_the_share_away_and_leaves_the_tasks_their_sessions() -> None:
    ecs = FakeEcs()
    start(ecs)

    assert main(STOP, ecs) == 0
    assert ecs.orders[-1]["detail"] == {"percent": 0}
    assert ecs.stopped == []


def test_stopping_now_stops_the_tasks_too() -> None:
    ecs = FakeEcs()
    start(ecs, 20)

    assert main([*STOP, "--now"], ecs) == 0
    assert ecs.stopped == ["task-0", "task-1"]


def test_asking_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    ecs = FakeEcs(answer={"version": "v2", "percent": 5, "tasks": 1, "sessions": 3})

    assert main(["status", *STOP[1:]], ecs) == 0
    assert ecs.orders[-1]["detail"] == {}
    assert "canary v2: 5 % of new sessions, 1 tasks, 3 sessions" in capsys.readouterr().err


def test_where_there_is_no_canary_that_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    ecs = FakeEcs(answer={"version": None, "percent": 0, "tasks": 0, "sessions": 0})

    assert main(STOP, ecs) == 0
    assert "there is no canary" in capsys.readouterr().err


def test_an_order_that_is_not_followed_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    ecs = FakeEcs(answer={"errorMessage": "no Redis"}, function_error="Unhandled")

    assert main(STOP, ecs) == 1
    assert "the share was not set: {'errorMessage': 'no Redis'}" in capsys.readouterr().err


def test_a_stack_that_tells_too_little_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(STOP, FakeEcs(outputs={})) == 1
    assert "no output ClusterArn" in capsys.readouterr().err
