"""`$connect`: nobody is let in without the token of a live session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice_app.http_errors import encode_failure, failure_of
from chalice_app.wiring import Deps
from shared.errors import SessionEnded, SessionNotFound, Unauthorized
from shared.tokens import TokenRefused, parse_token

WsEvent = Mapping[str, Any]
"""API Gateway's WebSocket event: `requestContext`, and `queryStringParameters` if any."""


def connect(event: WsEvent, deps: Deps) -> dict[str, Any]:
    """Accept with status 200, or refuse the upgrade with 401, 404, 410 or 503 and a JSON body."""
    request_id = str(event["requestContext"].get("requestId") or deps.new_request_id())
    try:
        _admit(event, deps)
    except Exception as error:
        failure = failure_of(error, request_id)
        return {
            "statusCode": failure.status,
            "headers": {**failure.headers, "Content-Type": "application/json"},
            "body": encode_failure(failure.body),
        }
    return {"statusCode": 200}


def _admit(event: WsEvent, deps: Deps) -> None:
    token = (event.get("queryStringParameters") or {}).get("token")
    if not token:
        raise Unauthorized("Give the session's token in the query, as ?token=….")
    try:
        claims = parse_token(token, deps.secrets.token_secret())
    except TokenRefused as error:
        raise Unauthorized(str(error)) from error
    deps.store.reap(deps.clock())
    session = deps.store.get(claims.session_id)
    if session is None or session.spec.owner_id != claims.owner_id:
        raise SessionNotFound("There is no such session.")
    if session.spec.token_id != claims.token_id:
        raise Unauthorized("The token is not valid.")
    if not session.live:
        reason = session.end_reason.value if session.end_reason else None
        raise SessionEnded("The session has ended.", status=session.status.value, endReason=reason)
