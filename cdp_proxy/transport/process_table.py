"""Processes that are not our children, as the kernel lists them (`proc(5)`)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_ENDED = {"Z", "X"}


@dataclass(frozen=True, slots=True)
class _Status:
    """What `proc_pid_stat(5)` says, as far as it is needed here."""

    state: str
    parent: int
    group: int
    start_ticks: str


def start_ticks(pid: int) -> str:
    """When a process started, in clock ticks; '' when it is gone.

    With its number this names a process for good: numbers are used again.
    """
    status = _status(pid)
    return status.start_ticks if status is not None else ""


def living_members(group: int) -> list[int]:
    """Processes of a group that have not ended; those not yet reaped have."""
    return [pid for pid in _numbers() if _is_living_member(pid, group)]


def orphans() -> dict[int, bool]:
    """Our children that we have not started; whether each has ended and waits to be reaped.

    What we start is in our process group or leads one of its own, so what is and does neither came
    to us when its parent died.
    """
    found = {}
    for pid in _numbers():
        status = _status(pid)
        if status is None or status.parent != os.getpid():
            continue
        if status.group not in {pid, os.getpgrp()}:
            found[pid] = status.state in _ENDED
    return found


def lives_in(pid: int, folder: Path) -> bool:
    """Whether a process has `folder` as its home or works in it; False when that is not told."""
    entry = _PROC / str(pid)
    try:
        variables = (entry / "environ").read_bytes().split(b"\0")
        works_in = (entry / "cwd").readlink()
    except OSError:  # it is gone, or somebody else's
        return False
    return b"HOME=" + bytes(folder) in variables or works_in.is_relative_to(folder)


def _numbers() -> list[int]:
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdecimal()]


def is_ending(pid: int) -> bool:
    """Whether a process has let go of its memory: it is about to end, or has, and tells no more.

    One that begins a new program has none either, for a moment: wait for such, do not kill it.
    """
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes() == b""
    except OSError:
        return True


def _is_living_member(pid: int, group: int) -> bool:
    status = _status(pid)
    return status is not None and status.group == group and status.state not in _ENDED


def _status(pid: int) -> _Status | None:
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field, the name, may hold anything; the third comes after its last bracket.
    fields = text.rpartition(")")[2].split()
    return _Status(
        state=fields[0], parent=int(fields[1]), group=int(fields[2]), start_ticks=fields[19]
    )
