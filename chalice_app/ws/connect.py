"""`$connect`: nobody is let in without the token of a live session; who is, is remembered.

The query has `token`; `screencast=1` to be a viewer from the first moment on, with the options of
`START_SCREENCAST` beside it; and `trace=1` to have answers tell how long each hop took.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from chalice_app.http_errors import encode_failure, failure_of
from chalice_app.wiring import Deps
from chalice_app.ws.events import WsEvent, connection_id_of, endpoint_of, query_of
from shared.connections import ConnectionHead
from shared.decoding import explain
from shared.envelope.incoming import ScreencastOptions
from shared.errors import (
    Forbidden,
    InvalidRequest,
    NoCapacity,
    SessionEnded,
    SessionNotFound,
    Unauthorized,
)
from shared.limits import WS_API_CONNECTIONS_MAX
from shared.records import Session
from shared.tokens import Claims, Scope, TokenRefused, parse_token

_OF_THE_CONNECTION = frozenset({"token", "screencast", "trace"})
_SWITCH: Mapping[str, bool] = {"1": True, "true": True, "0": False, "false": False}


def connect(event: WsEvent, deps: Deps) -> dict[str, Any]:
    """Accept with 200, or refuse the upgrade with 400 to 503 and a JSON body (`docs/api.md`)."""
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
    query = query_of(event)
    claims, session = _let_in(query.get("token"), deps)
    now = deps.clock()
    context = event["requestContext"]
    head = ConnectionHead(
        connection_id=connection_id_of(event),
        session_id=claims.session_id,
        owner_id=claims.owner_id,
        token_id=claims.token_id,
        scopes=tuple(sorted(scope.value for scope in claims.scopes)),
        domain_name=context["domainName"],
        stage=context["stage"],
        endpoint=deps.config.ws_management_endpoint or endpoint_of(event, deps.config.aws_region),
        connected_at=now,
        void_at=_void_at(claims, session),
        screencast=_screencast(query, claims),
        trace=_switch(query, "trace"),
    )
    if not deps.connections.open(head, deps.new_request_id(), now):
        raise NoCapacity(f"The session has {WS_API_CONNECTIONS_MAX} connections already.")


def _let_in(token: str | None, deps: Deps) -> tuple[Claims, Session]:
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
    return claims, session


def _void_at(claims: Claims, session: Session) -> float | None:
    lasts = claims.expires_at >= int(session.spec.expires_at)
    return None if lasts else claims.expires_at


def _screencast(query: Mapping[str, str], claims: Claims) -> ScreencastOptions | None:
    """The wish of one who wants to see from the first moment on."""
    if not _switch(query, "screencast"):
        return None
    if Scope.VIEW not in claims.scopes:
        raise Forbidden("This token does not have the scope view.")
    options = {name: value for name, value in query.items() if name not in _OF_THE_CONNECTION}
    try:
        return msgspec.convert(options, ScreencastOptions, strict=False)
    except msgspec.ValidationError as error:
        raise explain(error, {}) from error


def _switch(query: Mapping[str, str], name: str) -> bool:
    word = query.get(name, "0").lower()
    if word not in _SWITCH:
        raise InvalidRequest(f"{name} must be 1 or 0.", field=name)
    return _SWITCH[word]
