"""The front door: HTTP of the container, and the upgrade to `/cdp`.

A token is checked before the upgrade, so a refusal is an ordinary HTTP answer whose JSON body
says what is wrong (Playwright prints it). Tokens come as `?token=` or `Authorization: Bearer`.
A request for a session of another task is handed on to that (`transport.relay`).
"""

from __future__ import annotations

from dataclasses import dataclass

from autobahn.twisted.resource import WebSocketResource
from twisted.logger import Logger
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from cdp_proxy.core.actions.ports import CommandFailed
from cdp_proxy.transport.address import is_private
from cdp_proxy.transport.answers import Alive, refuse, reply
from cdp_proxy.transport.authority import Authority
from cdp_proxy.transport.cdp_socket import CdpSocket, CdpSocketFactory
from cdp_proxy.transport.channel import Channel
from cdp_proxy.transport.channel_socket import ChannelSocket, ChannelSocketFactory
from cdp_proxy.transport.discovery import Discovery
from cdp_proxy.transport.files import Files
from cdp_proxy.transport.live import LivePage
from cdp_proxy.transport.log_context import ids_of_request, log_ids
from cdp_proxy.transport.monitoring import Monitoring
from cdp_proxy.transport.patient_socket import Handoff, PatientSocket, PatientSocketFactory
from cdp_proxy.transport.relay import Relay
from cdp_proxy.transport.request_body import BoundedRequest
from cdp_proxy.transport.running import RunningActions
from cdp_proxy.transport.screencast_requests import ScreencastRequests
from cdp_proxy.transport.tasks import spawn
from cdp_proxy.transport.uploads import Reservation
from cdp_proxy.transport.whereabouts import LivesElsewhere
from shared.errors import NothingHere, SessionEnded, WallCrawlerError
from shared.limits import CDP_MESSAGE_BYTES_MAX, CHANNEL_VIEWER_MESSAGE_BYTES_MAX
from shared.tokens import Scope

_log = Logger()

_MAY_UPLOAD = (Scope.CDP, Scope.INPUT)
"""Programs, and people whom a page asks for files."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """Who answers what."""

    authority: Authority
    discovery: Discovery
    monitoring: Monitoring
    sockets: CdpSocketFactory
    channels: ChannelSocketFactory
    actions: RunningActions
    files: Files
    screencasts: ScreencastRequests
    live: LivePage
    relay: Relay


class FrontDoor(Resource):
    """All paths of the container; a leaf, it looks at the path itself."""

    isLeaf = True

    def __init__(self, rooms: Rooms) -> None:
        super().__init__()
        self._rooms = rooms

    def expects_long_body(self, request: Request) -> bool:
        """Uploads are long."""
        match request.method, _parts(request):
            case b"POST", ["sessions", _, "uploads"]:
                return True
        return False

    async def look_at(self, request: Request, length: int | None) -> Reservation:
        """Whether the session takes the upload whose head this is, here or elsewhere.

        Raises:
            WallCrawlerError: no.
        """
        session_id = _parts(request)[1]
        with log_ids(**ids_of_request(request)):
            try:
                session = await self._rooms.authority.session_for(request, _MAY_UPLOAD, session_id)
            except LivesElsewhere:
                return self._rooms.relay.expect(length)
            return self._rooms.files.expect(request, session, length)

    def render(self, request: BoundedRequest) -> int:
        """Answer later; every answer is made by `_dispatch`."""
        spawn(self._answer(request), "http request")
        return NOT_DONE_YET

    async def _answer(self, request: BoundedRequest) -> None:
        alive = Alive(request)
        try:
            await self._dispatch_anywhere(request, alive)
        except WallCrawlerError as error:
            refuse(request, alive, error)
        except Exception:
            refuse(request, alive, WallCrawlerError("Something went wrong in the container."))
            raise

    async def _dispatch_anywhere(self, request: BoundedRequest, alive: Alive) -> None:
        with log_ids(**ids_of_request(request)):
            if request.refusal is not None:
                raise request.refusal
            try:
                await self._dispatch(request, alive)
            except LivesElsewhere as elsewhere:
                await self._rooms.relay.hand_on(request, alive, elsewhere)

    async def _dispatch(self, request: BoundedRequest, alive: Alive) -> None:
        match _parts(request):
            case ["cdp" | "devtools", *_] as path:
                await self._open_cdp(request, alive, path)
            case ["internal", "ws"]:
                await self._open_channel(request, alive)
            case ["sessions", session_id, *rest]:
                await self._in_session(request, alive, session_id, rest)
            case ["json", *rest]:
                await self._discover(request, alive, rest)
            case ["live", *rest]:
                await self._rooms.live.answer(request, alive, rest)
            case ["health"]:
                monitoring = self._rooms.monitoring
                reply(request, alive, monitoring.health(), 200 if monitoring.healthy else 503)
            case ["metrics"] if _is_private(request):
                request.setHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                alive.finish(self._rooms.monitoring.metrics())
            case _:
                raise NothingHere

    async def _open_cdp(self, request: BoundedRequest, alive: Alive, path: list[str]) -> None:
        session_id: str | None = None
        target_id: str | None = None
        match path:
            case ["cdp"]:
                pass
            case ["cdp", session_id]:
                pass
            case ["devtools", "page", target_id]:
                pass
            case _:
                raise NothingHere
        opening = await self._rooms.authority.client_for(request, Scope.CDP, session_id)
        _check_upgrade(request)
        session, socket = opening.session, CdpSocket()
        socket.void_at = opening.void_at
        member = await session.admit(socket, target_id)
        if alive.gone:
            session.depart(member)
            return
        socket.join(session, member)
        _upgrade(request, alive, socket, self._rooms.sockets)

    async def _open_channel(self, request: BoundedRequest, alive: Alive) -> None:
        opening = await self._rooms.authority.channel_for(request)
        _check_upgrade(request)
        session, scopes = opening.session, opening.scopes
        session.check_room()
        socket = ChannelSocket(_message_bytes_max(scopes))
        socket.void_at = opening.void_at
        channel = Channel(session, socket, scopes, self._rooms.actions)
        socket.join(channel)
        try:
            await channel.greet()
            if not alive.gone:
                _upgrade(request, alive, socket, self._rooms.channels)
        except CommandFailed as error:
            raise SessionEnded("The session's browser is gone.") from error
        finally:
            if not socket.upgraded:
                channel.left()

    async def _in_session(
        self, request: BoundedRequest, alive: Alive, session_id: str, path: list[str]
    ) -> None:
        authority = self._rooms.authority
        match path:
            case ["start-screencast"]:
                session = await authority.session_for(request, Scope.VIEW, session_id)
                await self._rooms.screencasts.start(request, alive, session)
            case ["stop-screencast"]:
                session = await authority.session_for(request, Scope.VIEW, session_id)
                self._rooms.screencasts.stop(request, alive, session)
            case _:
                needed = _MAY_UPLOAD if path == ["uploads"] else Scope.CDP
                session = await authority.session_for(request, needed, session_id)
                await self._rooms.files.answer(request, alive, session, path)

    async def _discover(self, request: BoundedRequest, alive: Alive, path: list[str]) -> None:
        session = await self._rooms.authority.session_for(request, Scope.CDP, None)
        discovery = self._rooms.discovery
        body: object
        match path:
            case ["version"]:
                body = await discovery.version(session, request)
            case [] | ["list"]:
                body = await discovery.targets(session, request)
            case ["protocol"]:
                body = await discovery.protocol()
            case _:
                raise NothingHere
        reply(request, alive, body)


class UpgradeRequired(WallCrawlerError):
    """A plain request where only a WebSocket makes sense."""

    code = "UPGRADE_REQUIRED"
    http_status = 426


def _check_upgrade(request: BoundedRequest) -> None:
    if (request.getHeader("Upgrade") or "").lower() != "websocket":
        request.setHeader("Upgrade", "websocket")
        raise UpgradeRequired("Connect to this URL with a WebSocket client.")


def _message_bytes_max(scopes: frozenset[Scope]) -> int:
    return CDP_MESSAGE_BYTES_MAX if Scope.CDP in scopes else CHANNEL_VIEWER_MESSAGE_BYTES_MAX


def _upgrade(
    request: BoundedRequest, alive: Alive, socket: PatientSocket, factory: PatientSocketFactory
) -> None:
    """Make the request's connection the socket's."""

    def prepare(socket: PatientSocket) -> None:
        socket.factory = factory

    alive.hand_over()
    WebSocketResource(Handoff(socket, prepare)).render(request)
    socket.take_transport()


def _parts(request: Request) -> list[str]:
    return [part.decode("latin-1") for part in request.path.split(b"/") if part]


def _is_private(request: Request) -> bool:
    """Metrics are for this machine and its own network, not for whoever reaches the port.

    Nor for those whom a reverse proxy lets in, which is a neighbour: it names them.
    """
    forwarded = ",".join(request.requestHeaders.getRawHeaders("X-Forwarded-For", ()))
    addresses = [request.getClientAddress().host, *filter(None, forwarded.split(","))]
    return all(map(is_private, addresses))
