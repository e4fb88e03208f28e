"""`$disconnect`: the connection's mapping goes, and its container is told."""

from __future__ import annotations

from chalice_app import logs
from chalice_app.wiring import Deps
from chalice_app.ws.events import WsEvent, connection_id_of


def disconnect(event: WsEvent, deps: Deps) -> None:
    """Forget a connection; API Gateway may call this twice, or never (the mapping expires)."""
    context = event["requestContext"]
    connection_id = connection_id_of(event)
    known = deps.connections.leave(connection_id, deps.new_request_id(), deps.clock())
    logs.info(
        "websocket closed",
        closeCode=context.get("disconnectStatusCode"),
        known=known,
    )
