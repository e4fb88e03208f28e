"""Writing at once: the reactor's `write` waits for the next turn of the loop, a send need not.

On the relay's path that wait, with the two `epoll_ctl` it costs, is most of what a hop adds.
"""

from __future__ import annotations

from typing import Any


def write_now(transport: Any, data: bytes) -> None:
    """Write `data`, sending what the kernel takes now when nothing is queued before it.

    Args:
        transport: a Twisted stream connection (`twisted.internet.abstract.FileDescriptor`).
        data: not empty. What the kernel does not take is queued as by `transport.write`.
    """
    if transport.dataBuffer or transport._tempDataBuffer or transport.disconnecting:
        transport.write(data)
        return
    sent = transport.writeSomeData(data)
    if isinstance(sent, int) and sent < len(data):
        transport.write(data[sent:] if sent > 0 else data)
    elif not isinstance(sent, int):
        transport.write(data)  # the connection is broken: let the reactor find that out
