"""Hands a request on to the task that has its session, whatever container it arrived at.

The request is written anew as it came (path, query, headers, body), with `Connection: close`, the
client's address in `X-Forwarded-For` and a mark that keeps it from being handed on twice; from then
on it is `transport.splice`. Whether the client may do what it asks is for the owner to say.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any

import msgspec
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.error import ConnectError
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.protocols.basic import FileSender
from twisted.protocols.policies import ProtocolWrapper

from cdp_proxy.core.close_codes import CloseCode, close_code_of
from cdp_proxy.transport.answers import Alive
from cdp_proxy.transport.directory import Directory
from cdp_proxy.transport.log_context import REQUEST_ID_HEADER, current_ids
from cdp_proxy.transport.reactor import Reactor
from cdp_proxy.transport.request_body import BoundedRequest
from cdp_proxy.transport.splice import OwnerSide, Splice
from cdp_proxy.transport.tasks import spawn
from cdp_proxy.transport.uploads import Reservation, UploadBudget
from cdp_proxy.transport.whereabouts import RELAYED_HEADER, LivesElsewhere
from shared.errors import TooLarge, Unavailable
from shared.ids import SessionId, TaskId

_log = Logger()

_CONNECT_SECONDS = 3.0
"""Within one network; a task that has gone without a trace costs no more than this."""
_BODY_AT_ONCE_BYTES_MAX = 64 * 1024
_KEEPALIVE = {
    socket.TCP_KEEPIDLE: 10,
    socket.TCP_KEEPINTVL: 5,
    socket.TCP_KEEPCNT: 2,
    socket.TCP_USER_TIMEOUT: 20_000,
}
"""An owner whose machine is gone, and which therefore says nothing, is noticed within 20 s."""
_NOT_HANDED_ON = frozenset(
    {"connection", "content-length", "transfer-encoding", "expect", "x-forwarded-for"}
    | {RELAYED_HEADER.lower(), REQUEST_ID_HEADER.lower()}
)
SPLICES_MAX = 2_000


class Relay:
    """All relayed requests of this container."""

    def __init__(
        self,
        reactor: Reactor,
        task_id: TaskId,
        directory: Directory,
        secure: Callable[[], Awaitable[None]],
    ) -> None:
        """Take what a relay needs.

        Args:
            reactor: the container's.
            task_id: the container's own.
            directory: tells which sessions are over.
            secure: awaited before a WebSocket is relayed; it may refuse with a `WallCrawlerError`.
        """
        self.watchers: list[Callable[[], None]] = []
        """Called whenever a relayed request has begun or ended."""
        self.draining = False
        self.superseded = False
        """Whether the container is to end: what begins now does not keep it (`holding`)."""
        self._reactor = reactor
        self._task_id = task_id
        self._directory = directory
        self._secure = secure
        self._splices: dict[Splice, SessionId] = {}
        self._passing: set[Splice] = set()
        self._bodies = UploadBudget()
        self._looking = False
        self._over: list[Deferred[None]] = []

    @property
    def open(self) -> int:
        """Relayed requests under way."""
        return len(self._splices)

    @property
    def holding(self) -> int:
        """Those that ECS must not stop the container under.

        The load balancer sends clients to superseded containers, too. If all of them held it, it
        would never end; as it is, those who came since have the drain's seconds to finish, and can
        come back to their sessions, which live elsewhere.
        """
        return len(self._splices.keys() - self._passing) if self.superseded else self.open

    def expect(self, length: int | None) -> Reservation:
        """Set aside what a body takes that is to be handed on: it waits on this container's disk.

        Args:
            length: of the body; None where it is not known.

        Raises:
            TooLarge: no session takes so much.
            Unavailable: other bodies are on their way.
        """
        if length is not None and length > self._bodies.bytes_max:
            raise TooLarge(f"A session may upload {self._bodies.bytes_max} bytes in all.")
        try:
            return self._bodies.reserve(length)
        except TooLarge as full:
            raise Unavailable("This container passes on other uploads; try again.") from full

    async def hand_on(
        self, request: BoundedRequest, alive: Alive, elsewhere: LivesElsewhere
    ) -> None:
        """Make the client's connection one with the owner's.

        Raises:
            WallCrawlerError: that cannot be done just now; the client is still to be answered.
        """
        if self.draining or self.open >= SPLICES_MAX:
            raise _no_more()
        if request.body_too_large:
            raise TooLarge("The body is too long.")
        upgrade = (request.getHeader("Upgrade") or "").lower() == "websocket"
        splice = Splice(self._reactor, _refuse_late, self._ended, upgrade=upgrade)
        self._splices[splice] = elsewhere.session_id
        if self.superseded:
            self._passing.add(splice)
        self._tell_watchers()
        try:
            if upgrade and not self.superseded:
                await self._secure()
            await self._connect(splice.owner, elsewhere)
        except Exception:
            self._ended(splice)
            raise
        if alive.gone or self.draining:
            splice.abandon()
            raise _no_more()
        address = request.getClientAddress().host
        alive.hand_over()
        early = _take_connection(request, splice.client)
        splice.join(early)
        _log.info("relaying to {owner}", owner=elsewhere.task.task_id)
        reservation = request.take_reservation()
        writing = self._write(request, splice.owner.transport, address, reservation)
        spawn(writing, "writing a relayed request")

    def look(self) -> None:
        """See whether sessions are over whose owners cannot say so: hung, or out of reach.

        One question to Redis for all; harmless at any time.
        """
        if self._splices and not self._looking:
            self._looking = True
            spawn(self._end_those_over(), "looking after relayed sessions")

    async def drain(self, seconds: float) -> None:
        """Take no more, give those under way `seconds` to end, then end them."""
        self.draining = True
        if self._splices and seconds > 0:
            await self._all_over(seconds)
        for splice, _ in self._joined():
            splice.close(CloseCode.GOING_AWAY, "The container is shutting down.")
        if self._splices:
            await self._all_over(None)

    async def _end_those_over(self) -> None:
        ids = list(set(self._splices.values()))
        try:
            found = dict(zip(ids, await self._directory.locate(ids), strict=True))
        except Unavailable as error:
            _log.warn("relayed sessions cannot be looked up: {error}", error=error.message)
            return
        finally:
            self._looking = False
        for splice, session_id in self._joined():
            located = found.get(session_id)
            if located is not None and located.end_reason is not None:
                reason = located.end_reason
                splice.close(close_code_of(reason), reason.text)

    def _joined(self) -> list[tuple[Splice, SessionId]]:
        """What can be closed; the others end by themselves, or are looked at again."""
        return [
            (splice, session_id) for splice, session_id in self._splices.items() if splice.joined
        ]

    async def _connect(self, owner: OwnerSide, elsewhere: LivesElsewhere) -> None:
        host, _, port = elsewhere.task.address.rpartition(":")
        endpoint = HostnameEndpoint(
            self._reactor, host.strip("[]"), int(port), timeout=_CONNECT_SECONDS
        )
        try:
            await endpoint.connect(Factory.forProtocol(lambda: owner))
        except (ConnectError, OSError) as error:
            _log.warn(
                "{owner} cannot be reached: {error}",
                owner=elsewhere.task.task_id,
                error=str(error),
                session_id=elsewhere.session_id,
            )
            raise Unavailable("The session's container cannot be reached; try again.") from error
        owner.transport.setTcpNoDelay(True)
        owner.transport.setTcpKeepAlive(True)
        for option, value in _KEEPALIVE.items():
            owner.transport.getHandle().setsockopt(socket.IPPROTO_TCP, option, value)

    async def _write(
        self,
        request: BoundedRequest,
        transport: Any,
        client_address: str,
        reservation: Reservation | None,
    ) -> None:
        body: Any = request.content
        body.seek(0, 2)
        size = body.tell()
        body.seek(0)
        request_id = current_ids().get("request_id", "")
        lines = _head_lines(request, size, client_address, self._task_id, request_id)
        head = b"\r\n".join(lines)
        if size <= _BODY_AT_ONCE_BYTES_MAX:
            transport.write(head + b"\r\n\r\n" + body.read())
        else:
            transport.write(head + b"\r\n\r\n")
            # The connection may end meanwhile; the splice hears of that.
            with suppress(Exception):
                await FileSender().beginFileTransfer(body, transport)
        body.close()
        if reservation is not None:
            reservation.settle(0)

    def _ended(self, splice: Splice) -> None:
        self._splices.pop(splice, None)
        self._passing.discard(splice)
        self._tell_watchers()
        if not self._splices:
            waiting, self._over = self._over, []
            for over in waiting:
                over.callback(None)

    def _all_over(self, seconds: float | None) -> Deferred[Any]:
        over: Deferred[None] = Deferred()
        self._over.append(over)
        waiting = DeferredList([over])
        if seconds is not None:
            waiting.addTimeout(seconds, self._reactor, onTimeoutCancel=lambda result, _: result)
        return waiting

    def _tell_watchers(self) -> None:
        for tell in self.watchers:
            tell()


def _no_more() -> Unavailable:
    return Unavailable("This container takes no more connections just now; try again.")


def _head_lines(
    request: BoundedRequest, body_bytes: int, client_address: str, task_id: TaskId, request_id: str
) -> Iterator[bytes]:
    yield b" ".join((request.method, request.uri, request.clientproto))
    forwarded: list[bytes] = []
    upgrade = False
    for name, values in request.requestHeaders.getAllRawHeaders():
        lowered = name.decode("latin-1").lower()
        if lowered == "x-forwarded-for":
            forwarded += values
        upgrade = upgrade or lowered == "upgrade"
        if lowered not in _NOT_HANDED_ON:
            for value in values:
                yield name + b": " + value
    yield b"X-Forwarded-For: " + b", ".join([*forwarded, client_address.encode()])
    yield f"{RELAYED_HEADER}: {task_id}".encode()
    yield f"{REQUEST_ID_HEADER}: {request_id}".encode()
    # Whatever it answers, unless it switches protocols: after that the connection ends.
    yield b"Connection: " + (b"Upgrade, close" if upgrade else b"close")
    if body_bytes or request.method not in {b"GET", b"HEAD"}:
        yield b"Content-Length: %d" % body_bytes


def _take_connection(request: BoundedRequest, protocol: Any) -> bytes:
    """Have the client's connection belong to `protocol`; what it has sent after its request.

    As Autobahn's `WebSocketResource` does it; Twisted has no public way (its ticket 3204).
    """
    channel: Any = request.channel
    early = b"".join(channel._dataBuffer)
    transport, channel.transport = channel.transport, None
    channel.setTimeout(None)
    if isinstance(transport, ProtocolWrapper):
        transport.wrappedProtocol = protocol
    elif isinstance(transport.protocol, ProtocolWrapper):
        transport.protocol.wrappedProtocol = protocol
    else:
        transport.protocol = protocol
    protocol.makeConnection(transport)
    transport.unregisterProducer()
    transport.resumeProducing()
    return early


def _refuse_late(transport: Any) -> None:
    """The owner went before it had answered: an answer of our own, past HTTP's machinery."""
    error = Unavailable("The session's container went away; try again.")
    body = msgspec.json.encode({"message": error.message, "code": error.code})
    transport.write(
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\n"
        b"Cache-Control: no-store\r\nRetry-After: %d\r\nConnection: close\r\nContent-Length: %d\r\n"
        b"\r\n%s" % (error.retry_after_seconds or 0, len(body), body)
    )
