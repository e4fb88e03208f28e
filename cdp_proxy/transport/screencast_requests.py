"""`POST /sessions/{id}/start-screencast` and `/stop-screencast`: for viewers that are pushed to.

The body names the connection of the WebSocket API, `{"connectionId", "options"?}`; its pictures
come over that connection. What somebody on `/internal/ws` sees is that connection's own affair.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cdp_proxy.core.actions.ports import CommandFailed
from cdp_proxy.transport.answers import Alive, reply
from cdp_proxy.transport.files import MethodNotAllowed
from cdp_proxy.transport.gateway import Gateway
from cdp_proxy.transport.request_body import BoundedRequest
from cdp_proxy.transport.session import LiveSession
from shared.decoding import decode_body
from shared.envelope.incoming import ScreencastOptions
from shared.errors import SessionEnded, TooLarge

_ALLOWED = {"connectionId": "the id of a connection of the WebSocket API"}


class StartBody(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Body of `start-screencast`."""

    connection_id: Annotated[str, Meta(min_length=1, max_length=128)]
    options: ScreencastOptions = ScreencastOptions()


class StopBody(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Body of `stop-screencast`."""

    connection_id: Annotated[str, Meta(min_length=1, max_length=128)]


class ScreencastRequests:
    """Answers both."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def start(self, request: BoundedRequest, alive: Alive, session: LiveSession) -> None:
        """Make a connection a viewer; raises what `Gateway.start_screencast` does."""
        body = decode_body(_body_of(request), StartBody, _ALLOWED)
        try:
            shown = await self._gateway.start_screencast(session, body.connection_id, body.options)
        except CommandFailed as error:
            raise SessionEnded("The session's browser is gone.") from error
        reply(request, alive, shown)

    def stop(self, request: BoundedRequest, alive: Alive, session: LiveSession) -> None:
        """Make it one no more; raises what `Gateway.stop_screencast` does."""
        body = decode_body(_body_of(request), StopBody, _ALLOWED)
        reply(request, alive, self._gateway.stop_screencast(session, body.connection_id))


def _body_of(request: BoundedRequest) -> bytes:
    if request.method != b"POST":
        request.setHeader("Allow", "POST")
        raise MethodNotAllowed("Use POST here.")
    if request.body_too_large:
        raise TooLarge("The body is too large.")
    body: bytes = request.content.read()
    return body
