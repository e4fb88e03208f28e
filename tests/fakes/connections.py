"""Makers of WebSocket API connections with unremarkable values."""

from __future__ import annotations

from shared.connections import ConnectionHead
from shared.envelope.incoming import ScreencastOptions
from shared.ids import ConnectionId
from tests.fakes.records import NOW, OWNER, session_id_of


def make_head(
    name: str = "6RokuRIAThqYLKA=",
    *,
    scopes: tuple[str, ...] = ("cdp", "input", "view"),
    connected_at: float = NOW,
    void_at: float | None = None,
    endpoint: str = "https://abc.execute-api.eu-central-1.amazonaws.com/production",
    screencast: ScreencastOptions | None = None,
    trace: bool = False,
) -> ConnectionHead:
    return ConnectionHead(
        connection_id=ConnectionId(name),
        session_id=session_id_of("one"),
        owner_id=OWNER,
        token_id="f" * 32,
        scopes=scopes,
        domain_name="abc.execute-api.eu-central-1.amazonaws.com",
        stage="production",
        endpoint=endpoint,
        connected_at=connected_at,
        void_at=void_at,
        screencast=screencast,
        trace=trace,
    )
