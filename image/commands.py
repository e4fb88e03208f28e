"""Runs other programs; their output goes to stderr, where people read along."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

Command = Sequence[str | Path]


class Failed(Exception):
    """One sentence for the person at the shell: something cannot be done, or went wrong."""


def run(command: Command) -> None:
    """Run it.

    Raises:
        Failed: it ended with an error, which it has written to stderr.
    """
    words = [str(word) for word in command]
    sys.stderr.write(f"image: {shlex.join(words)}\n")
    sys.stderr.flush()
    done = subprocess.run(words, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        raise Failed(f"{words[0]} failed (exit code {done.returncode}); its own words are above.")


def output_of(command: Command) -> str:
    """What it prints on stdout, without the blanks around.

    Raises:
        Failed: it ended with an error, which it has written to stderr.
    """
    words = [str(word) for word in command]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{words[0]} failed (exit code {done.returncode}); its own words are above.")
    return done.stdout.strip()


@contextmanager
def temporary_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder in `parent`, removed with what may still be mounted in it."""
    folder = Path(tempfile.mkdtemp(dir=parent, prefix=prefix))
    try:
        yield folder
    finally:
        remove_tree(folder)


def remove_tree(folder: Path) -> None:
    """Delete a folder that something may still be mounted in: builds get killed."""
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    targets = [line.split(" ")[1] for line in mounts]
    for target in sorted(targets, reverse=True):
        if Path(target).is_relative_to(folder):
            run(["umount", "--lazy", target])
    shutil.rmtree(folder)


def heard(command: Command) -> str:
    """What it prints on stdout; "" when it fails or is not there. For what can be done without."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def succeeds(command: Command) -> bool:
    """Whether it is there and ends well; it is not heard."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0
