"""Two connections made one: a client's, and one to the task that has its session.

1. The request has been written to the owner (`transport.relay`); its answer is awaited.
2. An answer other than 101 goes to the client as it is, and both connections end with it. What the
   client sends meanwhile is dropped: a second request on the connection might be for anybody.
3. After 101 everything passes both ways untouched, each end as fast as the other takes it. A half
   that ends has its other end ended too; a reset is passed on as one.
4. An owner that goes without a close frame has been lost: the client gets a close frame that says
   so, provided that it fits between two frames, else a reset.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IDelayedCall, IHalfCloseableProtocol, IReactorTime
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from zope.interface import implementer

from cdp_proxy.core.close_codes import CloseCode, close_code_of
from cdp_proxy.core.frame_edges import FrameEdges, close_frame
from cdp_proxy.transport.immediate import write_now
from shared.session_state import EndReason

HEAD_SECONDS = 60.0
"""An owner that has not begun to answer by then is not going to."""
_HEAD_BYTES_MAX = 64 * 1024
_LINGER_SECONDS = 5.0
"""After one half of a WebSocket has ended, the other has so long; both of whatever is told to end:
a container that drains has not much more left."""
_BOTH = 2
_LOST = EndReason.CONTAINER_LOST
_SWITCHED = b"HTTP/1.1 101 "
_END_OF_HEAD = b"\r\n\r\n"


class Splice:
    """One relayed request, from its writing on to the end of both connections."""

    def __init__(
        self,
        reactor: IReactorTime,
        refuse: Callable[[Any], None],
        over: Callable[[Splice], None],
        *,
        upgrade: bool,
    ) -> None:
        """Nothing is connected yet.

        Args:
            reactor: for the clocks.
            refuse: writes an answer of our own to the client's transport.
            over: told once, when both connections have ended.
            upgrade: whether the client asks for a WebSocket.
        """
        self.joined = False
        """Whether both connections are there; until then there is nobody to say anything to."""
        self.upgraded = False
        self.owner = OwnerSide(self)
        self.client = ClientSide(self)
        self._reactor = reactor
        self._refuse = refuse
        self._over = over
        self._upgrade = upgrade
        self._early = b""
        self._head: bytes | None = b""
        self._edges = FrameEdges()
        self._timer: IDelayedCall | None = None
        self._told_to_end = False
        self._finished: set[_Side] = set()
        """Sides that send no more."""
        self._ended: set[_Side] = set()

    def join(self, early: bytes) -> None:
        """Both sides are connected and the request is being written.

        Args:
            early: what the client has sent after its request.
        """
        self.joined = True
        self._early = early if self._upgrade else b""
        self.client.transport.registerProducer(self.owner.transport, True)
        self._timer = self._reactor.callLater(HEAD_SECONDS, self._abort)
        if self._upgrade:
            self.client.transport.pauseProducing()

    def abandon(self) -> None:
        """The two are not to be joined: the client has left, or is answered otherwise."""
        self._ended.add(self.client)
        self.owner.transport.abortConnection()

    def close(self, code: CloseCode, reason: str) -> None:
        """End it from here, with a word to the client where that is possible; once is enough.

        Only when it is `joined`.
        """
        if self._told_to_end:
            return
        self._told_to_end = True
        if self._head is not None:
            self._head = None
            self._refuse(self.client.transport)
        self._say_goodbye(code, reason)
        self._lose_both()
        self._linger()

    def from_owner(self, data: bytes) -> None:
        """Bytes of the owner, until its answer's kind is known; then `relay_from_owner`."""
        if self._head is None:
            write_now(self.client.transport, data)
            return
        self._head += data
        if not self._head.startswith(_SWITCHED[: len(self._head)]):
            self._begin(self._head)
        elif _END_OF_HEAD in self._head:
            self._switch(self._head)
        elif len(self._head) > _HEAD_BYTES_MAX:
            self._abort()

    def relay_from_owner(self, data: bytes) -> None:
        """Bytes of the owner after 101."""
        self._edges.feed(data)
        write_now(self.client.transport, data)

    def finished(self, side: _Side) -> None:
        """One side sends no more; the other half of its connection may still be of use."""
        if side in self._finished:
            return
        self._finished.add(side)
        if side is self.owner:
            self._owner_gone(abruptly=False)
        elif self.upgraded:
            _end_writing(self.owner.transport)
            self._linger()
        if len(self._finished) == _BOTH:
            self._lose_both()

    def lost(self, side: _Side, reason: Failure) -> None:
        """One of the connections has ended altogether."""
        self._ended.add(side)
        if len(self._ended) == _BOTH:
            self._cancel_timer()
            self._over(self)
            return
        clean = reason.check(ConnectionDone) is not None
        if side is self.owner and not clean and side not in self._finished:
            self._owner_gone(abruptly=True)
        elif side is self.client and not clean:
            self.owner.transport.abortConnection()
        else:
            self._lose_both()
        self._linger()

    def _owner_gone(self, *, abruptly: bool) -> None:
        client = self.client.transport
        if self._head is not None:
            self._head = None
            self._refuse(client)  # nothing of an answer has come: here is one of our own
            _lose(client)
        elif self.upgraded and self._edges.closing:
            _end_writing(client)
        elif self.upgraded and self._edges.between_frames:
            self._say_goodbye(close_code_of(_LOST), _LOST.text)
            _lose(client)
        elif self.upgraded or abruptly:
            client.abortConnection()  # in the midst of something, and to be seen as such
        else:
            _lose(client)
        self._linger()

    def _begin(self, first: bytes) -> None:
        """An ordinary answer: it goes out as it comes, and nothing else goes in."""
        self._head = None
        self._cancel_timer()
        if self._upgrade:
            self.client.transport.resumeProducing()
        write_now(self.client.transport, first)

    def _switch(self, head: bytes) -> None:
        self._head = None
        self.upgraded = True
        self._cancel_timer()
        self.owner.transport.registerProducer(self.client.transport, True)
        self.client.dataReceived = partial(write_now, self.owner.transport)  # type: ignore[method-assign]
        self.owner.dataReceived = self.relay_from_owner  # type: ignore[method-assign]
        self._edges.feed(head.partition(_END_OF_HEAD)[2])
        write_now(self.client.transport, head)
        if self._early:
            self.owner.transport.write(self._early)
        self.client.transport.resumeProducing()

    def _say_goodbye(self, code: CloseCode, reason: str) -> None:
        if self.upgraded and self._edges.between_frames and not self._edges.closing:
            self._edges.closing = True
            self.client.transport.write(close_frame(int(code), reason))

    def _lose_both(self) -> None:
        for side in (self.owner, self.client):
            if side not in self._ended:
                _lose(side.transport)

    def _linger(self) -> None:
        self._cancel_timer()
        if len(self._ended) < _BOTH:
            brief = self.upgraded or self._told_to_end
            patience = _LINGER_SECONDS if brief else HEAD_SECONDS
            self._timer = self._reactor.callLater(patience, self._abort)

    def _abort(self) -> None:
        for side in (self.owner, self.client):
            if side not in self._ended:
                side.transport.abortConnection()

    def _cancel_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()


@implementer(IHalfCloseableProtocol)
class _Side(Protocol):
    transport: Any

    def __init__(self, splice: Splice) -> None:
        self.splice = splice

    def readConnectionLost(self) -> None:
        """It sends no more."""
        self.splice.finished(self)

    def writeConnectionLost(self) -> None:  # noqa: N802 - Twisted's name
        """We have ended our half; the other may go on."""

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        """Both halves have ended."""
        self.splice.lost(self, reason)


class OwnerSide(_Side):
    """The connection to the task that has the session."""

    def dataReceived(self, data: bytes) -> None:
        """Replaced once the answer's kind is known."""
        self.splice.from_owner(data)


class ClientSide(_Side):
    """The client's connection, once HTTP has let go of it."""

    def dataReceived(self, data: bytes) -> None:
        """Dropped, unless the owner has switched protocols (then this is replaced)."""


def _end_writing(transport: Any) -> None:
    """Once all that has been written is out; without a producer, which Twisted would wait for."""
    if transport.connected and not transport.disconnecting:
        transport.unregisterProducer()
        transport.loseWriteConnection()


def _lose(transport: Any) -> None:
    transport.unregisterProducer()
    transport.loseConnection()
