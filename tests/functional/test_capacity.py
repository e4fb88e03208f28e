"""Sessions without a slot: from HTTP to ECS (moto's server) and back, by way of a container."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from chalice_app.auth import key_digest_of
from chalice_app.config import ApiConfig
from chalice_app.main import make_program
from chalice_app.wiring import Deps, make_deps
from shared.aws_names import CONTAINER_NAME
from shared.clock import system_clock
from shared.ids import SessionId, StartToken, TaskId
from shared.waiting import Line
from tests.fakes.api import API_KEY, SECRET
from tests.fakes.api_user import Api
from tests.fakes.moto_ecs import Ecs, running_ecs
from tests.fakes.records import make_task

TASK = TaskId("task-a")


@pytest.fixture
def ecs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ecs]:
    with running_ecs(monkeypatch) as ecs:
        yield ecs


@pytest.fixture
def environment(ecs: Ecs, redis_url: str) -> dict[str, str]:
    return {
        "REDIS_ENDPOINT": redis_url,
        "JWE_SECRET": SECRET,
        "API_KEY_HASHES": key_digest_of(API_KEY),
        **ecs.environment,
    }


@pytest.fixture
def deps(environment: dict[str, str], redis_client: redis.Redis) -> Iterator[Deps]:
    deps = make_deps(ApiConfig.from_env(environment))
    yield deps
    deps.store._redis.close()


def reap(deps: Deps) -> None:
    event = {
        "version": "0",
        "id": "f1a5",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-11-26T12:00:00Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": {},
    }
    make_program(lambda: deps).reap(event, None)


def variables_of(task: dict[str, Any]) -> dict[str, str]:
    (container,) = task["overrides"]["containerOverrides"]
    assert container["name"] == CONTAINER_NAME
    return {each["name"]: each["value"] for each in container["environment"]}


def test_a_session_without_a_slot_gets_a_container_of_its_own(
    api: Api, deps: Deps, ecs: Ecs, redis_client: redis.Redis
) -> None:
    created = api.data("POST", "/sessions", {"timeout": 120}, status=201)
    (task,) = ecs.tasks()
    variables = variables_of(task)

    # The container that this task is: it registers, takes who stands in line and opens it.
    deps.store.beat(make_task(TASK, capacity=2), system_clock(), 60)
    start = StartToken(variables["START_TOKEN"])
    (taken,) = Line(redis_client).take(TASK, system_clock(), 2, start)
    deps.store.activate(taken.session_id, system_clock())

    after = api.data("GET", f"/sessions/{created['sessionId']}")
    assert created["status"] == "initializing"
    assert created["connectUrl"] == f"wss://cdp.example/cdp?token={created['token']}"
    assert task["startedBy"] == "wallcrawler-burst"
    assert task["launchType"] == "FARGATE"
    assert task["tags"] == [{"key": "wallcrawler:start", "value": start}]
    assert variables["IDLE_EXIT_SECONDS"] == "300"
    assert (after["status"], after["connectUrl"]) == ("active", created["connectUrl"])
    reap(deps)
    assert len(ecs.tasks()) == 1


def test_a_second_session_waits_for_the_same_task_and_a_third_for_another(
    api: Api, ecs: Ecs
) -> None:
    api.data("POST", "/sessions", status=201)
    api.data("POST", "/sessions", status=201)
    after_two = len(ecs.tasks())
    api.data("POST", "/sessions", status=201)

    assert (after_two, len(ecs.tasks())) == (1, 2)


def test_a_task_that_never_served_fails_its_sessions_with_its_word(
    api: Api, deps: Deps, ecs: Ecs
) -> None:
    created = api.data("POST", "/sessions", status=201)
    (task,) = ecs.tasks()
    ecs.stop(task["taskArn"], "CannotPullContainerError: no such image in registry 123.dkr")

    reap(deps)

    failed = api.data("GET", f"/sessions/{created['sessionId']}")
    assert (failed["status"], failed["endReason"], failed["endDetail"]) == (
        "failed",
        "capacity_lost",
        "Stopped:CannotPullContainerError",
    )


def test_a_session_in_line_can_be_released(api: Api, deps: Deps) -> None:
    created = api.data("POST", "/sessions", status=201)

    released = api.data("DELETE", f"/sessions/{created['sessionId']}")

    assert (released["status"], released["endReason"]) == ("ended", "released")
    session = deps.store.get(SessionId(created["sessionId"]))
    assert session is not None
    assert not session.live


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("ECS_TASK_DEFINITION_ARN", "no-such-definition", "ClientException"),
        ("ECS_CLUSTER_ARN", "no-such-cluster", "ClusterNotFoundException"),
    ],
)
def test_a_wrong_configuration_is_a_typed_error_and_a_failed_session(
    environment: dict[str, str],
    redis_client: redis.Redis,
    variable: str,
    value: str,
    reason: str,
) -> None:
    deps = make_deps(ApiConfig.from_env({**environment, variable: value}))

    error = Api(deps).error("POST", "/sessions", status=502)
    sessions = Api(deps).data("GET", "/sessions")["sessions"]
    deps.store._redis.close()

    assert error["code"] == "CAPACITY_REFUSED"
    assert error["details"]["reason"] == reason
    assert [session["endReason"] for session in sessions] == ["capacity_refused"]
    assert sessions[0]["sessionId"] == error["details"]["sessionId"]


@pytest.mark.usefixtures("ecs")
def test_without_capacity_configured_a_full_house_is_429(
    environment: dict[str, str], redis_client: redis.Redis
) -> None:
    alone = {name: value for name, value in environment.items() if not name.startswith("ECS_")}
    alone = {name: value for name, value in alone.items() if not name.startswith("TASK_")}
    deps = make_deps(ApiConfig.from_env(alone))

    error = Api(deps).error("POST", "/sessions", status=429)
    deps.store._redis.close()

    assert error["code"] == "NO_CAPACITY"
