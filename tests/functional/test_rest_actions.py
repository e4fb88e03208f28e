"""Actions over REST to a (scripted) container and back, on a real Redis."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
import redis

from chalice_app.wiring import Deps
from shared.bus import Reply
from shared.clock import system_clock
from shared.errors import ActionFailed
from shared.limits import ACTION_GRACE_SECONDS
from shared.records import ErrorBody
from shared.request_kind import RequestKind
from shared.session_state import EndReason
from tests.api_fixture import LONG
from tests.fakes.api import (
    OTHER_API_KEY,
    FakeContainer,
    answers_with,
    performs,
)
from tests.fakes.api_user import Api
from tests.fakes.records import make_witness

BODIES: dict[str, dict[str, Any]] = {
    "act": {"instruction": "click OK"},
    "observe": {},
    "extract": {},
    "navigate": {"url": "https://example.com/"},
    "screenshot": {},
}
never_answers = performs(lambda _store, _request: None)


@pytest.fixture
def hasty(deps: Deps) -> Api:
    """Gives up soon where no answer is to come, but not before the container has been asked."""
    return Api(replace(deps, action_wait_seconds=1.0))


@pytest.fixture
def path(api: Api, container: FakeContainer) -> str:
    """Of a live session."""
    return f"/sessions/{api.data('POST', '/sessions', status=201)['sessionId']}"


def left_running(api: Api, path: str, container: FakeContainer) -> str:
    """Start an action that outlives its request; the path of its operation."""
    container.behaviour = never_answers
    operation = api.data("POST", f"{path}/act", BODIES["act"], status=202)["operationId"]
    return f"{path}/operations/{operation}"


def reply(deps: Deps, container: FakeContainer, reply: Reply) -> None:
    deps.bus.reply(container.seen[-1].id, reply)


@pytest.mark.parametrize("name", BODIES)
def test_an_action_reaches_the_container_and_its_result_the_caller(
    api: Api, path: str, container: FakeContainer, name: str
) -> None:
    data = api.data("POST", f"{path}/{name}", BODIES[name])

    assert container.seen[-1].kind is RequestKind(name)
    asked = data[name]
    assert asked["sessionId"] == path.rpartition("/")[2]
    assert asked["modelApiKey"] is None
    assert asked["body"].items() >= BODIES[name].items()


def test_the_key_of_a_model_goes_with_its_request_alone(
    api: Api, path: str, redis_client: redis.Redis
) -> None:
    data = api.data("POST", f"{path}/act", BODIES["act"], x_model_api_key="sk-secret")

    assert data["act"]["modelApiKey"] == "sk-secret"
    assert redis_client.keys("wc:re*") == []


def test_a_failed_action_is_answered_with_its_details(
    api: Api, path: str, container: FakeContainer
) -> None:
    error = ErrorBody(
        code="AMBIGUOUS_TARGET", message="Two fit.", details={"candidates": [{"name": "Save"}]}
    )
    container.behaviour = performs(lambda _store, _request: Reply(error=error))

    answered = api.error("POST", f"{path}/act", BODIES["act"], status=422)

    assert (answered["code"], answered["message"]) == ("AMBIGUOUS_TARGET", "Two fit.")
    assert answered["details"] == {"candidates": [{"name": "Save"}]}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        *((kind.code, 422) for kind in ActionFailed.__subclasses__()),
        ("RESULT_TOO_LARGE", 422),
        ("NO_CAPACITY", 429),
        ("MODEL_FAILED", 502),
        ("ACTION_TIMEOUT", 504),
        ("INVALID_REQUEST", 400),
        ("SESSION_ENDED", 410),
    ],
)
def test_every_failure_has_its_status(
    api: Api, path: str, container: FakeContainer, code: str, status: int
) -> None:
    container.behaviour = performs(answers_with(code))

    assert api.error("POST", f"{path}/act", BODIES["act"], status=status)["code"] == code


def test_an_action_that_outlives_its_request_is_followed_by_its_operation(
    hasty: Api, deps: Deps, path: str, container: FakeContainer
) -> None:
    container.behaviour = never_answers
    response = hasty.send("POST", f"{path}/act", BODIES["act"])
    accepted = json.loads(response.body)["data"]
    operation = f"{path}/{response.headers['Location']}"

    running = hasty.data("GET", operation)
    reply(deps, container, Reply(result=msgspec.Raw(b'{"title":"Done"}')))
    ended = [hasty.data("GET", operation) for _ in range(2)]

    assert response.status_code == 202
    assert int(response.headers["Retry-After"]) > 0
    assert accepted == running == {"operationId": container.seen[-1].id, "status": "running"}
    assert ended == [{**running, "status": "succeeded", "data": {"title": "Done"}}] * 2


def test_an_operation_fails_as_its_request_would_have(
    hasty: Api, deps: Deps, path: str, container: FakeContainer
) -> None:
    operation = left_running(hasty, path, container)
    error = ErrorBody(code="TARGET_NOT_FOUND", message="No OK.", details={"candidates": []})
    reply(deps, container, Reply(error=error))

    data = hasty.data("GET", operation)

    assert data["status"] == "failed"
    assert data["error"] == {
        "code": "TARGET_NOT_FOUND",
        "message": "No OK.",
        "requestId": data["operationId"],
        "details": {"candidates": []},
    }


def test_an_operation_fails_with_its_session(
    hasty: Api, path: str, container: FakeContainer
) -> None:
    operation = left_running(hasty, path, container)
    hasty.data("DELETE", path)

    data = hasty.data("GET", operation)

    assert (data["status"], data["error"]["code"]) == ("failed", "SESSION_ENDED")


def test_an_operation_fails_with_its_container(
    hasty: Api, deps: Deps, path: str, container: FakeContainer
) -> None:
    operation = left_running(hasty, path, container)
    deps.store.beat(make_witness(), deps.clock(), 60)
    deps.store.beat(container.task, deps.clock() - 120, 60)

    data = hasty.data("GET", operation)

    assert (data["status"], data["error"]["code"]) == ("failed", "SESSION_ENDED")
    assert data["error"]["details"] == {"status": "failed"}


def test_what_was_done_before_the_session_ended_stays_known(
    hasty: Api, deps: Deps, path: str, container: FakeContainer
) -> None:
    operation = left_running(hasty, path, container)
    reply(deps, container, Reply(result=msgspec.Raw(b'{"title":"Done"}')))
    hasty.data("DELETE", path)

    assert hasty.data("GET", operation)["data"] == {"title": "Done"}


def test_an_operation_without_news_does_not_run_for_ever(
    hasty: Api, deps: Deps, path: str, container: FakeContainer
) -> None:
    operation = left_running(hasty, path, container)
    later_seconds = 30 + 2 * ACTION_GRACE_SECONDS + 1
    later = Api(replace(deps, clock=lambda: system_clock() + later_seconds))

    data = later.data("GET", operation)

    assert (data["status"], data["error"]["code"]) == ("failed", "TASK_TIMEOUT")


def test_an_operation_is_its_sessions_and_its_owners(
    hasty: Api, deps: Deps, path: str, container: FakeContainer
) -> None:
    operation = left_running(hasty, path, container)
    other = f"/sessions/{hasty.data('POST', '/sessions', status=201)['sessionId']}"
    name = operation.removeprefix(path)

    elsewhere = hasty.error("GET", f"{other}{name}", status=404)
    stranger = Api(deps, OTHER_API_KEY).error("GET", operation, status=404)
    unknown = hasty.error("GET", f"{path}/operations/{'0' * 32}", status=404)
    malformed = hasty.error("GET", f"{path}/operations/x", status=404)

    assert stranger["code"] == "SESSION_NOT_FOUND"
    assert {elsewhere["code"], unknown["code"], malformed["code"]} == {"OPERATION_NOT_FOUND"}


def test_an_action_that_no_container_took_is_not_run_later(
    hasty: Api, deps: Deps, redis_url: str, redis_client: redis.Redis
) -> None:
    with FakeContainer(redis_url).serving(LONG) as container:
        path = f"/sessions/{hasty.data('POST', '/sessions', status=201)['sessionId']}"

    error = hasty.error("POST", f"{path}/act", BODIES["act"], status=504)

    assert error["code"] == "TASK_TIMEOUT"
    with container.serving(LONG):
        hasty.data("DELETE", path)
    assert [request.kind for request in container.seen] == [RequestKind.OPEN, RequestKind.CLOSE]


@pytest.mark.parametrize("name", BODIES)
def test_an_ended_sessions_page_is_gone(api: Api, path: str, name: str) -> None:
    api.data("DELETE", path)

    error = api.error("POST", f"{path}/{name}", BODIES[name], status=410)

    assert error["code"] == "SESSION_ENDED"
    assert error["message"] == EndReason.RELEASED.text


@pytest.mark.parametrize("name", BODIES)
def test_a_session_that_ends_while_its_container_is_silent_is_told(
    hasty: Api, deps: Deps, path: str, container: FakeContainer, name: str
) -> None:
    def ends(store: Any, request: Any) -> None:
        session_id = msgspec.json.decode(request.payload)["sessionId"]
        store.finish(session_id, EndReason.BROWSER_CRASHED, system_clock(), release_slot=True)

    container.behaviour = performs(ends)

    error = hasty.error("POST", f"{path}/{name}", BODIES[name], status=410)

    assert error["message"] == EndReason.BROWSER_CRASHED.text


def test_somebody_elses_page_cannot_be_told_from_none(
    deps: Deps, path: str, container: FakeContainer
) -> None:
    stranger = Api(deps, OTHER_API_KEY)

    for name, body in BODIES.items():
        error = stranger.error("POST", f"{path}/{name}", body, status=404)
        assert error["code"] == "SESSION_NOT_FOUND"
    assert [request.kind for request in container.seen] == [RequestKind.OPEN]


def test_a_wrong_body_never_reaches_the_container(
    api: Api, path: str, container: FakeContainer
) -> None:
    error = api.error("POST", f"{path}/act", {"instruction": "x", "timeoutMs": 1}, status=400)

    assert error["details"] == {"field": "timeoutMs"}
    assert [request.kind for request in container.seen] == [RequestKind.OPEN]


def test_a_result_that_lambda_could_not_answer_is_told(
    deps: Deps, path: str, container: FakeContainer
) -> None:
    lambda_deps = replace(deps, config=replace(deps.config, answer_bytes_max=100))
    result = msgspec.Raw(b'{"base64":"' + b"A" * 88 + b'"}')
    container.behaviour = performs(lambda _store, _request: Reply(result=result))

    error = Api(lambda_deps).error("POST", f"{path}/screenshot", {}, status=422)

    assert error["code"] == "RESULT_TOO_LARGE"
    assert error["details"] == {"bytes": 105, "limit": 100}
    assert Api(deps).data("POST", f"{path}/screenshot", {}) == {"base64": "A" * 88}
