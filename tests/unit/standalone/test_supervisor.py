"""The whole edition: started, damaged and stopped as a person would, from outside."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from standalone.config import REPOSITORY
from standalone.processes import descendants
from standalone.runtime_dir import RuntimeDir
from tests.integration.waiting import PATIENCE_SECONDS, wait_until
from tests.unit.standalone import edition

READY = re.compile(
    r"ready api=http://(?P<api>127\.0\.0\.1:\d+) ws=ws://(?P=api)/ws"
    r" cdp=ws://(?P<cdp>127\.0\.0\.1:\d+)/cdp live=http://(?P=cdp)/live key=(?P<key>\S{16,})\n"
)
Start = Callable[..., "Edition"]


@dataclass(frozen=True)
class Edition:
    process: subprocess.Popen[str]
    state_dir: Path

    def ready(self) -> re.Match[str]:
        assert self.process.stdout is not None
        match = READY.fullmatch(self.process.stdout.readline())
        assert match is not None, self.process.communicate()
        return match

    def children(self) -> list[int]:
        return descendants(self.process.pid)

    def child(self, word: str) -> int:
        """The pid of the one process below that has `word` in its command line, once there is."""
        found = wait_until(lambda: self._children_with(word.encode()), word)
        assert len(found) == 1
        return found[0]

    def _children_with(self, word: bytes) -> list[int]:
        """A child that has just been forked has its parent's command line, or is gone."""
        found = []
        for pid in self.children():
            with suppress(FileNotFoundError, ProcessLookupError):
                if word in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return found

    def said(self, sentence: str) -> None:
        """Read stderr until `sentence` is there."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if line == f"wallcrawler: {sentence}\n":
                return
        raise AssertionError(f"ended without saying {sentence!r}")

    def stop(self, *signals: signal.Signals) -> tuple[int, str]:
        """Its exit code and what it then said."""
        for number in signals or (signal.SIGTERM,):
            self.process.send_signal(number)
        out, error = self.process.communicate(timeout=PATIENCE_SECONDS)
        assert out == ""
        return self.process.returncode, error

    def runtime(self) -> RuntimeDir:
        digest = hashlib.sha256(os.fsencode(self.state_dir)).hexdigest()[:8]
        return RuntimeDir(Path("/tmp") / f"wc-{digest}")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Edition] = []

    def start_one(kind: str = "whole", *options: str, **environ: str) -> Edition:
        state_dir = tmp_path / "state"
        process = subprocess.Popen(
            [sys.executable, edition.__file__, kind, "--port=0", "--cdp-port=0", *options],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(REPOSITORY),
                "TMPDIR": "/tmp",
                "WALLCRAWLER_STATE_DIR": str(state_dir),
                **environ,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(Edition(process, state_dir))
        return started[-1]

    yield start_one
    for one in started:
        with one.process:
            if one.process.poll() is None:
                below = one.children()
                one.process.kill()
                for pid in below:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                one.runtime().remove()


def wait_for_end(pids: list[int]) -> None:
    for pid in pids:
        try:
            pidfd = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        ended, _, _ = select.select([pidfd], [], [], PATIENCE_SECONDS)
        os.close(pidfd)
        assert ended, f"{pid} is still there"


def environment_of(api: str) -> dict[str, str]:
    with closing(http.client.HTTPConnection(api, timeout=PATIENCE_SECONDS)) as connection:
        connection.request("GET", "/environment")
        found: dict[str, str] = json.loads(connection.getresponse().read())
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_order_and_leaves_nothing(start: Start, number: signal.Signals) -> None:
    one = start()
    one.ready()
    below = one.children()

    code, said = one.stop(number)

    assert (code, said) == (0, "wallcrawler: stopping\n")
    assert len(below) >= 3
    wait_for_end(below)
    assert not one.runtime().path.exists()


def test_the_app_gets_the_environment_lambda_would_give_it(start: Start) -> None:
    one = start("whole", WALLCRAWLER_PUBLIC_CDP_URL="wss://browsers.example")
    assert one.process.stdout is not None
    line = one.process.stdout.readline()
    api, key = re.findall(r"api=http://(\S+) .* key=(\S+)", line)[0]

    environment = environment_of(api)

    one.stop()
    assert "cdp=wss://browsers.example/cdp" in line
    assert environment == {
        "REDIS_ENDPOINT": one.runtime().redis_endpoint,
        "API_KEY_HASHES": hashlib.sha256(key.encode()).hexdigest(),
        "CDP_PUBLIC_URL": "wss://browsers.example",
        "WS_PUBLIC_URL": f"ws://{api}/ws",
        "WS_MANAGEMENT_ENDPOINT": f"http://{api}/ws",
    }


def test_the_key_is_kept_and_another_can_be_given(start: Start) -> None:
    keys = []
    for environ in ({}, {}, {"WALLCRAWLER_API_KEY": "k" * 20}):
        one = start("whole", **environ)
        keys.append(one.ready()["key"])
        one.stop()

    assert keys[0] == keys[1]
    assert keys[2] == "k" * 20


def test_a_killed_redis_comes_back(start: Start) -> None:
    one = start()
    ready = one.ready()

    os.kill(one.child("redis-server"), signal.SIGKILL)

    one.said("Redis was ended by SIGKILL; starting it again")
    one.said("Redis is back")
    assert environment_of(ready["api"])
    assert one.stop()[0] == 0


def test_a_killed_container_comes_back_without_its_browsers(start: Start) -> None:
    one = start()
    one.ready()
    browser = one.child("sleep\x00600")

    os.kill(one.child("READY_FD"), signal.SIGKILL)

    one.said("The container is back")
    assert one.child("sleep\x00600") != browser
    wait_for_end([browser])
    assert one.stop()[0] == 0


def test_when_it_is_killed_its_children_end_and_the_next_start_sweeps(start: Start) -> None:
    one = start()
    one.ready()
    below = [one.child("redis-server"), one.child("READY_FD")]
    browser = one.child("sleep\x00600")

    one.process.kill()
    one.process.communicate()

    wait_for_end(below)
    os.kill(browser, signal.SIGKILL)  # a real one ends with its pipe
    again = start()
    again.ready()
    assert again.stop()[0] == 0
    assert not again.runtime().path.exists()


def test_a_second_signal_ends_it_at_once(start: Start) -> None:
    one = start("deaf")
    one.ready()
    one.process.send_signal(signal.SIGINT)
    one.said("stopping")

    assert one.stop(signal.SIGINT)[0] == 0


def test_a_signal_while_it_starts_stops_it(start: Start) -> None:
    one = start("deaf")
    while not (one.state_dir / "logs" / "redis.log").exists():
        assert one.process.poll() is None

    one.process.send_signal(signal.SIGTERM)
    code, _ = one.stop()

    assert code == 0
    assert not one.runtime().path.exists()


def test_a_container_that_does_not_start_speaks_for_itself(start: Start) -> None:
    one = start("broken")

    out, error = one.process.communicate(timeout=PATIENCE_SECONDS)

    assert (out, error) == ("", "wallcrawler: No browser was found.\n")
    assert one.process.returncode == 4
    assert not one.runtime().path.exists()


@pytest.mark.parametrize("option", ["--port", "--cdp-port"])
def test_a_taken_port_is_one_sentence(start: Start, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        one = start("whole", option, str(taken.getsockname()[1]))
        _, error = one.process.communicate(timeout=PATIENCE_SECONDS)

    assert one.process.returncode == 5
    assert re.fullmatch(r"wallcrawler: Cannot listen on .*: Address already in use; .*\n", error)


def test_two_cannot_share_a_state_dir(start: Start) -> None:
    first = start()
    first.ready()

    second = start()
    _, error = second.process.communicate(timeout=PATIENCE_SECONDS)

    assert second.process.returncode == 6
    assert f"(pid {first.process.pid})" in error
    assert first.stop()[0] == 0


def test_no_redis_is_one_sentence(start: Start) -> None:
    one = start("whole", WALLCRAWLER_REDIS_SERVER="/no/such/redis")
    _, error = one.process.communicate(timeout=PATIENCE_SECONDS)

    assert one.process.returncode == 3
    assert error.count("\n") == 1
    assert "redis-server was not found" in error


def test_a_short_key_is_one_sentence(start: Start) -> None:
    one = start("whole", WALLCRAWLER_API_KEY="short")
    _, error = one.process.communicate(timeout=PATIENCE_SECONDS)

    assert one.process.returncode == 2
    assert re.fullmatch(r"wallcrawler: WALLCRAWLER_API_KEY must have 16 .*\n", error)
