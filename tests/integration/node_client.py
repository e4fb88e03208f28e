"""Node clients: their packages, installed once, and scripts run with them."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.node import find_node, install
from tests.integration.waiting import PATIENCE_SECONDS

SCRIPTS = Path(__file__).resolve().parent / "node"
CACHE = Path(__file__).resolve().parents[2] / ".wallcrawler" / "node"
_SCENARIO_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class NodeClient:
    """A Node with the pinned packages."""

    node: str
    packages: Path
    """A `node_modules` folder."""

    def facts(self, client: str, scenario: str, **given: object) -> Any:
        """Run one scenario of `node/{client}.cjs`; what it found.

        Raises:
            AssertionError: it failed; the text is its stack trace.
        """
        done = subprocess.run(
            [self.node, str(SCRIPTS / "run.cjs"), client, scenario, json.dumps(given)],
            env=self.environment(),
            capture_output=True,
            timeout=_SCENARIO_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def environment(self) -> dict[str, str]:
        """What a script needs: its packages, and no proxy between it and the loopback."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**kept, "NODE_PATH": str(self.packages)}


class RunningScript:
    """A script that says facts line by line, and listens."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def next_fact(self) -> Any:
        """Its next line."""
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            assert selector.select(PATIENCE_SECONDS), "the script says nothing"
        line = self._process.stdout.readline()
        assert line, "the script has ended"
        return json.loads(line)

    def tell(self, word: str) -> None:
        """Let it go on."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())
        self._process.stdin.flush()


@contextmanager
def run_node(client: NodeClient, script: str, *arguments: str) -> Iterator[RunningScript]:
    """Run a script beside the test; it is killed if it has not ended by itself."""
    with subprocess.Popen(
        [client.node, str(SCRIPTS / script), *arguments],
        env=client.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            yield RunningScript(process)
            assert process.wait(PATIENCE_SECONDS) == 0
        finally:
            process.kill()


def prepare() -> NodeClient:
    """Find Node, and install the packages of `node/package-lock.json` unless they are there."""
    node, _ = find_node()
    return NodeClient(node, install(SCRIPTS, CACHE) / "node_modules")
