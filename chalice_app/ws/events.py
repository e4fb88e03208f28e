"""What API Gateway's WebSocket events say, as values."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from shared.ids import ConnectionId

WsEvent = Mapping[str, Any]
"""API Gateway's WebSocket event: `requestContext`, a query and headers or a body."""

_OWN_DOMAIN = ".execute-api."


def connection_id_of(event: WsEvent) -> ConnectionId:
    """Which connection the event is about."""
    return ConnectionId(event["requestContext"]["connectionId"])


def ids_of(event: WsEvent) -> dict[str, str]:
    """What lines of the log about this event carry."""
    context = event["requestContext"]
    return {
        "requestId": str(context.get("requestId", "")),
        "connectionId": str(context["connectionId"]),
    }


def query_of(event: WsEvent) -> dict[str, str]:
    """The query of the upgrade; API Gateway leaves the field out when there is none."""
    return dict(event.get("queryStringParameters") or {})


def body_of(event: WsEvent) -> bytes:
    """A message as the client sent it: text in UTF-8, or the bytes of a binary message."""
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode(errors="surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return b""


def endpoint_of(event: WsEvent, region: str | None) -> str:
    """Where @connections of the API that the event came from is served.

    Args:
        event: any of a connection.
        region: of the API; needed when it has a domain name of its own, below which a base path
            that nobody tells may stand in for the stage.
    """
    context = event["requestContext"]
    domain, stage = context["domainName"], context["stage"]
    if region is not None and _OWN_DOMAIN not in domain and context.get("apiId"):
        suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        domain = f"{context['apiId']}.execute-api.{region}.{suffix}"
    return f"https://{domain}/{stage}"
