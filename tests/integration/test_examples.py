"""The examples do what they show, on a running edition."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.integration.node_client import NodeClient
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
_SECONDS = 180.0
_LINES_MAX = 40


def said_by(stack: Stack, command: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    before = running(stack)
    done = subprocess.run(
        command,
        env={**environment, "API": stack.api.base, "KEY": stack.api.key},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    wait_until(lambda: running(stack) <= before, "the example's session has ended")
    return done.stdout.splitlines()


def running(stack: Stack) -> set[str]:
    return {session["sessionId"] for session in stack.api.list("?status=active")}


def check(lines: list[str]) -> None:
    assert "title: Hello" in lines
    assert "event: Runtime.consoleAPICalled" in lines
    (screenshot,) = (line for line in lines if line.startswith("screenshot: "))
    assert int(screenshot.split()[1]) > 1_000


def test_the_python_example_drives_a_page(stack: Stack) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}

    check(said_by(stack, [sys.executable, str(EXAMPLES / "websocket_api.py")], kept))


def test_the_javascript_example_drives_a_page(stack: Stack, node: NodeClient) -> None:
    command = [node.node, str(EXAMPLES / "websocket_api.mjs")]

    check(said_by(stack, command, node.environment()))


@pytest.mark.parametrize("name", ["websocket_api.py", "websocket_api.mjs"])
def test_an_example_is_short(name: str) -> None:
    assert len((EXAMPLES / name).read_text().splitlines()) <= _LINES_MAX
