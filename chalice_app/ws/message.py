"""`$default`: a message is checked here and done by the session's container.

What cannot be served is answered at once, and so is `PING`; everything else goes on the list of
the session's task, which answers through @connections by itself.
"""

from __future__ import annotations

from chalice_app.http_errors import failure_of
from chalice_app.wiring import Deps
from chalice_app.ws.events import WsEvent, body_of, connection_id_of
from shared import envelope
from shared.connections import ClientText, SendOutcome
from shared.envelope.incoming import ChunkMessage, ClientMessage, InputEvent, Ping
from shared.envelope.outgoing import ErrorMessage, Outgoing, Pong
from shared.errors import (
    ConnectionNotFound,
    ContainerLost,
    SessionEnded,
    SessionNotReady,
    Unauthorized,
    Unavailable,
    WallCrawlerError,
)
from shared.ids import ConnectionId
from shared.surrogates import mend_surrogates
from shared.tokens import EXPIRED

_GONE = "This connection is not known, or has been closed. Connect again."


def receive(event: WsEvent, deps: Deps) -> Outgoing | None:
    """Take one message; what to answer at once, if anything."""
    received_at = deps.clock()
    text = body_of(event)
    try:
        message = envelope.decode(text)
    except envelope.InvalidMessage as refusal:
        return refusal.answer
    try:
        return _take(connection_id_of(event), message, text, received_at, deps)
    except Exception as error:
        request_id = str(event["requestContext"].get("requestId") or deps.new_request_id())
        return ErrorMessage(id=message.id, error=failure_of(error, request_id).body)


def _take(
    connection_id: ConnectionId,
    message: ClientMessage,
    text: bytes,
    received_at: float,
    deps: Deps,
) -> Outgoing | None:
    if isinstance(message, Ping):
        outcome = deps.connections.touch(connection_id, received_at)
        if outcome is not SendOutcome.SENT:
            raise _refusal(outcome)
        return Pong(id=message.id)
    sent = ClientText(
        text=mend_surrogates(text),  # as it was read
        type=str(message.__struct_config__.tag),
        id=message.id,
        answered=_will_be_answered(message),
        received_at=received_at,
    )
    outcome, status, reason = deps.connections.send(
        connection_id, deps.new_request_id(), sent, deps.clock()
    )
    if outcome is not SendOutcome.SENT:
        raise _refusal(outcome, status, reason)
    return None


def _will_be_answered(message: ClientMessage) -> bool:
    """Input that nobody asks about is not; of chunks, only the message within is."""
    return not isinstance(message, ChunkMessage) and not (
        isinstance(message, InputEvent) and message.id is None
    )


def _refusal(outcome: SendOutcome, status: str = "", reason: str = "") -> WallCrawlerError:
    match outcome:
        case SendOutcome.UNKNOWN:
            return ConnectionNotFound(_GONE)
        case SendOutcome.VOID:
            return Unauthorized(EXPIRED)
        case SendOutcome.ENDED:
            return SessionEnded(
                "The session has ended.", status=status or None, endReason=reason or None
            )
        case SendOutcome.WAITING:
            return SessionNotReady("The session's browser is not there yet. Try again shortly.")
        case SendOutcome.BUSY:
            return Unavailable("Too many messages wait for the container. Try again shortly.")
        case _:
            return ContainerLost("The session's container is gone. Create another session.")
