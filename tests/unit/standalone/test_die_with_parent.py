"""The launcher: a child that ends with its parent."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys

import standalone.die_with_parent

LAUNCHER = standalone.die_with_parent.__file__


def launch(parent: int, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", LAUNCHER, str(parent), *command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_becomes_the_command() -> None:
    done = launch(os.getpid(), "/bin/sh", "-c", "echo $0; exit 7")

    assert (done.stdout, done.returncode) == ("/bin/sh\n", 7)


def test_a_command_that_does_not_exist_is_one_sentence() -> None:
    done = launch(os.getpid(), "/no/such/command")

    assert done.returncode == 1
    assert done.stderr == "/no/such/command cannot be started: No such file or directory\n"


def test_it_does_not_outlive_a_parent_that_is_already_gone() -> None:
    done = launch(1, "/bin/sh", "-c", "echo alive")

    assert (done.returncode, done.stdout) == (1, "")


def test_the_command_ends_when_the_parent_is_killed() -> None:
    parent_program = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-I', '-S', sys.argv[1], str(os.getpid()),"
        " '/bin/sh', '-c', 'echo $$; exec sleep 60'])\n"
        "child.wait()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent_program, LAUNCHER], stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))

        parent.send_signal(signal.SIGKILL)

        ended, _, _ = select.select([child], [], [], 10)
        os.close(child)
        assert ended
