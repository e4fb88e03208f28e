"""The program that asks the container beside it whether it is healthy."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from cdp_proxy.healthcheck import ask


@contextmanager
def container(status: int) -> Iterator[int]:
    """A front door that answers with a status; its port."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Silence."""

    with HTTPServer(("127.0.0.1", 0), Door) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            serving.join()


def check(port: int) -> subprocess.CompletedProcess[str]:
    variables = {"CDP_HOST": "0.0.0.0", "CDP_PORT": str(port)}
    return subprocess.run(
        [sys.executable, "-m", "cdp_proxy.healthcheck"],
        env=dict(os.environ, **variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_its_exit_code_is_what_the_container_says(status: int, code: int) -> None:
    with container(status) as port:
        done = check(port)

    assert done.returncode == code
    assert done.stderr == ("" if code == 0 else "/health: 503\n")


def test_nobody_there_is_unhealthy_and_is_said() -> None:
    with container(200) as port:
        pass

    done = check(port)

    assert done.returncode == 1
    assert "Connection refused" in done.stderr


def test_an_answer_that_is_none_is_not_200() -> None:
    with container(204) as port:
        assert ask(("127.0.0.1", port)) == "204"
