"""What runs on this machine on behalf of a stack, and what should not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil


def descendants(pid: int) -> list[psutil.Process]:
    """All processes below `pid`, zombies included."""
    found: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        found = psutil.Process(pid).children(recursive=True)
    return found


def zombies(processes: list[psutil.Process]) -> list[int]:
    """Those that have ended and were not reaped."""
    found = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.status() == psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found


def running(processes: list[psutil.Process]) -> list[int]:
    """Those that have not ended; one that nobody has reaped yet has.

    Who reaps orphans is not the program's affair: init does, or a test process that has become a
    subreaper for another test.
    """
    dead = zombies(processes)
    return [one.pid for one in processes if one.is_running() and one.pid not in dead]


def command_line(process: psutil.Process) -> str:
    """Its arguments, blank-separated; '' for one that has gone."""
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return " ".join(process.cmdline())
    return ""


def processes_naming(path: Path) -> list[int]:
    """Every process of the machine whose arguments or working directory name `path`."""
    return [process.pid for process in psutil.process_iter() if _names(process, str(path))]


def browsers_of(container_pid: int) -> list[psutil.Process]:
    """The leaders of the container's Chromium process groups."""
    with suppress(psutil.NoSuchProcess):
        children = psutil.Process(container_pid).children()
        return [child for child in children if "--user-data-dir=" in command_line(child)]
    return []


def group_members(group: int) -> list[int]:
    """Processes of a process group that have not ended."""
    return [pid for pid in psutil.pids() if _group_of(pid) == group]


def folders_below(path: Path) -> list[Path]:
    """What is in a folder; nothing when it is not there."""
    return sorted(_listing(path))


def _listing(path: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        yield from path.iterdir()


def _group_of(pid: int) -> int | None:
    with suppress(ProcessLookupError):
        return os.getpgid(pid)
    return None


def _names(process: psutil.Process, text: str) -> bool:
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return text in command_line(process) or process.cwd().startswith(text)
    return False
