"""The messages of the channels: one codec for `/internal/ws` and for the WebSocket API.

Text messages are JSON objects with a `type` and, where an answer is wanted, the client's `id`,
which every answer repeats (`incoming`, `outgoing`). Binary messages are frames of the screencast
(`frames`). What is too long for a carrier travels in pieces (`chunks`). `docs/channels.md` shows
each message.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct

from shared import limits
from shared.decoding import Allowed, explain
from shared.envelope.incoming import TYPES, ChunkMessage, ClientMessage, MessageId
from shared.envelope.outgoing import ErrorMessage
from shared.errors import InvalidRequest, WallCrawlerError
from shared.records import ErrorBody
from shared.surrogates import mend_surrogates


class InvalidMessage(Exception):
    """A client's message cannot be served; `answer` says why, with the client's id."""

    def __init__(self, answer: ErrorMessage) -> None:
        super().__init__(answer.error.message)
        self.answer = answer


class _Anything(Struct):
    type: Any = None
    id: Any = None


_ALLOWED: Allowed = {
    "type": f"one of {', '.join(TYPES)}",
    "id": (
        f"a text of at most {limits.MESSAGE_ID_CHARS_MAX} characters, an integer, or null; in a"
        f" CHUNK a text of 1 to {limits.CHUNK_ID_CHARS_MAX}"
    ),
    "method": "a CDP method, such as Page.navigate",
    "action": (
        "in an AI_ACTION act, extract, observe, navigate or screenshot; in a TAB_COMMAND activate,"
        " open, close, navigate, back, forward, reload, acceptDialog or dismissDialog"
    ),
    "targetId": "the targetId of a tab, as HELLO and TABS tell it",
    "event": "an object with a kind: mouse, key, text, paste, touch, choose or copy",
    "event.kind": "one of mouse, key, text, paste, touch, choose, copy",
    "event.action": (
        "move, down, up or wheel of a mouse; down, up or press of a key; start, move, end or cancel"
        " of a touch"
    ),
    "event.x": "a number of pixels",
    "event.y": "a number of pixels",
    "event.key": "a key's name as in KeyboardEvent.key",
    "event.text": f"a text of at most {limits.ACTION_TEXT_CHARS_MAX} characters",
    "event.points.x": "a number of pixels",
    "event.points.y": "a number of pixels",
    "event.frame.width": f"an integer from 1 to {limits.FRAME_PX_MAX}",
    "event.frame.height": f"an integer from 1 to {limits.FRAME_PX_MAX}",
    "events": "a list of 1 to 100 CDP events or domains, such as Runtime.consoleAPICalled",
    "holder": "human or agent",
    "ttlSeconds": (
        f"an integer from {limits.CONTROL_TTL_SECONDS_MIN} to {limits.CONTROL_TTL_SECONDS_MAX}"
    ),
    "seq": "an integer from 0",
    "total": f"an integer from 1 to {limits.CHUNKS_MAX}",
    "data": "a text",
}

_decode: Final = msgspec.json.Decoder(ClientMessage).decode
_decode_anything: Final = msgspec.json.Decoder(_Anything).decode
_NO_MESSAGE: Final = "A message must be a JSON object with a `type`."
_CUT_THROUGH: Final = "A chunk must not be cut between the two halves of a surrogate pair."
encode: Final = msgspec.json.Encoder().encode
"""JSON text of an `Outgoing`, in UTF-8."""


def decode(text: bytes) -> ClientMessage:
    """The record of a client's message; in it U+FFFD stands for lone surrogates.

    Raises:
        InvalidMessage: it is none; the answer names the field.
    """
    try:
        message: ClientMessage = _decode(text)
    except msgspec.ValidationError as error:
        raise InvalidMessage(
            error_message(_id_of(text), _explain(error)),
        ) from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        repaired = mend_surrogates(text)
        if repaired != text:
            return _decode_repaired(repaired)
        refused = InvalidRequest(_NO_MESSAGE, field="body")
        raise InvalidMessage(error_message(None, refused)) from error
    return message


def _decode_repaired(text: bytes) -> ClientMessage:
    message = decode(text)
    if isinstance(message, ChunkMessage):  # the other half is in the next piece
        refused = InvalidRequest(_CUT_THROUGH, field="data")
        raise InvalidMessage(error_message(message.id, refused))
    return message


def error_message(
    message_id: MessageId, error: WallCrawlerError, request_id: str | None = None
) -> ErrorMessage:
    """The answer to a message that an error stands in the way of."""
    return ErrorMessage(
        id=message_id,
        error=ErrorBody(
            code=error.code,
            message=error.message,
            request_id=request_id or UNSET,
            details=dict(error.details) or UNSET,
        ),
    )


def _explain(error: msgspec.ValidationError) -> InvalidRequest:
    explained = explain(error, _ALLOWED)
    if explained.details.get("field") == "body":
        return InvalidRequest(_NO_MESSAGE, field="body")
    return explained


def _id_of(text: bytes) -> MessageId:
    """The id of a message that is wrong otherwise, if it has a proper one."""
    try:
        found: MessageId = msgspec.convert(_decode_anything(mend_surrogates(text)).id, MessageId)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return found
