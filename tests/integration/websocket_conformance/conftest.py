"""A raw client and its neighbour; one session for all cases of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.cdp import CdpClient
from tests.integration.raw_websocket import RawWebSocket
from tests.integration.stack import Stack
from tests.integration.websocket_conformance.peer import Peer


@pytest.fixture(scope="module")
def connect_url(stack: Stack) -> Iterator[str]:
    """One session for all cases."""
    browser = stack.api.create(keepAlive=True)
    yield browser.connect_url
    stack.api.delete(browser.id)


@pytest.fixture(scope="module")
def neighbour(connect_url: str) -> Iterator[CdpClient]:
    with CdpClient(connect_url) as client:
        yield client


@pytest.fixture
def peer(connect_url: str, neighbour: CdpClient) -> Iterator[Peer]:
    targets = neighbour.call("Target.getTargets")["targetInfos"]
    with RawWebSocket(connect_url) as socket:
        yield Peer(socket, socket.attach(targets[0]["targetId"]), neighbour)
