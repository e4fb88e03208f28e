from __future__ import annotations

import logging

from chalice_app import logs
from chalice_app.ws.disconnect import disconnect


def test_a_connections_end_is_noted_without_touching_anything() -> None:
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    level = logs.LOGGER.level
    logs.LOGGER.addHandler(handler)
    logs.LOGGER.setLevel(logging.INFO)

    disconnect({"requestContext": {"connectionId": "c", "disconnectStatusCode": 1001}})

    logs.LOGGER.removeHandler(handler)
    logs.LOGGER.setLevel(level)
    (record,) = records
    assert record.getMessage() == "websocket closed"
