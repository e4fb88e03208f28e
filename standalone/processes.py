"""Children and orphans of this process: started, noticed when they end, reaped, killed.

A child's end is noticed through its pidfd, so nothing polls and no pid is ever confused with a
reused one. This process is also a *subreaper*: when the container is killed, its browsers become
our children, and are ended and reaped like our own.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.interfaces import IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

if TYPE_CHECKING:
    from twisted.internet.epollreactor import EPollReactor

_PR_SET_CHILD_SUBREAPER = 36
"""prctl(2)."""
_KILL_SECONDS = 2.0
"""How long a killed process may take to vanish; the kernel needs milliseconds."""
_KILL_ROUNDS = 5
"""Killing is repeated while new orphans turn up, but not for ever."""
_NO_PROCESS = {errno.ESRCH, errno.ENOENT, errno.EINVAL}
"""What `pidfd_open(2)` says of a number that is nobody's, or a thread's by now (kernels differ)."""
_LAUNCHER = Path(__file__).with_name("die_with_parent.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """How to start a child."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    """The whole environment; nothing is inherited."""
    stdout: IO[bytes]
    stderr: IO[bytes]
    folder: Path | None = None
    """Working directory."""
    passed_fds: Sequence[int] = field(default=())


@implementer(IReadDescriptor)
class _Exit:
    """Fires once when a process, child or not, has ended."""

    def __init__(self, reactor: EPollReactor, pid: int) -> None:
        """Raises OSError when there is no such process (`_NO_PROCESS`)."""
        self._reactor = reactor
        self._pidfd = os.pidfd_open(pid)
        self.noticed: Deferred[None] = Deferred()
        reactor.addReader(self)

    def fileno(self) -> int:
        return self._pidfd

    def logPrefix(self) -> str:
        return "pidfd"

    def doRead(self) -> None:
        self.close()
        self.noticed.callback(None)

    def connectionLost(self, reason: Failure) -> None:  # noqa: ARG002 (the interface's)
        """The reactor is closing down."""
        self.close()

    def close(self) -> None:
        if self._pidfd >= 0:
            self._reactor.removeReader(self)
            os.close(self._pidfd)
            self._pidfd = -1


class ChildProcess:
    """One child, the leader of a session and process group of its own."""

    def __init__(self, reactor: EPollReactor, popen: subprocess.Popen[bytes]) -> None:
        self._reactor = reactor
        self._popen = popen
        self._waiting: list[Deferred[int]] = []
        self._exit = _Exit(reactor, popen.pid)
        self._exit.noticed.addCallback(lambda _: self.collect())

    @property
    def pid(self) -> int:
        """Its process id, and that of its group."""
        return self._popen.pid

    @property
    def alive(self) -> bool:
        """Whether it has not been collected yet."""
        return self._popen.returncode is None

    def exited(self) -> Deferred[int]:
        """Its exit code, minus the signal's number when one ended it; may be asked for often."""
        waiter: Deferred[int] = Deferred()
        if self._popen.returncode is None:
            self._waiting.append(waiter)
        else:
            waiter.callback(self._popen.returncode)
        return waiter

    def collect(self) -> None:
        """Reap it if it has ended, and tell who waits."""
        code = self._popen.poll()
        if code is None:
            return
        self._exit.close()
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            waiter.callback(code)

    def kill_group(self) -> None:
        """SIGKILL for it and what is in its process group."""
        if self.alive:
            os.killpg(self.pid, signal.SIGKILL)

    async def stop(self, grace_seconds: float) -> int:
        """SIGTERM, then SIGKILL for its group if it is still there; its exit code."""
        if self.alive:
            os.kill(self.pid, signal.SIGTERM)
        try:
            return await self.exited().addTimeout(grace_seconds, self._reactor)
        except DeferredTimeout:
            self.kill_group()
            return await self.exited()


class ProcessTable:
    """All processes below this one."""

    def __init__(self, reactor: EPollReactor) -> None:
        self._reactor = reactor
        self._children: dict[int, ChildProcess] = {}

    def spawn(self, command: Command) -> ChildProcess:
        """Start a child that gets SIGTERM when this process dies.

        Call it from the main thread: the kernel takes the death of the *thread* that forked for
        the parent's death.

        Raises:
            OSError: it cannot be started.
        """
        launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid())]
        popen = subprocess.Popen(
            [*launcher, *command.arguments],
            stdin=subprocess.DEVNULL,
            stdout=command.stdout,
            stderr=command.stderr,
            env=dict(command.environment),
            cwd=command.folder,
            pass_fds=command.passed_fds,
            start_new_session=True,
        )
        child = ChildProcess(self._reactor, popen)
        self._children[child.pid] = child
        child.exited().addCallback(lambda _: self._children.pop(child.pid))
        return child

    def collect(self) -> None:
        """Reap every process below that has ended; call it at SIGCHLD."""
        while (pid := _ended_child()) is not None:
            child = self._children.get(pid)
            if child is not None:
                child.collect()
            else:
                os.waitpid(pid, 0)

    def kill_groups(self) -> None:
        """SIGKILL for every child's group, now."""
        for child in list(self._children.values()):
            child.kill_group()

    async def kill_orphans(self) -> None:
        """End and reap whatever is below this process and no living child's."""
        for _ in range(_KILL_ROUNDS):
            self.collect()
            kept = {pid for child in self._children for pid in (child, *descendants(child))}
            orphans = [pid for pid in descendants(os.getpid()) if pid not in kept]
            if not orphans:
                return
            await self._kill(orphans)

    async def _kill(self, pids: Sequence[int]) -> None:
        exits = []
        for pid in pids:
            try:
                one = _Exit(self._reactor, pid)
            except OSError as error:
                if error.errno not in _NO_PROCESS:
                    raise
                continue
            exits.append(one)
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(one.fileno(), signal.SIGKILL)
        all_gone = DeferredList([one.noticed for one in exits])
        try:
            await all_gone.addTimeout(_KILL_SECONDS, self._reactor)
        except DeferredTimeout:
            for one in exits:
                one.close()
        self.collect()


def become_subreaper() -> None:
    """Adopt the orphans among our descendants instead of leaving them to init."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def descendants(pid: int) -> list[int]:
    """All living processes below `pid`, parents before children; zombies are left out."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text(encoding="latin-1")
        except OSError:  # it ended while we looked
            continue
        # proc(5): "pid (comm) state ppid …"; comm may itself hold blanks and brackets.
        state, parent = stat.rpartition(")")[2].split()[:2]
        if state not in "ZX":
            children.setdefault(int(parent), []).append(int(folder.name))
    found = list(children.get(pid, ()))
    for one in found:
        found.extend(children.get(one, ()))
    return found


def _ended_child() -> int | None:
    """A child that has ended, left unreaped."""
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return found.si_pid if found is not None else None
