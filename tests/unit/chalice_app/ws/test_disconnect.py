from __future__ import annotations

from chalice_app.ws.disconnect import disconnect
from tests.fakes.logs import recorded


def test_a_connections_end_is_noted_without_touching_anything() -> None:
    with recorded() as recorder:
        disconnect({"requestContext": {"connectionId": "c", "disconnectStatusCode": 1001}})

    (line,) = recorder.lines
    assert (line["event"], line["connectionId"], line["closeCode"]) == (
        "websocket closed",
        "c",
        1001,
    )
