"""The whole container on one page: what it is made of, how it starts, how it stops."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

import redis
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, DeferredList, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import ServerFactory
from twisted.logger import Logger

from cdp_proxy.config import ProxyConfig
from cdp_proxy.transport import logs, management, screenshots
from cdp_proxy.transport.actions import Actions
from cdp_proxy.transport.address import host_port, private_host
from cdp_proxy.transport.arrivals import Arrivals
from cdp_proxy.transport.authority import Authority
from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.caller import CallFailed
from cdp_proxy.transport.cdp_socket import CdpSocketFactory
from cdp_proxy.transport.channel_socket import ChannelSocketFactory
from cdp_proxy.transport.chromium import Build, Launcher, LaunchFailed, find_binary
from cdp_proxy.transport.descriptors import Admission
from cdp_proxy.transport.directory import Directory
from cdp_proxy.transport.discovery import Discovery
from cdp_proxy.transport.ecs import EcsAgent, NoMetadata, TaskMetadata, read_metadata
from cdp_proxy.transport.files import Files
from cdp_proxy.transport.gateway import Gateway
from cdp_proxy.transport.heartbeat import Heartbeat, Identity
from cdp_proxy.transport.http import FrontDoor, Rooms
from cdp_proxy.transport.idle_exit import IdleExit
from cdp_proxy.transport.intake import Intake
from cdp_proxy.transport.live import LivePage
from cdp_proxy.transport.management import Management
from cdp_proxy.transport.metrics_log import MetricsLog, Readings
from cdp_proxy.transport.models.configured import Models, configured_model
from cdp_proxy.transport.monitoring import Monitoring
from cdp_proxy.transport.outbox import Ways
from cdp_proxy.transport.patient_socket import Patience
from cdp_proxy.transport.pool import WarmPool
from cdp_proxy.transport.protocol_file import ProtocolFile
from cdp_proxy.transport.reactor import Reactor
from cdp_proxy.transport.registry import Resources, Sessions
from cdp_proxy.transport.relay import Relay
from cdp_proxy.transport.request_body import QuietSite
from cdp_proxy.transport.requests import RequestConsumer
from cdp_proxy.transport.running import RunningActions
from cdp_proxy.transport.scale_in import ScaleInGuard
from cdp_proxy.transport.scratch import ScratchRoot
from cdp_proxy.transport.screencast_requests import ScreencastRequests
from cdp_proxy.transport.session import Timeouts
from cdp_proxy.transport.tasks import all_done
from cdp_proxy.transport.whereabouts import Whereabouts
from shared.bus import RequestBus
from shared.clock import system_clock
from shared.connections import Connections
from shared.ids import StartToken
from shared.randomness import new_task_id
from shared.redis_client import connect
from shared.store import SessionStore
from shared.waiting import Line

_log = Logger()

_REQUEST_SECONDS = 60.0
"""A client that says nothing for so long within a request, or before it, is cut off; upgraded
connections are beyond it."""
_BACKLOG = 1_024
"""Connections that wait to be taken; one more has to knock again, which TCP does after a second."""
_PUSH_SECONDS = 5.0
"""How long last words to WebSocket API clients may take at the end."""
_COMPUTING_THREADS = 2
"""For reading large pages (`Page.compute`), which would hold the reactor for seconds."""


class StartFailed(Exception):
    """The container cannot run here; one sentence for people, and an exit code."""

    def __init__(self, exit_code: int, text: str) -> None:
        super().__init__(text)
        self.exit_code = exit_code


EXIT_CONFIG = 2
EXIT_REDIS = 3
EXIT_BROWSER = 4
EXIT_ADDRESS = 5
EXIT_METADATA = 6


@dataclass(frozen=True, slots=True)
class Ready:
    """What is known once the container serves."""

    task_id: str
    cdp_url: str
    browser: str


class Container:
    """Everything that runs in one process, wired once."""

    def __init__(
        self, reactor: Reactor, config: ProxyConfig, leave: Callable[[], None] | None = None
    ) -> None:
        """Make the parts; nothing is started, opened or connected yet.

        Args:
            reactor: the one reactor.
            config: the settings.
            leave: ends the process in order, when it has been idle for long (`IDLE_EXIT_SECONDS`).

        Raises:
            StartFailed: no browser is installed, or the scratch folder cannot be made.
        """
        self._reactor = reactor
        self._config = config
        self._task_id = new_task_id()
        self._blocking = Blocking(reactor)
        build = self._build()
        self._scratch = self._make_scratch()
        launcher = Launcher(reactor, self._blocking, self._scratch, build)
        self._redis = connect(config.redis_endpoint, config.redis_auth_token)
        self._taking = connect(config.redis_endpoint, config.redis_auth_token)
        self._store = SessionStore(self._redis)
        self._sessions = Sessions(
            Resources(reactor, system_clock, self._blocking, launcher, self._store),
            config.max_sessions,
            Timeouts(config.never_connected_timeout_seconds, config.last_client_grace_seconds),
        )
        self._pool = WarmPool(
            reactor, launcher, config.warm_browsers, lambda: self._sessions.free_slots
        )
        self._sessions.use_pool(self._pool)
        self._heartbeat = Heartbeat(
            reactor, self._blocking, self._sessions, self._store, system_clock
        )
        self._consumer = RequestConsumer(
            reactor, self._blocking, self._sessions, RequestBus(self._redis, system_clock)
        )
        agent = EcsAgent(config.ecs_agent_uri) if config.ecs_agent_uri else None
        self._guard = ScaleInGuard(reactor, self._blocking, agent)
        directory = Directory(self._store, self._blocking, system_clock)
        self._relay = Relay(reactor, self._task_id, directory, self._guard.secure)
        self._arrivals = Arrivals(reactor, directory, config.hold_seconds)
        self._intake = Intake(
            self._blocking,
            self._sessions,
            Line(self._redis),
            system_clock,
            StartToken(config.start_token) if config.start_token else None,
        )
        self._idle_exit = IdleExit(
            reactor, config.idle_exit_seconds, self._heartbeat.retire, leave or reactor.stop
        )
        self._sessions.secure = self._guard.secure
        self._sessions.watchers += [self._note_use, self._intake.look]
        self._relay.watchers.append(self._note_use)
        self._heartbeat.after_beats += [
            self._note_superseded,
            self._intake.look,
            self._relay.look,
        ]
        readings = Readings(
            free_slots=self._slots_offered,
            sessions=lambda: self._sessions.held,
            screencasts=self._sessions.watched,
            ended=lambda: self._sessions.ended_by_reason + self._sessions.reaped_by_reason,
        )
        self._metrics = MetricsLog(reactor, config.environment, readings, logs.write_record)
        self._models = Models(reactor, configured_model(config))
        whereabouts = Whereabouts(self._task_id, self._sessions, directory, self._arrivals)
        authority = Authority(self._sessions, whereabouts, config.jwt_secret)
        self._storing = Blocking(reactor, screenshots.THREADS, "screenshots")
        actions = RunningActions(reactor, self._sessions, self._actions())
        self._consumer.use_actions(actions)
        self._pushing = Blocking(reactor, management.THREADS, "push")
        self._gateway = self._make_gateway(actions)
        patience = Patience(config.ping_interval_seconds, config.pong_timeout_seconds)
        self._site = QuietSite(
            FrontDoor(
                Rooms(
                    authority,
                    Discovery(ProtocolFile(reactor, launcher)),
                    self._monitoring(),
                    CdpSocketFactory(reactor, patience),
                    ChannelSocketFactory(reactor, patience),
                    actions,
                    Files(reactor, self._blocking),
                    ScreencastRequests(self._gateway),
                    LivePage(authority),
                    self._relay,
                ),
            ),
            admits=Admission().admits,
            timeout=_REQUEST_SECONDS,
        )
        self._port: IListeningPort | None = None

    async def start(self) -> Ready:
        """Start in order: Redis, browsers, the front door, and only then the heartbeat.

        Raises:
            StartFailed: with what stands in the way; `stop` cleans up what had started.
        """
        logs.identify(self._task_id)
        self._reactor.suggestThreadPoolSize(_COMPUTING_THREADS)
        self._blocking.start()
        self._pushing.start()
        self._storing.start()
        self._models.start()
        await self._reach_redis(self._blocking.run(self._store.ping))
        swept = await self._blocking.run(self._scratch.sweep)
        if swept:
            _log.info("swept the folders of {swept} dead containers", swept=swept)
        try:
            await self._pool.start(self._config.browser_sandbox)
        except (LaunchFailed, CallFailed) as error:
            raise StartFailed(EXIT_BROWSER, str(error)) from error
        metadata = await self._metadata()
        port = self._listen()
        public_url = self._config.public_url or f"ws://{host_port(self._config.host, port)}"
        told = self._config.private_address or (metadata.address if metadata else None)
        host = await self._blocking.run(private_host, self._config.host, told)
        address = host_port(host, port)
        ready = Ready(self._task_id, f"{public_url}/cdp", self._config.browser)
        identity = self._identity(address, public_url, metadata)
        await self._reach_redis(self._heartbeat.start(identity))
        self._gateway.start(self._task_id)
        self._consumer.start(self._task_id, RequestBus(self._taking, system_clock))
        self._intake.start(self._task_id)
        self._note_use()
        self._metrics.start()
        _log.info("serving {url} at {address}", url=ready.cdp_url, address=address)
        return ready

    async def stop(self) -> None:
        """Drain, then take everything down; for a start that failed half-way too."""
        self._sessions.draining = self._relay.draining = True
        self._idle_exit.stop()
        self._arrivals.stop()
        try:
            if self._heartbeat.started:
                await self._heartbeat.beat_now()
            await self._drain(self._config.drain_seconds)
            if self._port is not None:
                await maybeDeferred(self._port.stopListening)
            await self._consumer.stop()
            await self._gateway.stop(_PUSH_SECONDS)
            await self._pool.stop()
            if self._heartbeat.started:
                await self._heartbeat.stop()
            self._guard.stop()
            self._metrics.stop()
            await all_done()
        finally:
            self._models.stop()
            for threads in (self._storing, self._pushing, self._blocking):
                threads.stop()
            self._scratch.remove()
            self._redis.close()
            self._taking.close()
            logs.identify(None)

    async def _drain(self, seconds: float) -> None:
        draining = (self._sessions.drain(seconds), self._relay.drain(seconds))
        await DeferredList([Deferred.fromCoroutine(part) for part in draining])

    def _note_use(self) -> None:
        in_use = self._sessions.held + self._relay.holding > 0
        self._guard.use(in_use)
        self._idle_exit.use(in_use)

    def _note_superseded(self) -> None:
        if self._relay.superseded != self._heartbeat.superseded:
            self._relay.superseded = self._heartbeat.superseded
            self._note_use()

    def _slots_offered(self) -> int | None:
        return None if self._heartbeat.superseded else self._sessions.slots_offered

    def _monitoring(self) -> Monitoring:
        monitoring = Monitoring(
            self._reactor, self._task_id, self._sessions, self._pool, self._heartbeat
        )
        monitoring.gauges += [
            ("relayed", "Requests handed on to other tasks.", lambda: self._relay.open),
            ("held", "Clients that wait for their sessions.", lambda: self._arrivals.held),
        ]
        return monitoring

    async def _metadata(self) -> TaskMetadata | None:
        uri = self._config.ecs_metadata_uri
        if uri is None:
            return None
        try:
            return await self._blocking.run(read_metadata, uri)
        except NoMetadata as error:
            raise StartFailed(EXIT_METADATA, str(error)) from error

    def _make_gateway(self, actions: RunningActions) -> Gateway:
        gateway = Gateway(
            Ways(self._reactor, self._pushing, Management(), random.random),
            self._blocking,
            Connections(self._redis),
            self._sessions,
            system_clock,
        )
        gateway.use_actions(actions)
        self._consumer.use_gateway(gateway)
        self._heartbeat.after_beats.append(gateway.look)
        return gateway

    def _actions(self) -> Actions:
        config = self._config
        return Actions(
            screenshots.make_screenshot_store(
                self._storing, config.screenshot_bucket, config.screenshot_kms_key
            ),
            self._models,
        )

    async def _reach_redis(self, asking: Awaitable[None]) -> None:
        try:
            await asking
        except redis.RedisError as error:
            raise StartFailed(
                EXIT_REDIS, f"Redis at REDIS_ENDPOINT cannot be reached: {error}"
            ) from error

    def _identity(self, address: str, public_url: str, ecs: TaskMetadata | None) -> Identity:
        return Identity(
            task_id=self._task_id,
            address=address,
            public_url=public_url,
            browser=self._config.browser,
            started_at=system_clock(),
            ttl_seconds=self._config.heartbeat_ttl_seconds,
            task_arn=ecs.task_arn if ecs else None,
            availability_zone=ecs.availability_zone if ecs else None,
            canary=self._config.canary,
            version=_version_of(self._config.version, ecs),
            extra=self._config.start_token is not None,
        )

    def _listen(self) -> int:
        """Open the front door; the port that it came to be."""
        config = self._config
        try:
            self._port = self._reactor.listenTCP(
                config.port, cast("ServerFactory", self._site), _BACKLOG, config.host
            )
        except CannotListenError as error:
            raise StartFailed(
                EXIT_ADDRESS,
                f"Port {config.port} on {config.host} cannot be opened: "
                f"{error.socketError.strerror}. Choose another with CDP_PORT.",
            ) from error
        return cast("IPv4Address", self._port.getHost()).port

    def _make_scratch(self) -> ScratchRoot:
        try:
            return ScratchRoot(self._config.scratch_dir, self._task_id)
        except OSError as error:
            raise StartFailed(
                EXIT_CONFIG,
                f"SCRATCH_DIR {self._config.scratch_dir} cannot be used: {error.strerror}.",
            ) from error

    def _build(self) -> Build:
        config = self._config
        try:
            binary = find_binary(config.browser, config.browser_path)
        except LaunchFailed as error:
            raise StartFailed(EXIT_BROWSER, str(error)) from error
        return Build(binary=binary, kind=config.browser, sandbox=True)


def _version_of(said: str, ecs: TaskMetadata | None) -> str:
    """What the container is a deployment of: other settings make another one of the same image."""
    return f"{said}:{ecs.revision}" if said and ecs is not None and ecs.revision else said
