"""The edition as a whole: what is started, in which order, and how it all ends.

1. The state dir is opened and locked, the ports are taken, the runtime dir is made.
2. Redis starts; as soon as it serves, the container starts.
3. Meanwhile the Chalice app is imported, in a thread.
4. All three are there: the gateway accepts, and `start` returns what to print.
5. A child that dies is started again (`standalone.keeper`).
6. `stop`, in the opposite order, leaves no process, socket or folder behind.
"""

from __future__ import annotations

import hashlib
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.threads import deferToThread

from shared.clock import system_clock
from standalone.addresses import STAGE, advertised_host, authority, listen, reserve
from standalone.config import StandaloneConfig, set_app_environment
from standalone.container import Container, ContainerLinks
from standalone.keeper import Keeper
from standalone.processes import ProcessTable, become_subreaper
from standalone.redis_server import RedisServer
from standalone.runtime_dir import RuntimeDir
from standalone.signals import SignalSource
from standalone.state_dir import StateDir

if TYPE_CHECKING:
    from chalice.app import Chalice
    from twisted.internet.epollreactor import EPollReactor

    from standalone.gateway.server import Gateway

CONTAINER_COMMAND = (sys.executable, "-m", "cdp_proxy")
REQUESTS_STOP_SECONDS = 1.0
"""How long requests may still run once what they wait for is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """What the edition runs; tests give it smaller ones."""

    container: Sequence[str]
    load_app: Callable[[], Chalice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Where everything is."""

    api: str
    ws: str
    cdp: str
    live: str
    key: str

    def line(self) -> str:
        """The one line of standard output."""
        return f"ready api={self.api} ws={self.ws} cdp={self.cdp} live={self.live} key={self.key}"


def load_app() -> Chalice:
    """The Chalice app that Lambda runs."""
    from chalice_app.main import app  # noqa: PLC0415 (it reads its environment)

    return app


class Supervisor:
    """One running edition."""

    def __init__(
        self,
        reactor: EPollReactor,
        config: StandaloneConfig,
        programs: Programs,
        *,
        say: Callable[[str], None],
        log_to: Callable[[IO[bytes]], None],
    ) -> None:
        """Take the collaborators; nothing happens yet.

        Args:
            reactor: the one reactor.
            config: the edition's settings.
            programs: what to run.
            say: gets one line at a time, for the person at the shell.
            log_to: makes this process log to an open file.
        """
        self._reactor = reactor
        self._config = config
        self._programs = programs
        self._say = say
        self._log_to = log_to
        self._processes = ProcessTable(reactor)
        self._keepers: list[Keeper] = []
        self._gateway: Gateway | None = None
        self._held = ExitStack()
        self._stop_asked: Deferred[None] = Deferred()

    async def run(self, announce: Callable[[Ready], None]) -> None:
        """Start, announce, and stay until asked to stop; then end everything.

        Raises:
            StartFailed: it could not start; everything already started has been ended.
            OSError: likewise, or something could not be removed at the end.
        """
        become_subreaper()
        SignalSource(
            self._reactor,
            {
                signal.SIGINT: self.ask_to_stop,
                signal.SIGTERM: self.ask_to_stop,
                signal.SIGCHLD: self._processes.collect,
            },
        ).install()
        try:
            await self._until_asked_to_stop(Deferred.fromCoroutine(self._start()), announce)
        finally:
            await self._stop()

    def ask_to_stop(self) -> None:
        """Stop in order; asked again, stop without waiting for anybody."""
        if self._stop_asked.called:
            self._processes.kill_groups()
        else:
            self._say("stopping")
            self._stop_asked.callback(None)

    async def _until_asked_to_stop(
        self, starting: Deferred[Ready], announce: Callable[[Ready], None]
    ) -> None:
        self._stop_asked.addCallback(lambda _: starting.cancel())
        try:
            ready = await starting
        except CancelledError:  # asked to stop while starting
            return
        announce(ready)
        await self._stop_asked

    async def _start(self) -> Ready:
        config, held = self._config, self._held
        state = StateDir.open(config.state_dir)
        held.callback(state.close)
        self._log_to(held.enter_context(state.open_log("gateway")))
        listener = held.enter_context(listen(config.host, config.port))
        reserved = held.enter_context(reserve(config.host, config.cdp_port))
        runtime = RuntimeDir.create(state.path)
        held.callback(runtime.remove)
        secrets = state.secrets()
        ready = self._ready(listener, reserved, config.api_key or secrets.api_key)
        links = ContainerLinks(
            redis_endpoint=runtime.redis_endpoint,
            jwt_secret=secrets.jwt_secret,
            scratch=runtime.scratch,
            cdp_port=reserved.getsockname()[1],
            public_cdp_url=ready.cdp.removesuffix("/cdp"),
        )
        set_app_environment(app_environment(links, ready))
        loading = deferToThread(self._load_gateway)
        await self._start_children(state, runtime, links)
        self._gateway = await loading
        self._gateway.start(listener)
        return ready

    async def _start_children(
        self, state: StateDir, runtime: RuntimeDir, links: ContainerLinks
    ) -> None:
        redis_log, stdout, stderr = (
            self._held.enter_context(state.open_log(name))
            for name in ("redis", "container", "container-errors")
        )
        spawn_child = self._processes.spawn
        redis = RedisServer(self._reactor, self._config, runtime, redis_log, spawn_child)
        container = Container(
            self._reactor,
            self._config,
            links,
            self._programs.container,
            logs=(stdout, stderr),
            spawn=spawn_child,
            after_death=self._processes.kill_orphans,
        )
        for program in (redis, container):
            keeper = Keeper(self._reactor, program, self._say)
            self._keepers.append(keeper)
            await keeper.start()

    def _load_gateway(self) -> Gateway:
        """Import the gateway and the app: a few hundred milliseconds, hence in a thread."""
        from standalone.gateway.server import Gateway  # noqa: PLC0415 (for its cost)

        return Gateway(self._reactor, self._programs.load_app(), system_clock)

    def _ready(self, listener: socket.socket, reserved: socket.socket, key: str) -> Ready:
        host = advertised_host(self._config.host)
        api = authority(host, listener.getsockname()[1])
        cdp = self._config.public_cdp_url or f"ws://{authority(host, reserved.getsockname()[1])}"
        live = cdp.replace("ws", "http", 1) + "/live"
        ws = f"ws://{api}/{STAGE}"
        return Ready(api=f"http://{api}", ws=ws, cdp=f"{cdp}/cdp", live=live, key=key)

    async def _stop(self) -> None:
        if self._gateway is not None:
            await self._gateway.stop_listening()
        for keeper in reversed(self._keepers):
            await keeper.stop()
        if self._gateway is not None:
            await self._gateway.stop(REQUESTS_STOP_SECONDS)
        await self._processes.kill_orphans()
        self._held.close()


def app_environment(links: ContainerLinks, ready: Ready) -> dict[str, str]:
    """What Lambda's configuration would hold for the Chalice app."""
    return {
        "REDIS_ENDPOINT": links.redis_endpoint,
        "JWE_SECRET": links.jwt_secret,
        "API_KEY_HASHES": hashlib.sha256(ready.key.encode()).hexdigest(),
        "CDP_PUBLIC_URL": links.public_cdp_url,
        "WS_PUBLIC_URL": ready.ws,
        "WS_MANAGEMENT_ENDPOINT": ready.ws.replace("ws://", "http://", 1),
    }
