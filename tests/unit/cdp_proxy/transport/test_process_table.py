from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cdp_proxy.transport.process_table import (
    is_ending,
    lives_in,
    living_members,
    orphans,
    start_ticks,
)
from tests.integration.waiting import wait_until

SLEEP = "import signal; signal.pause()"


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process group of one, at home in `tmp_path`."""
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", SLEEP],
        start_new_session=True,
        cwd="/",
        env={"HOME": str(tmp_path)},
    )
    yield process
    process.kill()
    process.wait()


def test_a_process_has_one_start_time(sleeper: subprocess.Popen[bytes]) -> None:
    assert start_ticks(sleeper.pid).isdecimal()
    assert start_ticks(sleeper.pid) == start_ticks(sleeper.pid)
    assert int(start_ticks(os.getpid())) <= int(start_ticks(sleeper.pid))


def test_a_process_that_is_gone_has_none() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()

    assert start_ticks(gone.pid) == ""


def test_a_name_with_brackets_and_blanks_is_no_obstacle(tmp_path: Path) -> None:
    odd = tmp_path / "a) Z 1 (b"
    odd.symlink_to(sys.executable)
    process = subprocess.Popen([odd, "-S", "-c", SLEEP], start_new_session=True)

    assert living_members(process.pid) == [process.pid]
    process.kill()
    process.wait()


def test_a_process_that_has_let_go_of_its_memory_is_ending(
    sleeper: subprocess.Popen[bytes],
) -> None:
    wait_until(lambda: not is_ending(sleeper.pid), "the program to begin")

    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)

    assert is_ending(sleeper.pid)
    sleeper.wait()
    assert is_ending(sleeper.pid)


def test_what_we_have_started_is_no_orphan(sleeper: subprocess.Popen[bytes]) -> None:
    beside = subprocess.Popen([sys.executable, "-S", "-c", SLEEP])

    found = orphans()

    assert not {sleeper.pid, beside.pid, os.getpid()} & set(found)
    beside.kill()
    beside.wait()


def test_a_group_has_its_living_members(sleeper: subprocess.Popen[bytes]) -> None:
    assert living_members(sleeper.pid) == [sleeper.pid]

    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)  # ended, and not reaped

    assert living_members(sleeper.pid) == []


def test_a_process_lives_in_its_home(sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    # Until its program has begun the kernel shows no environment.
    wait_until(lambda: lives_in(sleeper.pid, tmp_path), "the program to begin")

    assert not lives_in(sleeper.pid, tmp_path / "other")
    assert not lives_in(sleeper.pid, tmp_path.parent)


def test_a_process_lives_where_it_works(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    process = subprocess.Popen([sys.executable, "-c", SLEEP], cwd=tmp_path / "inner")

    assert lives_in(process.pid, tmp_path)
    process.kill()
    process.wait()
    assert not lives_in(process.pid, tmp_path)
