"""Clients that no container serves are told: an `ERROR` for each message that waits, and the end.

The containers do the same (`cdp_proxy.transport.gateway`); whoever comes first gets the orphans.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice_app import logs
from chalice_app.wiring import Deps
from shared import envelope
from shared.connections import Orphan
from shared.envelope.last_words import last_words

MakeClient = Callable[[str], Any]
"""The @connections client of an endpoint."""


def tell_orphans(deps: Deps, make_client: MakeClient) -> int:
    """Take the connections of dead tasks and tell their clients.

    Returns:
        How many there were. A client that cannot be told is logged, and left to itself.
    """
    orphans = deps.connections.take_orphans(deps.clock())
    clients: dict[str, Any] = {}
    for orphan in orphans:
        endpoint = orphan.head.endpoint
        if endpoint not in clients:
            clients[endpoint] = make_client(endpoint)
        _tell(orphan, clients[endpoint])
    return len(orphans)


def _tell(orphan: Orphan, client: Any) -> None:
    connection_id = orphan.head.connection_id
    try:
        for message in last_words(orphan.waiting, orphan.reason):
            client.post_to_connection(ConnectionId=connection_id, Data=envelope.encode(message))
        client.delete_connection(ConnectionId=connection_id)
    except client.exceptions.GoneException:
        return
    except Exception as error:
        logs.failure("a client could not be told of its end", error, connectionId=connection_id)
