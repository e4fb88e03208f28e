"""Process groups: noticing their end, ending them whole, leaving no zombie.

Chromium is a tree. Started as the leader of its own process group it can be killed as one; its
children, orphaned then, come to us (we are a subreaper, `prctl(2)` PR_SET_CHILD_SUBREAPER) and are
waited for here, so that it does not matter what runs as PID 1.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from subprocess import Popen

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFDSet, IReactorTime, IReadDescriptor
from twisted.internet.task import deferLater
from twisted.python.failure import Failure
from zope.interface import implementer

from cdp_proxy.transport.process_table import is_ending, lives_in, orphans

_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_DUMPABLE = 4
_GROUP_POLL_SECONDS = 0.01
_GROUP_GONE_SECONDS = 10.0
"""A killed process ends within milliseconds unless it is stuck in the kernel."""
_STRAYS_GONE_SECONDS = 2.0


def become_subreaper() -> None:
    """Adopt the orphans of our children, and keep our memory from other processes of our uid."""
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value in ((_PR_SET_CHILD_SUBREAPER, 1), (_PR_SET_DUMPABLE, 0)):
        if libc.prctl(option, value, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), f"prctl({option}) failed")


@implementer(IReadDescriptor)
class ExitWatch:
    """Calls back once when a child process ends (a pidfd in the reactor; no polling)."""

    def __init__(
        self, reactor: IReactorFDSet, process: Popen[bytes], on_exit: Callable[[int], None]
    ) -> None:
        """`on_exit` gets the return code as `Popen` counts it: negative for a signal."""
        self._reactor = reactor
        self._process = process
        self._on_exit = on_exit
        self._fd = os.pidfd_open(process.pid)
        reactor.addReader(self)

    def fileno(self) -> int:
        """For the reactor."""
        return self._fd

    def logPrefix(self) -> str:
        """For Twisted's log."""
        return "exit watch"

    def doRead(self) -> None:
        """The process has ended."""
        self._reactor.removeReader(self)
        os.close(self._fd)
        self._on_exit(self._process.wait())

    def connectionLost(self, reason: Failure) -> None:
        """The reactor shuts down; the process is somebody else's business then."""


def kill_group(group: int) -> None:
    """SIGKILL a whole process group; stopped processes die too. Harmless when it is gone."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


async def group_gone(reactor: IReactorTime, group: int) -> bool:
    """Wait until no process of `group` is left, reaping those that have become ours.

    Orphans reach us only after their parent's death and nothing announces the last one, so this
    looks again every 10 ms, for 10 s at most.

    Returns:
        Whether the group is gone.
    """
    give_up = reactor.seconds() + _GROUP_GONE_SECONDS
    while group_exists(group):
        if reactor.seconds() > give_up:
            return False
        await deferred_pause(reactor, _GROUP_POLL_SECONDS)
    return True


def end_strays(folder: Path) -> None:
    """Kill and reap what has left the process group of the browser in `folder`; blocks.

    Full Chromium starts its crash handlers in sessions of their own, whatever it is told; once it
    is dead they are ours. Called at the end of each browser: one that ends too late for this call
    is reaped by the next.
    """
    give_up = time.monotonic() + _STRAYS_GONE_SECONDS
    found = orphans()
    while any(not ended and _is_of(pid, folder) for pid, ended in found.items()):
        if time.monotonic() > give_up:
            break
        for pid in found:
            if lives_in(pid, folder):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(_GROUP_POLL_SECONDS)
        found = orphans()
    for pid, ended in found.items():
        if ended:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def _is_of(pid: int, folder: Path) -> bool:
    """Whether an orphan is of the browser in `folder`, or ends just now and cannot be asked."""
    return lives_in(pid, folder) or is_ending(pid)


def group_exists(group: int) -> bool:
    """Reap what has ended of the group; whether anything of it is left."""
    with suppress(ChildProcessError):
        while os.waitpid(-group, os.WNOHANG)[0]:
            pass
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def deferred_pause(reactor: IReactorTime, seconds: float) -> Deferred[None]:
    """Fires after `seconds`."""
    return deferLater(reactor, seconds, lambda: None)
