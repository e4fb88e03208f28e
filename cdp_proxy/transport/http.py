"""The front door: HTTP of the container, and the upgrade to `/cdp`.

A token is checked before the upgrade, so a refusal is an ordinary HTTP answer whose JSON body
says what is wrong (Playwright prints it). Tokens come as `?token=` or `Authorization: Bearer`.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

import msgspec
from autobahn.twisted.resource import WebSocketResource
from twisted.logger import Logger
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from cdp_proxy.transport.authority import Authority
from cdp_proxy.transport.cdp_socket import CdpSocket, CdpSocketFactory, Handoff
from cdp_proxy.transport.discovery import Discovery
from cdp_proxy.transport.monitoring import Monitoring
from cdp_proxy.transport.tasks import spawn
from shared.errors import SessionNotFound, WallCrawlerError
from shared.tokens import Scope

_log = Logger()


@dataclass(frozen=True, slots=True)
class Rooms:
    """Who answers what."""

    authority: Authority
    discovery: Discovery
    monitoring: Monitoring
    sockets: CdpSocketFactory


class FrontDoor(Resource):
    """All paths of the container; a leaf, it looks at the path itself."""

    isLeaf = True

    def __init__(self, rooms: Rooms) -> None:
        super().__init__()
        self._rooms = rooms

    def render(self, request: Request) -> int:
        """Answer later; every answer is made by `_dispatch`."""
        spawn(self._answer(request), "http request")
        return NOT_DONE_YET

    async def _answer(self, request: Request) -> None:
        alive = Alive(request)
        try:
            await self._dispatch(request, alive)
        except WallCrawlerError as error:
            _refuse(request, alive, error)
        except Exception:
            _refuse(request, alive, WallCrawlerError("Something went wrong in the container."))
            raise

    async def _dispatch(self, request: Request, alive: Alive) -> None:
        parts = [part.decode("latin-1") for part in request.path.split(b"/") if part]
        match parts:
            case ["cdp"] | ["cdp", _]:
                await self._open_cdp(request, alive, parts[1] if len(parts) > 1 else None)
            case ["json", name]:
                await self._discover(request, alive, name)
            case ["health"]:
                monitoring = self._rooms.monitoring
                _reply(request, alive, monitoring.health(), 200 if monitoring.healthy else 503)
            case ["metrics"] if _is_private(request):
                request.setHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                alive.finish(self._rooms.monitoring.metrics())
            case _:
                raise SessionNotFound("There is nothing at this path.")

    async def _open_cdp(self, request: Request, alive: Alive, path_id: str | None) -> None:
        session = await self._rooms.authority.session_for(request, Scope.CDP, path_id)
        if (request.getHeader("Upgrade") or "").lower() != "websocket":
            request.setHeader("Upgrade", "websocket")
            raise UpgradeRequired("Connect to this URL with a WebSocket client.")
        socket = CdpSocket()
        member = await session.admit(socket)
        if alive.gone:
            session.depart(member)
            return

        def prepare(socket: CdpSocket) -> None:
            socket.factory = self._rooms.sockets
            socket.join(session, member)

        alive.hand_over()
        WebSocketResource(Handoff(socket, prepare)).render(request)
        socket.take_transport()

    async def _discover(self, request: Request, alive: Alive, name: str) -> None:
        session = await self._rooms.authority.session_for(request, Scope.CDP, None)
        discovery = self._rooms.discovery
        body: object
        match name:
            case "version":
                body = await discovery.version(session, request)
            case "list":
                body = await discovery.targets(session)
            case "protocol":
                body = await discovery.protocol()
            case _:
                raise SessionNotFound("There is nothing at this path.")
        _reply(request, alive, body)


class QuietSite(Site):
    """A site without an access log: URLs carry tokens."""

    noisy = False

    def log(self, request: object) -> None:
        """Write nothing."""


class UpgradeRequired(WallCrawlerError):
    """A plain request where only a WebSocket makes sense."""

    code = "UPGRADE_REQUIRED"
    http_status = 426


class Alive:
    """Whether a request's client still waits for the answer."""

    def __init__(self, request: Request) -> None:
        self.gone = False
        self._request = request
        request.notifyFinish().addBoth(self._finished)

    def _finished(self, _result: object) -> None:
        self.gone = True

    def finish(self, body: bytes) -> None:
        """Send the answer, unless nobody waits for it."""
        if not self.gone:
            self._request.write(body)
            self._request.finish()

    def hand_over(self) -> None:
        """The connection is a WebSocket's from here on."""
        self.gone = True


def _reply(request: Request, alive: Alive, body: object, status: int = 200) -> None:
    request.setResponseCode(status)
    request.setHeader("Content-Type", "application/json; charset=utf-8")
    request.setHeader("Cache-Control", "no-store")
    alive.finish(body if isinstance(body, bytes) else msgspec.json.encode(body))


def _refuse(request: Request, alive: Alive, error: WallCrawlerError) -> None:
    if alive.gone:
        return
    if error.retry_after_seconds is not None:
        request.setHeader("Retry-After", str(error.retry_after_seconds))
    body = {"message": error.message, "code": error.code, **error.details}
    _reply(request, alive, body, error.http_status)


def _is_private(request: Request) -> bool:
    """Metrics are for this machine and its own network, not for whoever reaches the port."""
    address = ipaddress.ip_address(request.getClientAddress().host)
    return address.is_private or address.is_loopback
