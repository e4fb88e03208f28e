"""Real children, real orphans."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import NamedTemporaryFile

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from standalone.config import REPOSITORY
from standalone.processes import (
    ChildProcess,
    Command,
    ProcessTable,
    become_subreaper,
    descendants,
)

ENVIRONMENT = {"PATH": os.environ["PATH"]}


class ChildTest(TestCase):
    def setUp(self) -> None:
        self.table = ProcessTable(reactor)
        self.log = self.enterContext(NamedTemporaryFile(buffering=0))

    def shell(self, script: str) -> ChildProcess:
        return self.table.spawn(
            Command(
                arguments=["/bin/sh", "-c", script],
                environment=ENVIRONMENT,
                stdout=self.log,
                stderr=self.log,
            )
        )

    def logged(self) -> bytes:
        return Path(self.log.name).read_bytes()

    async def test_an_exit_code_is_told_to_all_who_ask(self) -> None:
        child = self.shell("exit 3")

        assert [await child.exited(), await child.exited()] == [3, 3]
        assert not child.alive

    async def test_a_death_by_signal_is_negative(self) -> None:
        child = self.shell("kill -9 $$")

        assert await child.exited() == -signal.SIGKILL

    async def test_it_gets_no_environment_but_its_own(self) -> None:
        await self.shell("env | cut -d= -f1").exited()

        of_the_shell = {b"PWD", b"OLDPWD", b"SHLVL", b"_"}
        of_locale_coercion = {b"LC_CTYPE"}  # PEP 538, by the launcher's Python
        assert set(self.logged().split()) - of_the_shell - of_locale_coercion == {b"PATH"}

    async def test_it_leads_a_session_of_its_own(self) -> None:
        child = self.shell("sleep 60")

        assert os.getsid(child.pid) == child.pid
        await child.stop(10)

    async def test_stop_lets_it_end_in_its_own_way(self) -> None:
        child = self.shell("trap 'exit 5' TERM; echo up; while :; do sleep 0.01; done")
        await self.until_logged(b"up")

        assert await child.stop(10) == 5

    async def test_stop_kills_the_group_of_one_that_does_not_listen(self) -> None:
        child = self.shell("trap '' TERM; sleep 60 & echo up; wait; while :; do sleep 1; done")
        await self.until_logged(b"up")

        assert await child.stop(0.1) == -signal.SIGKILL
        assert os.getpid() not in descendants(child.pid)

    async def test_to_stop_what_has_ended_is_harmless(self) -> None:
        child = self.shell("exit 0")
        await child.exited()

        assert await child.stop(1) == 0

    async def test_a_collected_child_is_not_lost_to_whoever_waits(self) -> None:
        child = self.shell("exit 4")
        waiting = child.exited()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

        self.table.collect()

        assert await waiting == 4

    async def test_a_number_that_is_a_threads_by_now_is_nobodys(self) -> None:
        over = threading.Event()
        thread = threading.Thread(target=over.wait)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(over.set)
        assert thread.native_id is not None

        await self.table._kill([thread.native_id])

        assert thread.is_alive()

    async def until_logged(self, text: bytes) -> None:
        while text not in self.logged():
            await deferToThread(os.sched_yield)


def test_descendants_are_found_at_any_depth() -> None:
    with subprocess.Popen(
        ["/bin/sh", "-c", "sh -c 'sleep 60 & echo $!; wait' ; true"], stdout=subprocess.PIPE
    ) as shell:
        assert shell.stdout is not None
        sleeper = int(shell.stdout.readline())

        found = descendants(shell.pid)

        os.kill(sleeper, signal.SIGKILL)
        assert found[-1] == sleeper


def test_the_orphans_of_a_killed_child_are_ended_and_reaped() -> None:
    """In a process of its own, since a subreaper adopts for the whole process."""
    done = subprocess.run(
        [sys.executable, __file__],
        env={**ENVIRONMENT, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("clean\n", "")


def _adopt_and_kill() -> None:
    become_subreaper()
    table = ProcessTable(reactor)
    reader, writer = os.pipe()
    nested = f"setsid sleep 60 & sh -c 'setsid sleep 60 & wait' & echo up >&{writer}; wait"

    async def scenario() -> None:
        child = table.spawn(
            Command(
                arguments=["/bin/sh", "-c", nested],
                environment=ENVIRONMENT,
                stdout=sys.stderr.buffer,
                stderr=sys.stderr.buffer,
                passed_fds=[writer],
            )
        )
        await deferToThread(os.read, reader, 10)
        os.kill(child.pid, signal.SIGKILL)
        await child.exited()
        orphans = len(descendants(os.getpid()))
        await table.kill_orphans()
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG)
            raise AssertionError("a child is left")
        sys.stdout.write("clean\n" if orphans >= 2 else f"only {orphans} orphans\n")

    def run() -> None:
        Deferred.fromCoroutine(scenario()).addErrback(
            lambda failure: failure.printTraceback()
        ).addBoth(lambda _: reactor.stop())

    reactor.callWhenRunning(run)
    reactor.run(installSignalHandlers=False)


if __name__ == "__main__":
    _adopt_and_kill()
