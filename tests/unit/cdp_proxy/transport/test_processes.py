from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase

from cdp_proxy.transport.processes import (
    ExitWatch,
    become_subreaper,
    end_strays,
    group_exists,
    group_gone,
    kill_group,
)
from tests.fakes.reactor import installed_reactor

TREE = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child == 0:
    grandchild = os.fork()
    if grandchild == 0:
        print(os.getpid(), flush=True)
    signal.pause()
signal.pause()
"""
"""A leader, a child and a grandchild that ignore SIGTERM; the grandchild prints its pid."""

DESERTER = """
import os, signal
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        signal.pause()
    os._exit(0)
os.wait()
signal.pause()
"""
"""A leader whose grandchild is in a session of another; the grandchild prints its pid."""


def start_tree() -> tuple[Popen[bytes], int]:
    process = Popen([sys.executable, "-c", TREE], stdout=PIPE, start_new_session=True)
    assert process.stdout is not None
    grandchild = int(process.stdout.readline())
    process.stdout.close()
    return process, grandchild


class TestGroups(TestCase):
    def setUp(self) -> None:
        become_subreaper()
        self.reactor = installed_reactor()

    async def test_a_killed_group_is_gone_and_reaped_with_its_grandchildren(self) -> None:
        process, grandchild = start_tree()
        exited: Deferred[int] = Deferred()
        ExitWatch(self.reactor, process, exited.callback)

        kill_group(process.pid)

        self.assertEqual(await exited, -signal.SIGKILL)
        self.assertTrue(await group_gone(self.reactor, process.pid))
        with self.assertRaises(ProcessLookupError):
            os.kill(grandchild, 0)

    async def test_what_has_left_the_group_is_ended_too(self) -> None:
        made = TemporaryDirectory()
        self.addCleanup(made.cleanup)
        folder = Path(made.name)
        environment = {"HOME": str(folder), "PATH": os.environ["PATH"]}
        leader = Popen(
            [sys.executable, "-c", DESERTER], stdout=PIPE, start_new_session=True, env=environment
        )
        assert leader.stdout is not None
        with leader.stdout:
            deserter = int(leader.stdout.readline())
        leader.kill()
        leader.wait()
        somebody_else = Popen([sys.executable, "-c", "import signal; signal.pause()"])

        end_strays(folder)

        with self.assertRaises(ProcessLookupError):
            os.kill(deserter, 0)
        self.assertIsNone(somebody_else.poll())
        somebody_else.kill()
        somebody_else.wait()

    async def test_the_exit_code_of_a_process_is_told_once(self) -> None:
        codes: list[int] = []
        exited: Deferred[None] = Deferred()

        def on_exit(code: int) -> None:
            codes.append(code)
            exited.callback(None)

        process = Popen([sys.executable, "-c", "raise SystemExit(7)"])
        watch = ExitWatch(self.reactor, process, on_exit)
        await exited

        self.assertEqual(codes, [7])
        self.assertEqual(watch.logPrefix(), "exit watch")

    async def test_a_process_outlives_a_reactor_that_shuts_down(self) -> None:
        process = Popen([sys.executable, "-c", "import signal; signal.pause()"])
        exited: Deferred[int] = Deferred()
        watch = ExitWatch(self.reactor, process, exited.callback)
        watch.connectionLost(Failure(ConnectionError()))

        self.assertIsNone(process.poll())
        process.kill()
        await exited

    async def test_a_group_that_does_not_end_is_given_up_on(self) -> None:
        clock = Clock()
        process = Popen(
            [sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True
        )
        self.addCleanup(process.wait)
        self.addCleanup(kill_group, process.pid)
        outcome = Deferred.fromCoroutine(group_gone(clock, process.pid))
        clock.pump([0.01] * 1010)

        self.assertFalse(await outcome)


def test_killing_a_group_that_is_gone_is_harmless() -> None:
    process = subprocess.Popen(["true"], start_new_session=True)
    process.wait()

    kill_group(process.pid)

    assert not group_exists(process.pid)
