"""A client of the channels, on a session of the test's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.api import RemoteBrowser
from tests.integration.channels import ChannelClient, channel_url
from tests.integration.stack import Stack


@pytest.fixture
def url(stack: Stack, remote: RemoteBrowser) -> str:
    """Where its clients connect."""
    return channel_url(stack, remote.token)


@pytest.fixture
def client(url: str) -> Iterator[ChannelClient]:
    with ChannelClient(url) as client:
        yield client
