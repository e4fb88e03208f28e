"""The examples do what they show, on a running edition."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from PIL import Image

from tests.integration.node_client import NodeClient
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
_SECONDS = 180.0
_LINES_MAX = 40
CLUSTER = "1F43B675"
COUNTING = (
    "data:text/html,<h1 id=it>0</h1><script>"
    "let n = 0; setInterval(() => { it.textContent = ++n }, 50)</script>"
)


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


def elements(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and contents of EBML elements, as far as they are whole; sizes have 8 bytes."""
    while data:
        length = 1
        while data[0] < 0x80 >> (length - 1):
            length += 1
        name, rest = data[:length].hex().upper(), data[length:]
        size = int.from_bytes(rest[1:8], "big")
        if len(rest) < 8 + size:
            return
        yield name, rest[8 : 8 + size]
        data = rest[8 + size :]


def pictures_of(recording: Path) -> list[tuple[int, bytes]]:
    """Milliseconds since the first, and the JPEG, of each picture of a Matroska file."""
    _, _, segment = recording.read_bytes().partition(bytes.fromhex("1853806701FFFFFFFFFFFFFF"))
    clusters = [dict(elements(content)) for name, content in elements(segment) if name == CLUSTER]
    return [(int.from_bytes(each["E7"], "big"), each["A3"][4:]) for each in clusters]


def test_a_session_is_recorded_until_it_ends(stack: Stack, tmp_path: Path) -> None:
    browser = stack.api.create()
    recording = tmp_path / "session.mkv"
    live_url = stack.api.get(browser.id)["liveUrl"]
    command = [sys.executable, str(EXAMPLES / "record_session.py"), live_url, str(recording)]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as recorder:
        try:
            stack.api.send("POST", f"/sessions/{browser.id}/navigate", {"url": COUNTING})
            wait_until(
                lambda: recording.exists() and len(pictures_of(recording)) > 5, "six pictures"
            )
            stack.api.delete(browser.id)
            said, _ = recorder.communicate(timeout=_SECONDS)
        finally:
            recorder.kill()

    assert (recorder.returncode, said) == (0, "recorded: The session was released.\n")
    times, jpegs = zip(*pictures_of(recording), strict=True)
    assert times[0] == 0
    assert list(times) == sorted(times)
    assert {Image.open(io.BytesIO(jpeg)).size for jpeg in jpegs} == {(1280, 720)}
