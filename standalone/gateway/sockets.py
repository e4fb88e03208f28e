"""The WebSocket API: `$connect` before the upgrade, a handler call per message, `$disconnect`.

1. An upgrade request arrives; `$connect` runs while the HTTP request waits.
2. Refused: the handler's status and body are the HTTP response. No WebSocket ever existed.
3. Accepted: the transport goes to Autobahn, and the connection is known to @connections.
4. Each text message calls its route's handler; what the handler posts comes back by @connections.
5. Closed by either side: the connection is forgotten, `$disconnect` runs once.

Limits are those of "Quotas for configuring and running a WebSocket API". Messages of one
connection are handled one after the other, so that they reach the container in their order (AWS
promises none when calls overlap); a client that sends faster is not read from meanwhile.
"""

from __future__ import annotations

import json
import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet.interfaces import IDelayedCall, IPushProducer
from twisted.logger import Logger
from typing_extensions import override
from zope.interface import implementer

from shared.clock import Clock
from shared.limits import (
    WS_API_FRAME_BYTES_MAX,
    WS_API_IDLE_SECONDS,
    WS_API_LIFE_SECONDS,
    WS_API_MESSAGE_BYTES_MAX,
)
from shared.randomness import new_request_id
from standalone.gateway import answers, events
from standalone.gateway.answers import HttpAnswer
from standalone.gateway.events import ConnectionFacts, HttpRequest, Message
from standalone.gateway.invoker import Invoker, Result
from standalone.tasks import spawn

if TYPE_CHECKING:
    from twisted.internet.epollreactor import EPollReactor
    from twisted.internet.tcp import Server as TCPServer

CONNECTIONS_MAX = 1_000
MESSAGES_WAITING_MAX = 16
"""Messages of one connection that wait for their handler; then it is not read from."""
UNREAD_BYTES_MAX = 4 * 1024 * 1024
"""Posted to a client that does not read; further posts are refused until it does."""
_PING_SECONDS = 60
_PONG_SECONDS = 30
_CLOSE_SECONDS = 5
_CLOSE_GOING_AWAY = 1001
_GOING_AWAY = "Going away"

_log = Logger()


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """When API Gateway itself ends a connection."""

    idle_seconds: float = WS_API_IDLE_SECONDS
    """Without a message either way; pings do not count."""
    life_seconds: float = WS_API_LIFE_SECONDS


class SocketApi:
    """The WebSocket half of the gateway, and the connections it holds."""

    def __init__(
        self,
        reactor: EPollReactor,
        invoker: Invoker,
        clock: Clock,
        domain_name: str,
        lifetimes: Lifetimes,
    ) -> None:
        self.clock = clock
        self.invoker = invoker
        self.reactor = reactor
        self.lifetimes = lifetimes
        self._domain_name = domain_name
        self._connections: dict[str, Connection] = {}
        self._factory = WebSocketServerFactory(reactor=reactor)
        self._factory.setProtocolOptions(
            maxFramePayloadSize=WS_API_FRAME_BYTES_MAX,
            maxMessagePayloadSize=WS_API_MESSAGE_BYTES_MAX,
            # Else Autobahn drops the TCP connection where AWS sends close code 1009.
            failByDrop=False,
            autoPingInterval=_PING_SECONDS,
            autoPingTimeout=_PONG_SECONDS,
            closeHandshakeTimeout=_CLOSE_SECONDS,
        )

    async def connect(self, request: HttpRequest) -> Connection | HttpAnswer:
        """Run `$connect`: a connection to upgrade, or the HTTP answer that refuses it."""
        if self.invoker.socket_route("$default") is None:
            return answers.error(
                404, "NOT_FOUND", "This API has no WebSocket routes.", request.request_id
            )
        if len(self._connections) >= CONNECTIONS_MAX:
            return answers.aws_error(429, "LimitExceededException", "Too many connections.")
        facts = ConnectionFacts(
            connection_id=secrets.token_urlsafe(16),
            domain_name=self._domain_name,
            connected_at=self.clock(),
            source_ip=request.source_ip,
            user_agent=request.header("user-agent"),
        )
        refusal = await self._refusal(facts, request)
        return refusal or Connection(facts, self)

    def upgrade(self, connection: Connection) -> ClientSocket:
        """The protocol that serves an accepted connection."""
        protocol = ClientSocket(connection)
        protocol.factory = self._factory
        return protocol

    def find(self, connection_id: str) -> Connection | None:
        """An open connection; one that is closing is gone, as on AWS."""
        connection = self._connections.get(connection_id)
        return connection if connection is not None and connection.open else None

    def opened(self, connection: Connection) -> None:
        """The upgrade is done."""
        self._connections[connection.facts.connection_id] = connection
        connection.begin()

    async def closed(self, connection: Connection, code: int, reason: str) -> None:
        """The connection is gone: forget it and run `$disconnect`."""
        self._connections.pop(connection.facts.connection_id, None)
        connection.end()
        handler = self.invoker.socket_route("$disconnect")
        if handler is not None:
            request_id = new_request_id()
            now = self.clock()
            await handler(
                events.disconnect_event(connection.facts, code, reason, request_id, now),
                request_id,
            )

    def close_all(self) -> None:
        """Tell every client that the gateway is going away."""
        for connection in list(self._connections.values()):
            connection.close(_CLOSE_GOING_AWAY, _GOING_AWAY)

    async def _refusal(self, facts: ConnectionFacts, request: HttpRequest) -> HttpAnswer | None:
        handler = self.invoker.socket_route("$connect")
        if handler is None:
            return None
        try:
            result = await handler(events.connect_event(facts, request), request.request_id)
            answer = answers.from_lambda(result)
        except Exception:
            _log.failure("$connect failed, request {id}", id=request.request_id)
            return answers.aws_error(500, "InternalServerErrorException", "Internal server error")
        return None if 200 <= answer.status < 300 else answer  # noqa: PLR2004 (RFC 9110 15.3)


@dataclass(eq=False, slots=True)
class Connection:
    """One accepted WebSocket connection."""

    facts: ConnectionFacts
    api: SocketApi
    socket: ClientSocket | None = None
    last_active_at: float = 0.0
    """Epoch seconds."""
    unread_bytes: int = 0
    """Posted since the client stopped reading."""
    _waiting: deque[Message] = field(default_factory=deque, init=False)
    _handling: bool = field(default=False, init=False)
    _timers: list[IDelayedCall] = field(default_factory=list, init=False)

    @property
    def open(self) -> bool:
        """Whether messages reach the client: no closing handshake has begun."""
        return self.socket is not None and not self.socket.gone

    def begin(self) -> None:
        """The upgrade is done: its life begins."""
        reactor, lifetimes = self.api.reactor, self.api.lifetimes
        life = reactor.callLater(lifetimes.life_seconds, self.close, _CLOSE_GOING_AWAY, _GOING_AWAY)
        idle = reactor.callLater(lifetimes.idle_seconds, self.close, _CLOSE_GOING_AWAY, _GOING_AWAY)
        self._timers += [life, idle]

    def end(self) -> None:
        """It is closed: what waits is not handled any more."""
        self._waiting.clear()
        for timer in self._timers:
            if timer.active():
                timer.cancel()

    def describe(self) -> dict[str, object]:
        """What @connections tells of it."""
        return {
            "connectedAt": _iso(self.facts.connected_at),
            "lastActiveAt": _iso(self.last_active_at or self.facts.connected_at),
            "identity": {
                "sourceIp": self.facts.source_ip,
                "userAgent": self.facts.user_agent,
            },
        }

    def post(self, data: bytes) -> None:
        """Send to the client: as text when it is UTF-8, as API Gateway does."""
        self._note_activity()
        if self.socket is not None and self.open:
            self.socket.post(data)

    def close(self, code: int, reason: str) -> None:
        """Begin the closing handshake."""
        if self.socket is not None:
            # Not `sendClose`: that refuses 1001, which it takes for a browser's code only.
            self.socket.sendCloseFrame(code, reason.encode())
            self._regulate()

    async def message(self, message: Message) -> None:
        """Have the handler of the route that it selects called, after those before it."""
        self._note_activity()
        self._waiting.append(message)
        self._regulate()
        if self._handling:
            return
        self._handling = True
        try:
            while self._waiting:
                await self._call_route(self._waiting.popleft())
                self._regulate()
        finally:
            self._handling = False

    def _note_activity(self) -> None:
        self.last_active_at = self.api.clock()
        for timer in self._timers[1:]:
            if timer.active():
                timer.reset(self.api.lifetimes.idle_seconds)

    async def _call_route(self, message: Message) -> None:
        route_key = "$default" if message.binary else _selected_route(message.data)
        handler = self.api.invoker.socket_route(route_key)
        if handler is None:
            route_key, handler = "$default", self.api.invoker.socket_route("$default")
        if handler is None:
            return
        message_id = new_request_id()
        event = events.message_event(self.facts, route_key, message, message_id, self.api.clock())
        try:
            await handler(event, message_id)
        except Exception:
            _log.failure("message {id} failed", id=message_id)
            self._tell_failure(message_id)

    def _tell_failure(self, message_id: str) -> None:
        """API Gateway's own answer when an integration fails."""
        report: Result = {
            "message": "Internal server error",
            "connectionId": self.facts.connection_id,
            "requestId": message_id,
        }
        self.post(json.dumps(report).encode())

    def _regulate(self) -> None:
        if self.socket is not None:
            self.socket.read_on(len(self._waiting) < MESSAGES_WAITING_MAX)


@implementer(IPushProducer)
class ClientSocket(WebSocketServerProtocol):
    """Autobahn's side of a connection: a thin adapter.

    It registers itself as the transport's producer to learn when the client stops reading.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection
        self._client_reads = True
        self._reading = True

    @property
    def gone(self) -> bool:
        """Whether the closing handshake has begun."""
        return bool(self.state != self.STATE_OPEN)

    def post(self, data: bytes) -> None:
        """Send one message."""
        if not self._client_reads:
            self._connection.unread_bytes += len(data)
        self.sendMessage(data, isBinary=not _is_utf8(data))

    def read_on(self, wanted: bool) -> None:
        """Take messages from the client, or leave them in its socket for now.

        Of one that is closing everything is read, and dropped: its close frame comes after it.
        """
        wanted = wanted or self.gone
        if wanted == self._reading:
            return
        self._reading = wanted
        transport = cast("TCPServer", self.transport)
        if wanted:
            transport.resumeProducing()
        else:
            transport.pauseProducing()

    @override
    def onOpen(self) -> None:
        self._connection.socket = self
        transport = cast("TCPServer", self.transport)
        transport.unregisterProducer()  # the HTTP channel that the connection came from
        transport.registerProducer(self, streaming=True)
        self._connection.api.opened(self._connection)

    @override
    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if self.gone:
            return
        message = Message(payload, binary=isBinary)
        spawn(self._connection.message(message), "WebSocket message")

    @override
    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        self._connection.socket = None
        closed = self._connection.api.closed(self._connection, code or 1006, reason or "")
        spawn(closed, "$disconnect")

    def pauseProducing(self) -> None:
        """The client has stopped reading."""
        self._client_reads = False

    def resumeProducing(self) -> None:
        """The client reads again."""
        self._client_reads = True
        self._connection.unread_bytes = 0

    def stopProducing(self) -> None:
        """The connection is lost; `onClose` follows."""


def _selected_route(body: bytes) -> str:
    """The route selection expression `$request.body.action`, Chalice's only one."""
    try:
        action = json.loads(body).get("action")
    except (ValueError, AttributeError, RecursionError):
        return "$default"
    return action if isinstance(action, str) and not action.startswith("$") else "$default"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _iso(epoch_seconds: float) -> str:
    moment = datetime.fromtimestamp(epoch_seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
