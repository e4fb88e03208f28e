"""The whole gateway on one port: REST, the WebSocket API at `/ws`, @connections below it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from autobahn.twisted.resource import WebSocketResource
from chalice.app import Chalice
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from shared.clock import Clock
from shared.randomness import new_request_id
from standalone.addresses import STAGE, authority
from standalone.gateway import answers
from standalone.gateway.answers import HttpAnswer
from standalone.gateway.events import HttpRequest
from standalone.gateway.http import (
    BODY_BYTES_MAX,
    BoundedRequest,
    GatewaySite,
    received,
    send,
)
from standalone.gateway.invoker import Invoker
from standalone.gateway.management import connection_id_of, manage
from standalone.gateway.rest import RestApi
from standalone.gateway.sockets import ClientSocket, Connection, Lifetimes, SocketApi
from standalone.tasks import spawn

if TYPE_CHECKING:
    from twisted.internet.epollreactor import EPollReactor

_log = Logger()


class Gateway:
    """A running local API Gateway."""

    def __init__(
        self,
        reactor: EPollReactor,
        app: Chalice,
        clock: Clock,
        lifetimes: Lifetimes | None = None,
    ) -> None:
        """Make it; `lifetimes` of WebSocket connections are API Gateway's unless given."""
        self._reactor = reactor
        self._lifetimes = lifetimes or Lifetimes()
        self._app = app
        self._clock = clock
        self._invoker = Invoker(reactor, app, clock)
        self._sockets: SocketApi | None = None
        self._port: Any = None

    def start(self, listener: socket.socket) -> None:
        """Serve on a listening socket, which stays the caller's to close."""
        host, port = listener.getsockname()[:2]
        self._sockets = SocketApi(
            self._reactor, self._invoker, self._clock, authority(host, port), self._lifetimes
        )
        root = _Root(RestApi(self._app, self._invoker), self._sockets, self._clock)
        self._invoker.start()
        site = GatewaySite(root, self._reactor)
        self._port = self._reactor.adoptStreamPort(listener.fileno(), listener.family, site)

    async def stop_listening(self) -> None:
        """Take no new connection, and tell WebSocket clients that the end is near."""
        if self._port is not None:
            await _done(self._port.stopListening())
        if self._sockets is not None:
            self._sockets.close_all()

    async def stop(self, grace_seconds: float) -> None:
        """Let running requests end, within the grace."""
        await self._invoker.stop(grace_seconds)


class _Root(Resource):
    """Every path: the app's resources are not known to Twisted."""

    isLeaf = True

    def __init__(self, rest: RestApi, sockets: SocketApi, clock: Clock) -> None:
        super().__init__()
        self._rest = rest
        self._sockets = sockets
        self._clock = clock

    @override
    def render(self, request: Any) -> int:
        spawn(self._serve(request), "HTTP request")
        return NOT_DONE_YET

    async def _serve(self, request: BoundedRequest) -> None:
        request_id = new_request_id()
        value = received(request, request_id, self._clock())
        try:
            answer = await self._answer(request, value)
        except Exception:
            _log.failure("request {request_id} failed", request_id=request_id)
            answer = answers.error(500, "INTERNAL", "Internal server error.", request_id)
        if answer is not None:
            send(request, answer, request_id)

    async def _answer(self, request: BoundedRequest, value: HttpRequest) -> HttpAnswer | None:
        """None when the request has become a WebSocket."""
        if request.body_too_large:
            return answers.error(
                413,
                "PAYLOAD_TOO_LARGE",
                f"A body has {BODY_BYTES_MAX} bytes at most.",
                value.request_id,
            )
        connection_id = connection_id_of(value.path)
        if connection_id is not None:
            return manage(self._sockets, connection_id, value)
        if value.path.removesuffix("/") == f"/{STAGE}":
            return await self._connect(request, value)
        return await self._rest.answer(value)

    async def _connect(self, request: BoundedRequest, value: HttpRequest) -> HttpAnswer | None:
        if value.method != "GET" or value.header("upgrade").lower() != "websocket":
            return answers.error(
                426,
                "UPGRADE_REQUIRED",
                "This is the WebSocket API: connect with a WebSocket client.",
                value.request_id,
                (("Upgrade", "websocket"),),
            )
        outcome = await self._sockets.connect(value)
        if isinstance(outcome, HttpAnswer):
            return outcome
        if request.gone:
            await self._sockets.closed(outcome, 1006, "")
        else:
            WebSocketResource(_OneSocket(self._sockets, outcome)).render(request)
        return None


class _OneSocket:
    """What `WebSocketResource` asks for a protocol: the one of an accepted connection."""

    def __init__(self, sockets: SocketApi, connection: Connection) -> None:
        self._sockets = sockets
        self._connection = connection

    def buildProtocol(self, _address: object) -> ClientSocket:
        return self._sockets.upgrade(self._connection)


async def _done(stopping: Deferred[None] | None) -> None:
    if stopping is not None:
        await stopping
