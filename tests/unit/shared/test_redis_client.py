from __future__ import annotations

import pytest
import redis

from shared.bus import _BLOCK_SECONDS
from shared.limits import REDIS_SOCKET_SECONDS
from shared.redis_client import connect


def test_a_url_is_taken_as_it_is(redis_url: str) -> None:
    client = connect(redis_url)

    assert client.ping()
    client.close()


def test_a_host_and_port_need_no_scheme() -> None:
    client = connect("example.org:6380")

    kwargs = client.connection_pool.connection_kwargs  # type: ignore[attr-defined]
    assert (kwargs["host"], kwargs["port"]) == ("example.org", 6380)


def test_a_password_may_come_beside_the_endpoint() -> None:
    client = connect("rediss://example.org:6380", "hush")

    assert client.connection_pool.connection_kwargs["password"] == "hush"  # type: ignore[attr-defined]


def test_nothing_is_connected_before_the_first_command() -> None:
    client = connect("127.0.0.1:1")

    with pytest.raises(redis.ConnectionError):
        client.ping()


def test_a_command_is_never_sent_twice() -> None:
    """A repeated LPUSH would run a request twice (`shared.bus` promises at most once)."""
    client = connect("127.0.0.1:1")

    connection = client.connection_pool.make_connection()  # type: ignore[attr-defined]

    assert connection.retry.get_retries() == 0


def test_a_blocking_pop_ends_before_its_socket_gives_up() -> None:
    assert _BLOCK_SECONDS < REDIS_SOCKET_SECONDS
