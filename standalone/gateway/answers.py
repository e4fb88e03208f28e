"""What goes back over HTTP: a Lambda function's result, or an error of the gateway's own."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

_JSON = ("Content-Type", "application/json")


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """One HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class MalformedResult(Exception):
    """The function returned something API Gateway cannot make a response of."""


def from_lambda(result: Mapping[str, object]) -> HttpAnswer:
    """The response a proxy integration's result stands for.

    Raises:
        MalformedResult: no status, or a body or header of the wrong type.
    """
    status = result.get("statusCode")
    single, multi = result.get("headers") or {}, result.get("multiValueHeaders") or {}
    if not isinstance(status, int) or not isinstance(single, dict) or not isinstance(multi, dict):
        raise MalformedResult("statusCode or headers")
    headers = [(name, str(value)) for name, value in single.items()]
    headers += [(name, str(value)) for name, values in multi.items() for value in values]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(_JSON)
    return HttpAnswer(status, tuple(headers), _body_of(result))


def error(
    status: int,
    code: str,
    message: str,
    request_id: str,
    headers: tuple[tuple[str, str], ...] = (),
) -> HttpAnswer:
    """An error of the gateway in the API's own envelope."""
    detail = {"code": code, "message": message, "requestId": request_id}
    body = json.dumps({"success": False, "error": detail}).encode()
    return HttpAnswer(status, (_JSON, *headers), body)


def aws_error(status: int, kind: str, message: str) -> HttpAnswer:
    """An error as the AWS SDKs read it: the exception's name is in a header."""
    return HttpAnswer(
        status, (_JSON, ("x-amzn-ErrorType", kind)), json.dumps({"message": message}).encode()
    )


def _body_of(result: Mapping[str, object]) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    if not isinstance(body, str):
        raise MalformedResult("body")
    if not result.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error_:
        raise MalformedResult("base64 body") from error_
