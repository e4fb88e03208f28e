"""Connections of the WebSocket API to a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.integration.api import RemoteBrowser
from tests.integration.socket_client import SocketClient, url_of
from tests.integration.stack import Stack

Connect = Callable[..., SocketClient]


@pytest.fixture
def open_socket(stack: Stack) -> Iterator[Connect]:
    """Connects to a session, and leaves after the test."""
    opened: list[SocketClient] = []

    def connect_to(remote: RemoteBrowser, query: str = "") -> SocketClient:
        opened.append(SocketClient(url_of(stack, remote) + query))
        return opened[-1]

    yield connect_to
    for client in opened:
        client.close()


@pytest.fixture
def client(open_socket: Connect, remote: RemoteBrowser) -> SocketClient:
    return open_socket(remote)
