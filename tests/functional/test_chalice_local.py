"""`chalice local` serves the same REST API, as a process of its own."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalice_app.auth import key_digest_of
from tests.fakes.api import API_KEY, SECRET
from tests.fakes.ports import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS_MAX = 60.0

pytestmark = pytest.mark.usefixtures("redis_client")


def wait_until_serving(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    pause = threading.Event()
    while time.monotonic() < deadline:
        assert process.poll() is None, f"chalice local ended with {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            pause.wait(0.05)
        else:
            return
    raise AssertionError("chalice local did not serve in time")


@pytest.fixture(scope="module")
def port(redis_url: str) -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen(
        [
            *(str(Path(sys.executable).with_name("chalice")), "local"),
            *("--no-autoreload", "--stage", "local", "--port", str(port)),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "REDIS_ENDPOINT": redis_url,
            "JWE_SECRET": SECRET,
            "API_KEY_HASHES": key_digest_of(API_KEY),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_serving(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=60)


def send(
    port: int, method: str, path: str, body: bytes | None = None, key: str | None = API_KEY
) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, {"X-API-Key": key} if key else {})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_without_a_key_nothing_is_answered(port: int) -> None:
    status, answer = send(port, "POST", "/sessions", b"{}", key=None)

    assert status == 401
    assert answer["error"]["code"] == "UNAUTHORIZED"


def test_a_wrong_body_is_refused_with_its_field(port: int) -> None:
    body = b'{"browserSettings": {"viewport": {"width": 0, "height": 1}}}'

    status, answer = send(port, "POST", "/sessions", body)

    assert status == 400
    assert answer["error"]["details"] == {"field": "browserSettings.viewport.width"}


def test_sessions_are_read_from_redis(port: int) -> None:
    status, answer = send(port, "GET", "/sessions")

    assert status == 200
    assert answer == {"success": True, "data": {"sessions": []}}


def test_without_a_container_there_is_no_capacity(port: int) -> None:
    status, answer = send(port, "POST", "/sessions", b"")

    assert status == 429
    assert answer["error"]["code"] == "NO_CAPACITY"
