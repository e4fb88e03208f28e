"""From Lambda results to HTTP."""

from __future__ import annotations

import json

import pytest

from standalone.gateway.answers import HttpAnswer, MalformedResult, aws_error, error, from_lambda

JSON = ("Content-Type", "application/json")


def test_text_becomes_bytes_and_is_json_unless_said_otherwise() -> None:
    assert from_lambda({"statusCode": 201, "body": "é"}) == HttpAnswer(201, (JSON,), b"\xc3\xa9")


def test_base64_becomes_what_it_stands_for() -> None:
    result = {"statusCode": 200, "body": "/w==", "isBase64Encoded": True}

    assert from_lambda(result).body == b"\xff"


def test_headers_of_many_values_are_kept_apart() -> None:
    result = {
        "statusCode": 200,
        "headers": {"content-type": "text/plain"},
        "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
    }

    assert from_lambda(result).headers == (
        ("content-type", "text/plain"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    )


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"statusCode": "200"},
        {"statusCode": 200, "headers": "x"},
        {"statusCode": 200, "body": 1},
        {"statusCode": 200, "body": "!", "isBase64Encoded": True},
    ],
)
def test_a_result_that_is_none_is_refused(result: dict[str, object]) -> None:
    with pytest.raises(MalformedResult):
        from_lambda(result)


def test_the_gateways_errors_use_the_apis_envelope() -> None:
    answer = error(404, "NOT_FOUND", "No.", "r", (("Allow", "GET"),))

    assert json.loads(answer.body) == {
        "success": False,
        "error": {"code": "NOT_FOUND", "message": "No.", "requestId": "r"},
    }
    assert ("Allow", "GET") in answer.headers


def test_an_aws_error_names_its_exception() -> None:
    assert ("x-amzn-ErrorType", "GoneException") in aws_error(410, "GoneException", "").headers
