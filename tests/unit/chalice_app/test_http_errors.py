from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.app import Request, Response

from chalice_app.http_errors import ViewFailed, answer_failures, failure_of, reported
from shared.errors import InvalidRequest, NoCapacity, TaskTimeout
from shared.lean_redis import PasswordRefused, RedisUnreachable
from tests.fakes.logs import Recorder, recorded


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with recorded() as recorder:
        yield recorder


def make_request(**context: object) -> Request:
    return Request(
        {
            "multiValueQueryStringParameters": {"token": ["secret-in-query"]},
            "headers": {"x-api-key": "secret-key"},
            "pathParameters": {"session_id": "s"},
            "requestContext": {
                "httpMethod": "GET",
                "resourcePath": "/sessions/{session_id}",
                **context,
            },
            "body": "secret-body",
            "stageVariables": None,
        }
    )


def answer(error: Exception, **context: object) -> Response:
    @reported
    def view() -> Response:
        raise error

    return answer_failures(make_request(**context), lambda _request: view())


def error_in(response: Response) -> dict[str, Any]:
    body = json.loads(response.body)
    assert body["success"] is False
    return dict(body["error"])


def test_a_view_that_works_is_left_alone() -> None:
    assert reported(lambda: "fine")() == "fine"


def test_any_failure_of_a_view_is_carried_to_the_middleware() -> None:
    error = ZeroDivisionError()

    @reported
    def view() -> None:
        raise error

    with pytest.raises(ViewFailed) as raised:
        view()
    assert raised.value.__cause__ is error


def test_our_errors_say_what_is_wrong() -> None:
    response = answer(InvalidRequest("timeout is too long", field="timeout"), requestId="req")

    assert response.status_code == 400
    assert response.headers == {"Content-Type": "application/json"}
    assert error_in(response) == {
        "code": "INVALID_REQUEST",
        "message": "timeout is too long",
        "requestId": "req",
        "details": {"field": "timeout"},
    }


def test_a_retry_after_is_a_header() -> None:
    response = answer(NoCapacity("full"))

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "5"


def test_the_bus_request_is_told_apart_from_the_http_request() -> None:
    error = error_in(answer(TaskTimeout("late", requestId="bus"), requestId="http"))

    assert (error["requestId"], error["details"]) == ("http", {"requestId": "bus"})


@pytest.mark.parametrize(
    "error", [RedisUnreachable("10.0.0.7:6379"), PasswordRefused("10.0.0.7:6379")]
)
def test_redis_being_away_is_503_and_names_no_host_but_in_the_log(
    error: Exception, recorder: Recorder
) -> None:
    response = answer(error, requestId="req")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "2"
    assert "10.0.0.7" not in response.body
    logged = next(line for line in recorder.lines if line["level"] == "WARNING")
    assert (logged["reason"], logged["requestId"]) == ("10.0.0.7:6379", "req")


def test_anything_else_is_500_and_leaks_nothing(recorder: Recorder) -> None:
    response = answer(RuntimeError("password=hunter2"), requestId="req")

    assert response.status_code == 500
    assert error_in(response)["code"] == "INTERNAL"
    assert error_in(response)["requestId"] == "req"
    assert "hunter2" not in response.body
    logged = next(line for line in recorder.lines if line["level"] == "ERROR")
    assert logged["requestId"] == "req"
    assert "RuntimeError: password=hunter2" in logged["traceback"]


def test_chalices_own_refusals_come_in_the_envelope() -> None:
    own = Response(
        body={"Code": "MethodNotAllowedError", "Message": "Unsupported method: PUT"},
        headers={"Allow": "GET, DELETE"},
        status_code=405,
    )

    response = answer_failures(make_request(), lambda _request: own)

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, DELETE"
    assert error_in(response)["code"] == "METHOD_NOT_ALLOWED"


def test_an_answer_of_ours_passes_unchanged() -> None:
    ours = Response(body='{"success":true}')

    assert answer_failures(make_request(), lambda _request: ours) is ours


def test_a_request_without_an_id_is_given_one() -> None:
    first, second = (error_in(answer(NoCapacity("full")))["requestId"] for _ in range(2))

    assert len(first) == 32
    assert first != second


def test_each_request_is_one_line_without_secrets(recorder: Recorder) -> None:
    answer(NoCapacity("full"), requestId="req")

    (line,) = recorder.lines
    assert line.pop("durationMs") >= 0
    assert {key: line[key] for key in ("requestId", "method", "path", "status")} == {
        "requestId": "req",
        "method": "GET",
        "path": "/sessions/{session_id}",
        "status": 429,
    }
    assert "secret" not in json.dumps(line)


def test_the_same_words_serve_for_websockets() -> None:
    failure = failure_of(NoCapacity("full"), "req")

    assert (failure.status, failure.body.code) == (429, "NO_CAPACITY")
