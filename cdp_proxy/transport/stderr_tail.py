"""The last words of a process: its stderr, of which only the end is kept."""

from __future__ import annotations

import os

from twisted.internet.interfaces import IReactorFDSet, IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

_KEPT_BYTES = 600
_READ_BYTES = 65536


@implementer(IReadDescriptor)
class StderrTail:
    """A pipe that is read for as long as somebody writes to it."""

    def __init__(self, reactor: IReactorFDSet) -> None:
        self._reactor = reactor
        self._read_fd, self.write_fd = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._read_fd, False)
        self._tail = b""
        self._open = True
        reactor.addReader(self)

    def text(self) -> str:
        """What was written last, at most 600 bytes, as one line."""
        self._read()
        return " ".join(self._tail.decode(errors="replace").split())

    def close_write_end(self) -> None:
        """The process holds its own copy now."""
        os.close(self.write_fd)

    def close(self) -> None:
        """Stop reading."""
        if self._open:
            self._open = False
            self._reactor.removeReader(self)
            os.close(self._read_fd)

    def fileno(self) -> int:
        """For the reactor."""
        return self._read_fd if self._open else -1

    def logPrefix(self) -> str:
        """For Twisted's log."""
        return "browser stderr"

    def doRead(self) -> None:
        """There is something to read, or all writers have gone."""
        if not self._read():
            self.close()

    def connectionLost(self, reason: Failure) -> None:  # noqa: ARG002
        """The reactor shuts down."""
        self.close()

    def _read(self) -> bool:
        """Take what is there; False at the end of the stream."""
        if not self._open:
            return False
        try:
            data = os.read(self._read_fd, _READ_BYTES)
        except BlockingIOError:
            return True
        self._tail = (self._tail + data)[-_KEPT_BYTES:]
        return bool(data)
