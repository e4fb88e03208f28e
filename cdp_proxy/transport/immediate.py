"""Writing at once: the reactor's `write` waits for the next turn of the loop, a send need not.

On the relay's path that wait, with the two `epoll_ctl` it costs, is much of what a hop adds.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.abstract import FileDescriptor


def write_now(transport: Any, data: bytes) -> None:
    """Write `data`, sending what the kernel takes now when nothing is queued before it.

    Args:
        transport: a Twisted stream connection; what is no plain socket is written to as usual.
        data: what the kernel does not take of it is queued, as by `transport.write`.
    """
    if not isinstance(transport, FileDescriptor) or _has_queue(transport):
        transport.write(data)
        return
    try:
        sent = transport.socket.send(data)  # type: ignore[attr-defined]
    except BlockingIOError:
        sent = 0
    except OSError:
        sent = 0  # broken: the queued write makes the reactor find that out
    if sent < len(data):
        transport.write(data[sent:])


def _has_queue(transport: FileDescriptor) -> bool:
    return bool(
        transport.dataBuffer
        or transport._tempDataBuffer
        or transport.disconnecting
        or not transport.connected
    )
