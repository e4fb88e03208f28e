from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from bench.redis_server import running_redis
from shared.bus import _BLOCK_SECONDS
from shared.limits import REDIS_SOCKET_SECONDS
from shared.redis_client import RedisClient, connect

SCRIPT = "return redis.call('RPUSH', KEYS[1], ARGV[1])"


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


@pytest.mark.parametrize("kind", [redis.ConnectionError, redis.TimeoutError, OSError])
def test_what_may_have_been_run_is_not_sent_again(kind: type[Exception]) -> None:
    """A repeated LPUSH would run a request twice (`shared.bus` promises at most once)."""
    connection = connect("127.0.0.1:1").connection_pool.make_connection()  # type: ignore[attr-defined]
    sent: list[str] = []

    def lose() -> None:
        sent.append("LPUSH")
        raise kind("lost")

    with pytest.raises(kind):
        connection.retry.call_with_retry(lose, lambda _error: None)

    assert sent == ["LPUSH"]


class TestFailover:
    """The endpoint comes to mean another server, while the one before still takes connections."""

    @pytest.fixture
    def client(self, tmp_path: Path) -> Iterator[RedisClient]:
        """Of a server that has become the replica of the one behind its endpoint."""
        endpoint = tmp_path / "redis.sock"
        with running_redis() as before, running_redis() as now:
            endpoint.symlink_to(before.removeprefix("unix://"))
            client = connect(f"unix://{endpoint}")
            assert client.register_script(SCRIPT)(keys=["list"], args=["x"]) == 1
            with redis.Redis.from_url(before) as old:
                old.replicaof("127.0.0.1", 1)
            endpoint.unlink()
            endpoint.symlink_to(now.removeprefix("unix://"))
            yield client
            client.close()

    def test_a_command_goes_to_the_new_server(self, client: RedisClient) -> None:
        assert client.lpush("list", "x") == 1
        assert client.brpop(["list"], timeout=1) == (b"list", b"x")

    def test_so_does_a_pipeline(self, client: RedisClient) -> None:
        pipe = client.pipeline()
        pipe.lpush("list", "x")
        pipe.expire("list", 10)

        assert pipe.execute() == [1, True]

    def test_so_does_a_script(self, client: RedisClient) -> None:
        assert client.register_script(SCRIPT)(keys=["list"], args=["x"]) == 1


def test_a_blocking_pop_ends_before_its_socket_gives_up() -> None:
    assert _BLOCK_SECONDS < REDIS_SOCKET_SECONDS
