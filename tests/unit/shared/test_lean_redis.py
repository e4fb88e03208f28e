"""Against a real Redis, also with a password and behind TLS."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from bench.certificate import write_certificate
from bench.tls_front import tls_front
from shared import lean_redis
from shared.lean_redis import (
    Endpoint,
    LeanRedis,
    PasswordRefused,
    RedisUnreachable,
    connect,
    parse_endpoint,
)
from shared.limits import REDIS_SOCKET_SECONDS
from shared.redis_client import RedisClient
from shared.resp import ReplyError
from shared.tls import client_context

PASSWORD = "a password, of course: %/@"


@pytest.fixture
def client(redis_url: str, redis_client: redis.Redis) -> Iterator[LeanRedis]:
    client = connect(redis_url)
    yield client
    client.close()


@pytest.fixture
def passwords(redis_client: redis.Redis) -> Iterator[Callable[[str], object]]:
    """Sets the server's password, and takes it away after the test."""
    yield lambda password: redis_client.config_set("requirepass", password)
    redis_client.config_set("requirepass", "")


class Passwords:
    """The password that is kept, and the one that a fresh look finds."""

    def __init__(self, kept: str, actual: str) -> None:
        self.kept = kept
        self.actual = actual
        self.looks = 0

    def read(self, *, fresh: bool) -> str:
        if fresh:
            self.looks += 1
            self.kept = self.actual
        return self.kept


@contextmanager
def scripted_server(*replies: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers the n-th connection's first bytes with the n-th reply, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))
    received: list[bytes] = []

    def serve() -> None:
        for reply in replies:
            connection, _address = listener.accept()
            with connection:
                received.append(connection.recv(65_536))
                connection.sendall(reply)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}", received
    finally:
        thread.join()
        listener.close()


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("cache:6380", Endpoint(("cache", 6380))),
        ("redis://cache", Endpoint(("cache", 6379))),
        ("rediss://cache:1/2", Endpoint(("cache", 1), tls=True, database=2)),
        ("redis://u:p%40@c:1", Endpoint(("c", 1), user="u", password="p@")),
        ("redis://[::1]:7", Endpoint(("::1", 7))),
        ("unix:///run/a%20b.sock", Endpoint("/run/a b.sock")),
        ("unix://:hush@/run/r.sock", Endpoint("/run/r.sock", password="hush")),
    ],
)
def test_endpoints_are_read_as_redis_py_reads_them(text: str, endpoint: Endpoint) -> None:
    assert parse_endpoint(text) == endpoint


@pytest.mark.parametrize("text", ["http://cache:1", "redis://", "redis://cache/zero"])
def test_what_is_no_endpoint_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"endpoint|literal"):
        parse_endpoint(text)


def test_a_password_is_in_no_representation() -> None:
    assert "hush" not in repr(parse_endpoint("redis://:hush@cache:1"))


def test_it_is_what_the_store_takes(client: LeanRedis) -> None:
    taken: RedisClient = client

    assert taken.ping() is True


def test_nothing_is_connected_before_the_first_command() -> None:
    client = connect("127.0.0.1:1")

    with pytest.raises(RedisUnreachable, match="no connection"):
        client.ping()


def test_commands_one_after_the_other_share_a_connection(
    client: LeanRedis, redis_client: redis.Redis
) -> None:
    for _ in range(5):
        client.ping()

    others = [entry for entry in redis_client.client_list() if entry["cmd"] == "ping"]
    assert len(others) == 1


def test_a_blocked_pop_does_not_hold_up_other_threads(client: LeanRedis) -> None:
    with ThreadPoolExecutor(1) as pool:
        popped = pool.submit(client.blpop, ["wc:list"], timeout=REDIS_SOCKET_SECONDS / 2)
        client.rpush("wc:list", "x")

        assert popped.result(timeout=60) == (b"wc:list", b"x")


def test_many_threads_get_their_own_answers(client: LeanRedis) -> None:
    def ask(number: int) -> bool:
        client.set(f"key-{number}", number)
        return bool(client.get(f"key-{number}") == str(number).encode())

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(400)))


def test_a_connection_that_redis_has_closed_is_not_used_again(
    client: LeanRedis, redis_client: redis.Redis
) -> None:
    client.ping()
    redis_client.client_kill_filter(_type="normal", skipme=True)

    assert client.ping() is True


def test_a_command_is_sent_once_even_when_its_answer_is_lost() -> None:
    with (
        scripted_server(b"") as (endpoint, received),
        pytest.raises(RedisUnreachable, match="lost"),
    ):
        connect(endpoint).lpush("requests", "x")

    assert len(received) == 1


def test_a_redis_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean_redis, "REDIS_SOCKET_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = connect(f"127.0.0.1:{listener.getsockname()[1]}")

        with pytest.raises(RedisUnreachable, match="does not answer"):
            client.ping()


@pytest.mark.parametrize("kind", [b"LOADING", b"READONLY", b"MASTERDOWN"])
def test_a_server_that_cannot_serve_is_left_for_another_connection(kind: bytes) -> None:
    with scripted_server(b"-" + kind + b" not now\r\n", b"+PONG\r\n") as (endpoint, received):
        client = connect(endpoint)
        with pytest.raises(RedisUnreachable, match="cannot serve"):
            client.ping()

        assert client.ping() is True
        client.close()

    assert len(received) == 2


def test_a_refusal_of_one_command_is_raised_and_the_connection_stays(client: LeanRedis) -> None:
    client.set("text", "x")

    with pytest.raises(ReplyError, match="WRONGTYPE"):
        client.hgetall("text")
    assert client.get("text") == b"x"


class TestPipelines:
    @pytest.mark.parametrize("transaction", [True, False])
    def test_answers_come_in_order_and_converted(
        self, client: LeanRedis, transaction: bool
    ) -> None:
        pipe = client.pipeline(transaction=transaction)
        pipe.hset("hash", mapping={"a": 1})
        pipe.hgetall("hash")
        pipe.lpush("list", 1.5)
        pipe.expire("hash", 10)

        assert pipe.execute() == [1, {b"a": b"1"}, 1, True]
        assert pipe.execute() == []

    def test_what_fails_is_raised_and_the_rest_is_done(self, client: LeanRedis) -> None:
        pipe = client.pipeline()
        pipe.set("text", "x").lpush("text", "y").set("other", "z")

        with pytest.raises(ReplyError, match="WRONGTYPE"):
            pipe.execute()
        assert client.get("other") == b"z"

    def test_a_command_that_redis_does_not_take_undoes_a_transaction(
        self, client: LeanRedis
    ) -> None:
        pipe = client.pipeline()
        pipe.set("text", "x").delete()

        with pytest.raises(ReplyError, match="wrong number"):
            pipe.execute()
        assert client.get("text") is None


class TestScripts:
    TEXT = "redis.call('SET', KEYS[1], ARGV[1]); return {KEYS[1], tonumber(ARGV[2])}"

    def test_a_script_runs_whether_the_server_knows_it_or_not(
        self, client: LeanRedis, redis_client: redis.Redis
    ) -> None:
        redis_client.script_flush()
        script = client.register_script(self.TEXT)

        answers = [script(keys=["k"], args=["v", 7]) for _ in range(2)]

        assert answers == [[b"k", 7]] * 2
        assert client.get("k") == b"v"

    def test_a_script_that_fails_says_so(self, client: LeanRedis) -> None:
        with pytest.raises(ReplyError, match="no such thing"):
            client.register_script("return redis.error_reply('no such thing')")()


class TestPasswords:
    def test_the_password_of_the_endpoint_is_given(
        self, passwords: Callable[[str], object], redis_url: str
    ) -> None:
        passwords("hush")
        client = connect(redis_url.replace("unix://", "unix://:hush@"))

        assert client.ping() is True
        client.close()

    def test_a_rotated_password_is_read_anew_once(
        self, passwords: Callable[[str], object], redis_url: str
    ) -> None:
        passwords(PASSWORD)
        source = Passwords(kept="the old one", actual=PASSWORD)
        client = connect(redis_url, source)

        assert client.ping() is True
        client.close()
        assert client.ping() is True
        assert source.looks == 1
        client.close()

    def test_a_password_that_stays_wrong_is_refused_without_being_told(
        self, passwords: Callable[[str], object], redis_url: str
    ) -> None:
        passwords(PASSWORD)
        client = connect(redis_url, Passwords(kept="wrong one", actual="wrong one"))

        with pytest.raises(PasswordRefused) as refused:
            client.ping()
        assert "wrong one" not in str(refused.value)

    def test_without_any_password_redis_says_what_it_wants(
        self, passwords: Callable[[str], object], redis_url: str
    ) -> None:
        passwords(PASSWORD)

        client = connect(redis_url)
        with pytest.raises(ReplyError, match="NOAUTH"):
            client.ping()
        client.close()

    def test_a_password_where_none_is_wanted_is_an_error(self, redis_url: str) -> None:
        with pytest.raises(PasswordRefused, match=r"ERR|WRONGPASS"):
            connect(redis_url, Passwords(kept="x", actual="x")).ping()


class TestTls:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        return write_certificate(tmp_path)

    @pytest.fixture
    def trust(self, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        client_context.cache_clear()
        yield
        client_context.cache_clear()

    @pytest.mark.usefixtures("trust")
    def test_everything_works_over_tls_with_a_password(
        self, certificate: Path, redis_url: str, passwords: Callable[[str], object]
    ) -> None:
        passwords(PASSWORD)
        with tls_front(certificate, redis_url.removeprefix("unix://")) as port:
            client = connect(f"rediss://localhost:{port}", Passwords(PASSWORD, PASSWORD))
            big = b"x" * 1_000_000

            assert [client.set("big", big), client.get("big")] == [True, big]
            assert client.register_script("return redis.call('STRLEN', KEYS[1])")(["big"]) == len(
                big
            )
            assert client.blpop(["nothing"], timeout=0.01) is None
            client.close()

    def test_a_certificate_that_nobody_knows_is_not_trusted(
        self, certificate: Path, redis_url: str
    ) -> None:
        with (
            tls_front(certificate, redis_url.removeprefix("unix://")) as port,
            pytest.raises(RedisUnreachable, match=r"(?i)certificate"),
        ):
            connect(f"rediss://localhost:{port}").ping()

    @pytest.mark.usefixtures("trust")
    def test_a_certificate_for_another_name_is_not_trusted(
        self, certificate: Path, redis_url: str
    ) -> None:
        with (
            tls_front(certificate, redis_url.removeprefix("unix://"), "127.0.0.2") as port,
            pytest.raises(RedisUnreachable, match=r"(?i)certificate"),
        ):
            connect(f"rediss://127.0.0.2:{port}").ping()
