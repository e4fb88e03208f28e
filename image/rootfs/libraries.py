"""Which shared libraries programs load, as the dynamic loader itself finds them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

_ELF = b"\x7fELF"


class Missing(Exception):
    """A program wants a library that is not installed."""


def parse_ldd(output: str) -> list[str]:
    """The paths in what `ldd` prints, the loader's own among them.

    Raises:
        Missing: a library was "not found".
    """
    paths = []
    for line in output.splitlines():
        name, arrow, found = line.strip().partition(" => ")
        if found.startswith("not found"):
            raise Missing(f"{name} is not found")
        path = (found if arrow else name).partition(" (")[0]
        if path.startswith("/"):
            paths.append(path)
    return paths


def is_elf(path: Path) -> bool:
    """Whether it is a program or a library."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_ELF)) == _ELF


def ask_loader(path: Path) -> str:
    """What `ldd` says of one file; "" for a static program."""
    done = subprocess.run(["/usr/bin/ldd", str(path)], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def needed_by(paths: Iterable[Path], ask: Callable[[Path], str] = ask_loader) -> list[str]:
    """All libraries that these files load, indirectly too.

    Raises:
        Missing: one of them is not installed.
    """
    found: set[str] = set()
    for path in paths:
        if is_elf(path):
            found.update(parse_ldd(ask(path)))
    return sorted(found)
