"""The one place where failures become HTTP answers.

1. A view decorated with `reported` lets nothing escape but `ViewFailed`, which Chalice passes on
   (any other exception it would answer by itself, in its own shape).
2. The middleware `answer_failures` turns that, and Chalice's own errors, into the envelope, and
   writes one log line per request.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import NamedTuple, ParamSpec, TypeVar

import msgspec
from chalice.app import ChaliceUnhandledError, Request, Response
from msgspec import Struct

from chalice_app import logs
from shared.errors import Unavailable, WallCrawlerError
from shared.lean_redis import RedisUnreachable
from shared.randomness import new_request_id
from shared.records import ErrorBody

P = ParamSpec("P")
T = TypeVar("T")

_FRAMEWORK_ERRORS = {405: ("METHOD_NOT_ALLOWED", "This method is not allowed here.")}


class ViewFailed(ChaliceUnhandledError):
    """Carries a view's failure, as its cause, through Chalice to the middleware."""


class Failure(NamedTuple):
    """An answer to a request that failed."""

    status: int
    body: ErrorBody
    headers: dict[str, str]


class _FailureEnvelope(Struct, frozen=True):
    success: bool
    error: ErrorBody


def reported(view: Callable[P, T]) -> Callable[P, T]:
    """Let a view's failures reach the middleware, whatever they are."""

    @functools.wraps(view)
    def carried(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return view(*args, **kwargs)
        except Exception as error:
            raise ViewFailed from error

    return carried


def failure_of(error: BaseException, request_id: str) -> Failure:
    """How an error is answered; one that is not ours is logged, and nothing of it is shown."""
    if isinstance(error, RedisUnreachable):
        logs.warning("the session store cannot be reached", reason=str(error), requestId=request_id)
        error = Unavailable("The session store cannot be reached. Try again shortly.")
    if not isinstance(error, WallCrawlerError):
        logs.failure("unexpected error", error, requestId=request_id)
        error = WallCrawlerError("An unexpected error occurred; quote the request id when asking.")
    body = ErrorBody(
        code=error.code,
        message=error.message,
        request_id=request_id,
        details=dict(error.details) or msgspec.UNSET,
    )
    retry = error.retry_after_seconds
    return Failure(error.http_status, body, {"Retry-After": str(retry)} if retry else {})


def encode_failure(body: ErrorBody) -> str:
    """The error envelope as JSON text."""
    return msgspec.json.encode(_FailureEnvelope(success=False, error=body)).decode()


def answer_failures(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Chalice middleware around every REST view."""
    request_id = str(request.context.get("requestId") or new_request_id())
    started = time.monotonic()
    with logs.about(requestId=request_id):
        try:
            response = _in_envelope(get_response(request), request_id)
        except ViewFailed as carrier:
            response = _response(failure_of(carrier.__cause__ or carrier, request_id))
        logs.info(
            "request",
            method=request.method,
            path=request.path,
            status=response.status_code,
            durationMs=round((time.monotonic() - started) * 1000, 1),
        )
    return response


def _in_envelope(response: Response, request_id: str) -> Response:
    """Views answer with encoded text; a dict is Chalice's own way of refusing."""
    if not isinstance(response.body, dict):
        return response
    code, message = _FRAMEWORK_ERRORS.get(
        response.status_code, (WallCrawlerError.code, "The request could not be handled.")
    )
    body = ErrorBody(code=code, message=message, request_id=request_id)
    headers = {name: str(value) for name, value in response.headers.items()}
    return _response(Failure(response.status_code, body, headers))


def _response(failure: Failure) -> Response:
    return Response(
        body=encode_failure(failure.body),
        status_code=failure.status,
        headers={**failure.headers, "Content-Type": "application/json"},
    )
