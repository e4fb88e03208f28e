"""What is compared: a direct connection, Node's `http-proxy`, and WallCrawler."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.edition import ROOT, Edition
from bench.node import find_node, install
from cdp_proxy.core.settings import BASE_FLAGS
from cdp_proxy.transport.chromium import find_binary

PEERS = ROOT / "bench" / "peers"
_CACHE = ROOT / ".wallcrawler" / "bench-node"
_ANSWER_SECONDS = 600
_START_SECONDS = 30

DIRECT = "direct"
HTTP_PROXY = "http-proxy"
WALLCRAWLER = "wallcrawler"


class NodeScripts:
    """The scripts of `bench/peers`, with their packages installed."""

    def __init__(self) -> None:
        self._node, _ = find_node()
        self._folder = install(PEERS, _CACHE)
        for script in PEERS.glob("*.mjs"):
            shutil.copy(script, self._folder / script.name)

    def command(self, script: str, *arguments: str) -> list[str]:
        """The command line that runs a script."""
        return [self._node, str(self._folder / script), *arguments]

    def run(self, script: str, *arguments: str) -> dict[str, Any]:
        """Run a script to its end; the JSON it prints."""
        client = subprocess.run(
            self.command(script, *arguments),
            stdout=subprocess.PIPE,
            timeout=_ANSWER_SECONDS,
            check=False,
        )
        if client.returncode:
            raise SystemExit(f"bench: {script} {arguments[0]} failed")
        answer: dict[str, Any] = json.loads(client.stdout)
        return answer


@contextmanager
def direct_chromium(count: int) -> Iterator[list[str]]:
    """`count` Chromiums with a debugging port each: their WebSocket URLs."""
    with ExitStack() as stack:
        yield [stack.enter_context(_one_chromium()) for _ in range(count)]


@contextmanager
def http_proxies(scripts: NodeScripts, targets: list[str]) -> Iterator[list[str]]:
    """One `http-proxy` process in front of all targets: their URLs through it."""
    ports = [target.split("/")[2].rsplit(":", 1)[1] for target in targets]
    with subprocess.Popen(
        scripts.command("http_proxy.mjs", *ports), stdout=subprocess.PIPE, text=True
    ) as proxy:
        assert proxy.stdout is not None
        listening = [proxy.stdout.readline().strip() for _ in ports]
        try:
            yield [
                target.replace(f":{port}/", f":{own}/")
                for target, port, own in zip(targets, ports, listening, strict=True)
            ]
        finally:
            proxy.kill()


@contextmanager
def wallcrawler_sessions(edition: Edition, count: int) -> Iterator[list[str]]:
    """`count` sessions: their connect URLs."""
    sessions = [edition.create() for _ in range(count)]
    try:
        yield [session.connect_url for session in sessions]
    finally:
        for session in sessions:
            edition.delete(session)


@contextmanager
def _one_chromium() -> Iterator[str]:
    """As WallCrawler starts it, but for the port in place of the pipe."""
    folder = Path(tempfile.mkdtemp(prefix="wc-bench-chromium-"))
    flags = [flag for flag in BASE_FLAGS if flag != "--remote-debugging-pipe"]
    process = subprocess.Popen(
        [find_binary("headless-shell", os.environ.get("BROWSER_PATH")), *flags, "--no-sandbox",
         "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"],
        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield _devtools_url(folder / "DevToolsActivePort")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _devtools_url(port_file: Path) -> str:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up:
        lines = port_file.read_text().splitlines() if port_file.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.02)
    raise SystemExit("bench: Chromium did not open its port")
