"""Pairs of containers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.relay.pair import TTL_SECONDS, Pair, a_pair


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """For tests that leave it as it was."""
    with a_pair() as pair:
        yield pair


@pytest.fixture
def own_pair() -> Iterator[Pair]:
    """For tests that end a part of it."""
    with a_pair(HEARTBEAT_TTL_SECONDS=str(TTL_SECONDS)) as pair:
        yield pair
