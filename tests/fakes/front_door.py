"""The container's front door on a loopback port, with sessions on scripted browsers."""

from __future__ import annotations

import http.client
from typing import Any, cast

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.protocol import ServerFactory
from twisted.internet.threads import deferToThread

from cdp_proxy.transport.arrivals import Arrivals
from cdp_proxy.transport.authority import Authority
from cdp_proxy.transport.cdp_socket import CdpSocketFactory
from cdp_proxy.transport.channel_socket import ChannelSocketFactory
from cdp_proxy.transport.directory import Directory
from cdp_proxy.transport.discovery import Discovery
from cdp_proxy.transport.files import Files
from cdp_proxy.transport.heartbeat import Heartbeat
from cdp_proxy.transport.http import FrontDoor, Rooms
from cdp_proxy.transport.live import LivePage
from cdp_proxy.transport.monitoring import Monitoring
from cdp_proxy.transport.patient_socket import Patience
from cdp_proxy.transport.registry import Resources, Sessions
from cdp_proxy.transport.relay import Relay
from cdp_proxy.transport.request_body import QuietSite
from cdp_proxy.transport.running import RunningActions
from cdp_proxy.transport.screencast_requests import ScreencastRequests
from cdp_proxy.transport.session import LiveSession
from cdp_proxy.transport.whereabouts import Whereabouts
from shared.clock import system_clock
from shared.ids import TaskId
from shared.records import SessionSpec
from shared.tokens import ALL_SCOPES, Claims, Scope, make_token
from tests.fakes.container import TIMEOUTS, FakeLauncher, FakePool, FakeStore, Immediate, clock_at
from tests.fakes.pushing import make_gateway
from tests.fakes.reactor import goodbyes_said, installed_reactor
from tests.fakes.records import make_spec
from tests.fakes.scripted_browser import ScriptedBrowser

SECRET = "s" * 48
HOLD_SECONDS = 90.0
PATIENCE = Patience(ping_seconds=30, pong_seconds=120)


def token_of(
    spec: SessionSpec, scopes: frozenset[Scope] = ALL_SCOPES, expires_at: int | None = None
) -> str:
    claims = Claims(
        session_id=spec.session_id,
        owner_id=spec.owner_id,
        token_id=spec.token_id,
        scopes=scopes,
        issued_at=1,
        expires_at=expires_at or int(spec.expires_at),
    )
    return make_token(claims, SECRET)


class FakeProtocolFile:
    async def get(self) -> bytes:
        return await succeed(b'{"version":{}}')


class LoopbackDoor:
    """Listens until `close`; one session, `one`, can be opened."""

    def __init__(self, patience: Patience = PATIENCE) -> None:
        reactor = installed_reactor()
        self.clock = clock_at()
        self.store = FakeStore()
        self.pool = FakePool(self.clock)
        blocking = cast("Any", Immediate())
        launcher = cast("Any", FakeLauncher(self.clock))
        store = cast("Any", self.store)
        self.sessions = Sessions(
            Resources(self.clock, system_clock, blocking, launcher, store), 4, TIMEOUTS
        )
        self.sessions.use_pool(cast("Any", self.pool))
        actions = RunningActions(self.clock, self.sessions, cast("Any", None))
        self.gateway = make_gateway(self.clock, self.sessions, actions)
        heartbeat = Heartbeat(self.clock, blocking, self.sessions, store, system_clock)
        task_id = TaskId("task-a")
        directory = Directory(store, blocking, system_clock)
        self.arrivals = Arrivals(self.clock, directory, HOLD_SECONDS)
        whereabouts = Whereabouts(task_id, self.sessions, directory, self.arrivals)
        self.relay = Relay(reactor, task_id, directory, self.sessions.secure)
        authority = Authority(self.sessions, whereabouts, SECRET)
        rooms = Rooms(
            authority,
            Discovery(cast("Any", FakeProtocolFile())),
            Monitoring(self.clock, task_id, self.sessions, cast("Any", self.pool), heartbeat),
            CdpSocketFactory(reactor, patience),
            ChannelSocketFactory(reactor, patience),
            actions,
            Files(reactor, blocking),
            ScreencastRequests(self.gateway),
            LivePage(authority),
            self.relay,
        )
        site = cast("ServerFactory", QuietSite(FrontDoor(rooms)))
        self.port = reactor.listenTCP(0, site, interface="127.0.0.1")
        self.number = cast("IPv4Address", self.port.getHost()).port
        self.spec = make_spec()
        self.token = token_of(self.spec)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.number}/cdp?token={self.token}"

    async def open(self) -> tuple[LiveSession, ScriptedBrowser]:
        browser = ScriptedBrowser(self.clock)
        self.pool.browsers = [browser]
        return await self.sessions.open(self.spec), browser

    def get(
        self, path: str, method: str = "GET", **headers: str
    ) -> Deferred[tuple[int, dict[str, str], bytes]]:
        """Status, headers (lower case) and body."""

        def ask() -> tuple[int, dict[str, str], bytes]:
            connection = http.client.HTTPConnection("127.0.0.1", self.number, timeout=60)
            try:
                connection.request(method, path, headers=headers)
                answer = connection.getresponse()
                names = {name.lower(): value for name, value in answer.getheaders()}
                return answer.status, names, answer.read()
            finally:
                connection.close()

        return deferToThread(ask)

    async def close(self) -> None:
        self.arrivals.stop()
        await self.sessions.drain(0)
        await self.relay.drain(0)
        await maybeDeferred(self.port.stopListening)
        await goodbyes_said()
        for call in installed_reactor().getDelayedCalls():
            if "_BatchedTimer" in str(call):  # txaio leaves the timers of buckets it has emptied
                call.cancel()
