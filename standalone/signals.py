"""Unix signals as calls in the reactor thread."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Mapping
from types import FrameType
from typing import TYPE_CHECKING

from twisted.internet.interfaces import IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

if TYPE_CHECKING:
    from twisted.internet.epollreactor import EPollReactor


@implementer(IReadDescriptor)
class SignalSource:
    """Calls a function for each signal, one call per delivery.

    Takes the place of the reactor's own handlers: run that with `installSignalHandlers=False`.
    """

    def __init__(
        self, reactor: EPollReactor, calls: Mapping[signal.Signals, Callable[[], None]]
    ) -> None:
        self._reactor = reactor
        self._calls = calls
        self._receiver, self._sender = socket.socketpair()
        self._receiver.setblocking(False)
        self._sender.setblocking(False)

    def install(self) -> None:
        """Begin; signals that arrive before the reactor runs are kept for it."""
        # A full buffer means thousands of signals nobody has read yet: losing one loses nothing.
        signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        for number in self._calls:
            signal.signal(number, _wake_only)
            signal.siginterrupt(number, False)
        self._reactor.addReader(self)

    def fileno(self) -> int:
        """What the reactor waits on."""
        return self._receiver.fileno()

    def logPrefix(self) -> str:
        """How the reactor names it."""
        return "signals"

    def doRead(self) -> None:
        """Make the calls for what has arrived."""
        for number in self._receiver.recv(4096):
            call = self._calls.get(signal.Signals(number))
            if call is not None:
                call()

    def connectionLost(self, reason: Failure) -> None:
        """The reactor is closing down; the process is about to end."""

    def close(self) -> None:
        """Hear no more; whoever had the wakeup fd and the handlers before has to set them anew."""
        signal.set_wakeup_fd(-1)
        self._reactor.removeReader(self)
        self._receiver.close()
        self._sender.close()


def _wake_only(_number: int, _frame: FrameType | None) -> None:
    """Python writes to the wakeup fd only for signals that have a handler."""
