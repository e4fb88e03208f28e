"""The events that API Gateway sends to Lambda: its REST proxy event and its WebSocket events.

Field names and shapes follow "Input format of a Lambda function for proxy integration" and
"Integration request data for WebSocket APIs" of the API Gateway developer guide.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs

from standalone.addresses import STAGE
from standalone.gateway.routes import Match

Event = dict[str, object]

_ACCOUNT_ID = "000000000000"
API_ID = "standalone"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One HTTP request, as received."""

    method: str
    target: str
    """Path and query, percent-encoded."""
    headers: Sequence[tuple[str, str]]
    """In the order and spelling received; a name may come more than once."""
    body: bytes
    source_ip: str
    request_id: str
    received_at: float
    """Epoch seconds."""

    @property
    def path(self) -> str:
        """Percent-encoded, without the query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, list[str]]:
        """Decoded; every value of every name."""
        return parse_qs(self.target.partition("?")[2], keep_blank_values=True)

    def header(self, name: str) -> str:
        """The last value of a header; "" when it is absent."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values[-1] if values else ""


def rest_event(request: HttpRequest, match: Match) -> Event:
    """The event of a REST proxy integration."""
    body, is_base64 = _body(request.body)
    multi_headers = _multi_values(request.headers)
    return {
        "resource": match.resource_path,
        "path": request.path,
        "httpMethod": request.method,
        "headers": _last_values(multi_headers),
        "multiValueHeaders": multi_headers,
        **_query_fields(request.query),
        "pathParameters": dict(match.parameters) or None,
        "stageVariables": None,
        "requestContext": {
            "accountId": _ACCOUNT_ID,
            "apiId": API_ID,
            "httpMethod": request.method,
            "path": request.path,
            "resourcePath": match.resource_path,
            "stage": "standalone",
            **_common_context(request),
        },
        "body": body,
        "isBase64Encoded": is_base64,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionFacts:
    """What every event of one WebSocket connection says of it."""

    connection_id: str
    domain_name: str
    connected_at: float
    """Epoch seconds."""
    source_ip: str
    user_agent: str


def connect_event(facts: ConnectionFacts, request: HttpRequest) -> Event:
    """`$connect`: the query and headers of the upgrade; without a query its fields are absent."""
    multi_headers = _multi_values(request.headers)
    query = request.query
    return {
        "headers": _last_values(multi_headers),
        "multiValueHeaders": multi_headers,
        **(_query_fields(query) if query else {}),
        "requestContext": _socket_context(
            facts, "$connect", "CONNECT", request.request_id, request.received_at
        ),
        "isBase64Encoded": False,
    }


@dataclass(frozen=True, slots=True)
class Message:
    """One WebSocket message of a client."""

    data: bytes
    binary: bool


def message_event(
    facts: ConnectionFacts, route_key: str, message: Message, message_id: str, now: float
) -> Event:
    """A message of the client, for the route it selects; binary ones come in base64."""
    context = _socket_context(facts, route_key, "MESSAGE", message_id, now)
    text = message.data
    body = base64.b64encode(text).decode() if message.binary else text.decode(errors="replace")
    return {
        "requestContext": {**context, "messageId": message_id},
        "body": body,
        "isBase64Encoded": message.binary,
    }


def disconnect_event(
    facts: ConnectionFacts, code: int, reason: str, request_id: str, now: float
) -> Event:
    """`$disconnect`: the connection is already gone."""
    context = _socket_context(facts, "$disconnect", "DISCONNECT", request_id, now)
    return {
        "requestContext": {**context, "disconnectStatusCode": code, "disconnectReason": reason},
        "isBase64Encoded": False,
    }


def _common_context(request: HttpRequest) -> Event:
    return {
        "protocol": "HTTP/1.1",
        "requestId": request.request_id,
        "extendedRequestId": request.request_id,
        "requestTime": _request_time(request.received_at),
        "requestTimeEpoch": int(request.received_at * 1000),
        "identity": {"sourceIp": request.source_ip, "userAgent": request.header("user-agent")},
    }


def _socket_context(
    facts: ConnectionFacts, route_key: str, event_type: str, request_id: str, now: float
) -> Event:
    return {
        "routeKey": route_key,
        "eventType": event_type,
        "messageDirection": "IN",
        "connectionId": facts.connection_id,
        "connectedAt": int(facts.connected_at * 1000),
        "apiId": API_ID,
        "stage": STAGE,
        "domainName": facts.domain_name,
        "requestId": request_id,
        "extendedRequestId": request_id,
        "requestTime": _request_time(now),
        "requestTimeEpoch": int(now * 1000),
        "identity": {"sourceIp": facts.source_ip, "userAgent": facts.user_agent},
    }


def _request_time(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


def _multi_values(headers: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    return values


def _last_values(multi: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {name: values[-1] for name, values in multi.items()}


def _query_fields(query: Mapping[str, list[str]]) -> Event:
    return {
        "queryStringParameters": _last_values(query) or None,
        "multiValueQueryStringParameters": dict(query) or None,
    }


def _body(body: bytes) -> tuple[str | None, bool]:
    """Lambda gets text as text, anything else as base64, and nothing as null."""
    if not body:
        return None, False
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), True
