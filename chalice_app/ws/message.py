"""`$default`: one text message in, one text message back."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from shared.errors import InvalidRequest
from shared.records import ErrorBody

MessageId = str | int | None


class _Incoming(Struct, frozen=True):
    """The envelope every message has; what else it holds depends on its type."""

    type: str
    id: MessageId = None


class Pong(Struct, frozen=True):
    """The answer to `PING`."""

    id: MessageId
    type: Literal["PONG"] = "PONG"


class ErrorMessage(Struct, frozen=True):
    """The answer to a message that cannot be served."""

    id: MessageId
    error: ErrorBody
    type: Literal["ERROR"] = "ERROR"


def reply_to(text: str) -> str:
    """The answer to one message, as JSON text; never raises on bad input."""
    return msgspec.json.encode(_reply_to(text)).decode()


def _reply_to(text: str) -> Pong | ErrorMessage:
    try:
        message = msgspec.json.decode(text, type=_Incoming)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return ErrorMessage(
            None,
            ErrorBody(
                code=InvalidRequest.code,
                message="A message must be a JSON object with a string `type`.",
            ),
        )
    if message.type == "PING":
        return Pong(message.id)
    return ErrorMessage(
        message.id,
        ErrorBody(
            code="UNSUPPORTED_MESSAGE",
            message="Messages of this type are not supported; PING is. Drive the session over CDP.",
        ),
    )
