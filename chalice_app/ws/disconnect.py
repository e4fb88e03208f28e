"""`$disconnect`: connections hold no state yet, so there is nothing to clean but to note it."""

from __future__ import annotations

from chalice_app import logs
from chalice_app.ws.connect import WsEvent


def disconnect(event: WsEvent) -> None:
    """Note that a connection is gone; API Gateway may never call this, and then nothing is lost."""
    context = event["requestContext"]
    logs.info(
        "websocket closed",
        connectionId=context["connectionId"],
        closeCode=context.get("disconnectStatusCode"),
    )
