"""@connections, as boto3's `apigatewaymanagementapi` speaks to it.

On AWS a caller signs with IAM credentials. Here the connection id is the capability: 128 random
bits that only the client and its own session are told.
"""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import unquote

from shared.limits import WS_API_MESSAGE_BYTES_MAX
from standalone.addresses import STAGE
from standalone.gateway import answers
from standalone.gateway.answers import HttpAnswer
from standalone.gateway.events import HttpRequest
from standalone.gateway.sockets import (
    UNREAD_BYTES_MAX,
    Connection,
    SocketApi,
)

PREFIX: Final = f"/{STAGE}/@connections/"
_CLOSE_NORMAL = 1000


def connection_id_of(path: str) -> str | None:
    """The id in a management path; None for any other path."""
    decoded = unquote(path)
    return decoded.removeprefix(PREFIX) if decoded.startswith(PREFIX) else None


def manage(sockets: SocketApi, connection_id: str, request: HttpRequest) -> HttpAnswer:
    """Run one GetConnection, PostToConnection or DeleteConnection."""
    connection = sockets.find(connection_id)
    if connection is None:
        return answers.aws_error(410, "GoneException", "The connection is gone.")
    match request.method:
        case "GET":
            body = json.dumps(connection.describe()).encode()
            return HttpAnswer(200, (("Content-Type", "application/json"),), body)
        case "POST":
            return _post(connection, request.body)
        case "DELETE":
            connection.close(_CLOSE_NORMAL, "")
            return HttpAnswer(204)
        case _:
            return answers.aws_error(403, "ForbiddenException", "There is no such operation.")


def _post(connection: Connection, data: bytes) -> HttpAnswer:
    if len(data) > WS_API_MESSAGE_BYTES_MAX:
        return answers.aws_error(
            413,
            "PayloadTooLargeException",
            f"A message has {WS_API_MESSAGE_BYTES_MAX} bytes at most.",
        )
    if connection.unread_bytes > UNREAD_BYTES_MAX:
        return answers.aws_error(429, "LimitExceededException", "The client does not read.")
    connection.post(data)
    return HttpAnswer(200)
