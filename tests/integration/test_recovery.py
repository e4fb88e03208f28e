"""What dies under a running edition, and how everything finds together again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import redis

from tests.integration.api import RemoteBrowser, request
from tests.integration.cdp import CdpClient
from tests.integration.processes import browsers_of, folders_below, processes_naming, running
from tests.integration.socket_client import SocketClient
from tests.integration.stack import REPOSITORY, Stack
from tests.integration.waiting import PATIENCE_SECONDS, wait_until

HEARTBEAT_SECONDS = 6.0
"""Long enough for a slow machine to beat in time."""


@pytest.fixture
def stack() -> Iterator[Stack]:
    """An edition of this test's own, quick to notice."""
    environment = {"HEARTBEAT_TTL_SECONDS": str(HEARTBEAT_SECONDS)}
    with Stack("--max-sessions", "4", "--warm", "1", environment=environment) as running:
        yield running


@dataclass
class SwitchedRedis:
    """A redis-server that starts only while it is allowed to."""

    binary: Path
    gate: Path

    def away(self, stack: Stack) -> None:
        """Kill it, and have it stay away."""
        self.gate.touch()
        stack.redis_server().kill()
        wait_until(lambda: not _redis_answers(stack), "Redis is away")

    def back(self) -> None:
        """Let it start again; whoever keeps it does that."""
        self.gate.unlink()


@pytest.fixture
def switched_redis(tmp_path: Path) -> SwitchedRedis:
    binary, gate = tmp_path / "redis-server", tmp_path / "gate"
    real = shutil.which("redis-server")
    assert real is not None
    binary.write_text(f'#!/bin/sh\n[ -e "{gate}" ] && exit 1\nexec "{real}" "$@"\n')
    binary.chmod(0o755)
    return SwitchedRedis(binary, gate)


@contextmanager
def _stack_with(redis: SwitchedRedis) -> Iterator[Stack]:
    environment = {
        "HEARTBEAT_TTL_SECONDS": str(HEARTBEAT_SECONDS),
        "WALLCRAWLER_REDIS_SERVER": str(redis.binary),
    }
    with Stack("--max-sessions", "4", "--warm", "1", environment=environment) as running:
        yield running


def _redis_answers(stack: Stack) -> bool:
    try:
        return bool(stack.redis.ping())
    except redis.RedisError:
        return False


def test_a_killed_container_fails_its_sessions_and_returns_its_slots(stack: Stack) -> None:
    browsers = [stack.api.create() for _ in range(3)]
    with CdpClient(browsers[0].connect_url) as client:
        chromium = psutil.Process(client.browser_pid())
        before = stack.container()
        before.kill()

        client.wait_closed()

    for browser in browsers:
        stack.wait_ended(browser, status="failed", reason="container_lost")
    wait_until(lambda: stack.free_slots() == 4, "all slots are free")
    assert stack.leases() == 0
    wait_until(lambda: not running([chromium]), "the end of the browser")
    with CdpClient(stack.api.create().connect_url) as again:
        assert again.page().evaluate("6 * 7") == 42


def test_the_session_of_a_killed_container_answers_410(stack: Stack) -> None:
    browser = stack.api.create()
    stack.container().kill()

    def refusal() -> int:
        try:
            return request(stack.http_base, "GET", f"/cdp?token={browser.token}").status
        except OSError:
            return 0

    wait_until(lambda: refusal() == 410, "a 410 for the lost session")
    assert stack.api.get(browser.id)["status"] == "failed"


def test_while_redis_is_away_sessions_go_on_and_rest_answers_503(
    switched_redis: SwitchedRedis,
) -> None:
    with _stack_with(switched_redis) as stack:
        browser, released = stack.api.create(), stack.api.create(keepAlive=False)
        with CdpClient(browser.connect_url) as client:
            page = client.page()
            page.evaluate("globalThis.kept = 7")
            switched_redis.away(stack)

            _rest_is_unavailable(stack, browser)
            assert page.evaluate("kept") == 7
            with CdpClient(browser.connect_url) as second:
                assert second.page().evaluate("kept") == 7
            with CdpClient(released.connect_url) as closing:
                closing.call("Browser.close")
                closing.wait_closed()

            switched_redis.back()
            wait_until(lambda: _redis_answers(stack), "Redis is back, and empty")
            wait_until(lambda: stack.leases() == 1, "the lease is back")
            assert stack.status(browser) == ("active", None)
            assert stack.free_slots() == 3
            assert page.evaluate("kept") == 7
        view = stack.api.delete(browser.id)
        assert view["endReason"] == "released"
        assert stack.free_slots() == 4


def test_a_redis_that_has_lost_everything_keeps_no_connection_from_going_on(
    switched_redis: SwitchedRedis,
) -> None:
    with _stack_with(switched_redis) as stack:
        browser = stack.api.create()
        with SocketClient(stack.api.get(browser.id)["webSocketUrl"]) as client:
            client.evaluate("globalThis.kept = 7")
            switched_redis.away(stack)

            assert client.ask("CDP_COMMAND", method="DOM.enable")["error"]["code"] == "UNAVAILABLE"

            switched_redis.back()
            wait_until(
                lambda: "result" in client.ask("CDP_COMMAND", method="DOM.enable"),
                "the connection is known again",
            )
            assert client.evaluate("kept") == 7


def _rest_is_unavailable(stack: Stack, browser: RemoteBrowser) -> None:
    for method, path in (
        ("POST", "/sessions"),
        ("GET", "/sessions"),
        ("GET", f"/sessions/{browser.id}"),
        ("DELETE", f"/sessions/{browser.id}"),
    ):
        answer = stack.api.send(method, path)
        assert (answer.status, answer.error["code"]) == (503, "UNAVAILABLE"), (method, path)
        assert int(answer.headers["retry-after"]) >= 1


def test_a_redis_that_hangs_is_survived_with_what_it_holds(stack: Stack) -> None:
    browser, ending = stack.api.create(), stack.api.create(keepAlive=False)
    server = stack.redis_server()
    with CdpClient(browser.connect_url) as client, CdpClient(ending.connect_url) as closing:
        page = client.page()
        page.evaluate("globalThis.kept = 7")
        server.suspend()
        try:
            answer = stack.api.send("GET", f"/sessions/{browser.id}")
            assert (answer.status, answer.error["code"]) == (503, "UNAVAILABLE")
            assert page.evaluate("kept") == 7
            closing.call("Browser.close")
            closing.wait_closed()
        finally:
            server.resume()

        stack.wait_ended(ending, status="ended", reason="browser_closed")
        wait_until(lambda: stack.leases() == 1, "the ended session's lease is gone")
        assert page.evaluate("kept") == 7
        assert stack.api.get(browser.id)["status"] == "active"


def test_the_next_container_sweeps_what_a_killed_one_left(redis_url: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    scratch = Path(tmp_path.anchor) / "tmp" / f"wc-sweep-{os.getpid()}"
    with _container(redis_url, scratch) as first:
        wait_until(lambda: len(browsers_of(first.pid)) == 2, "two warm browsers")
        left = browsers_of(first.pid)
        first.kill()
        first.wait()
    wait_until(lambda: not running(left), "the browsers have ended")
    (remains,) = folders_below(scratch)
    with _container(redis_url, scratch) as second:
        assert remains not in folders_below(scratch)
        assert len(folders_below(scratch)) == 1
        second.send_signal(signal.SIGTERM)
        assert second.wait(PATIENCE_SECONDS) == 0
    assert folders_below(scratch) == []
    assert processes_naming(scratch) == []
    scratch.rmdir()


@contextmanager
def _container(redis_url: str, scratch: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m cdp_proxy` by itself, once it serves."""
    reader, writer = os.pipe()
    environment = {
        "PATH": os.environ["PATH"],
        "REDIS_ENDPOINT": redis_url,
        "JWE_SECRET": "a secret of this test and of nobody else",
        "CDP_PORT": "0",
        "WARM_BROWSERS": "2",
        "SCRATCH_DIR": str(scratch),
        "READY_FD": str(writer),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "cdp_proxy"],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.DEVNULL,
        pass_fds=[writer],
    ) as process:
        os.close(writer)
        try:
            with os.fdopen(reader) as ready:
                assert ready.readline(), "it did not start"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("change", "code", "sentence"),
    [
        ({"REDIS_ENDPOINT": "127.0.0.1:1"}, 3, "Redis"),
        ({"BROWSER_PATH": "/nonexistent/chrome"}, 4, "/nonexistent/chrome"),
        ({"BROWSER_PATH": "/bin/false"}, 4, "did not start"),
        ({"JWE_SECRET": "short"}, 2, "JWE_SECRET"),
        ({"MAX_SESSIONS": "many"}, 2, "MAX_SESSIONS"),
    ],
)
def test_a_container_that_cannot_start_says_why_in_one_sentence(
    redis_url: str, tmp_path: Path, change: dict[str, str], code: int, sentence: str
) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "REDIS_ENDPOINT": redis_url,
        "JWE_SECRET": "a secret of this test and of nobody else",
        "CDP_PORT": "0",
        "SCRATCH_DIR": str(tmp_path / "scratch"),
        **change,
    }

    done = subprocess.run(
        [sys.executable, "-m", "cdp_proxy"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert done.returncode == code, done.stderr
    lines = done.stderr.decode().strip().splitlines()
    assert len(lines) == 1
    assert sentence in lines[0]
    assert folders_below(tmp_path / "scratch") == []
