"""The whole container in this process: real Redis, real browser, a port of its own."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any

import pytest
import redis
from twisted.internet.defer import Deferred, DeferredList, maybeDeferred
from twisted.internet.protocol import Protocol, ServerFactory
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from cdp_proxy.config import ProxyConfig
from cdp_proxy.service import (
    EXIT_ADDRESS,
    EXIT_BROWSER,
    EXIT_CONFIG,
    EXIT_METADATA,
    EXIT_REDIS,
    Container,
    StartFailed,
)
from cdp_proxy.transport.processes import become_subreaper
from cdp_proxy.transport.screenshots import THREADS
from shared.actions import ActionBody, ActionRequest, ScreenshotBody
from shared.clock import system_clock
from shared.ids import TaskId
from shared.limits import ACTIONS_PER_SESSION_MAX
from shared.store import Full, SessionStore
from tests.fakes.ecs_agent import METADATA, TASK_ARN, running_agent
from tests.fakes.reactor import installed_reactor
from tests.fakes.records import make_spec

_PATIENCE_SECONDS = 60.0


class TestContainer(TestCase):
    @pytest.fixture(autouse=True)
    def _machine(
        self,
        redis_url: str,
        redis_client: redis.Redis,
        scratch_dir: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.set_environment = monkeypatch.setenv
        self.store = SessionStore(redis_client)
        self.scratch = scratch_dir
        self.env = {
            "REDIS_ENDPOINT": redis_url,
            "JWE_SECRET": "s" * 32,
            "CDP_PORT": "0",
            "SCRATCH_DIR": str(self.scratch),
            "WARM_BROWSERS": "1",
        }

    def container(self, **env: str) -> Container:
        become_subreaper()
        return Container(installed_reactor(), ProxyConfig.from_env({**self.env, **env}))

    async def start_fails(self, **env: str) -> StartFailed:
        container = self.container(**env)
        try:
            with self.assertRaises(StartFailed) as caught:
                await container.start()
        finally:
            await container.stop()
        return caught.exception

    def left(self) -> list[Path]:
        return list(self.scratch.iterdir())

    async def test_it_serves_registers_and_leaves_nothing(self) -> None:
        container = self.container()
        ready = await container.start()
        host, _, port = ready.cdp_url.removeprefix("ws://").removesuffix("/cdp").partition(":")

        def health() -> Any:
            connection = http.client.HTTPConnection(host, int(port), timeout=60)
            connection.request("GET", "/health")
            answer = json.loads(connection.getresponse().read())
            connection.close()
            return answer

        answer = await deferToThread(health)
        (task,) = self.store.live_tasks(system_clock())
        await container.stop()

        self.assertEqual((answer["status"], answer["containerId"]), ("ok", ready.task_id))
        self.assertEqual(answer["warm"], 1)
        self.assertEqual((task.task_id, task.public_url), (ready.task_id, f"ws://{host}:{port}"))
        self.assertEqual(self.store.live_tasks(system_clock()), [])
        self.assertIsNone(self.store.task(TaskId(ready.task_id)))
        self.assertEqual(self.left(), [])

    async def test_without_redis_it_says_so(self) -> None:
        error = await self.start_fails(REDIS_ENDPOINT="127.0.0.1:1")

        self.assertEqual(error.exit_code, EXIT_REDIS)
        self.assertIn("REDIS_ENDPOINT", str(error))
        self.assertEqual(self.left(), [])

    async def test_a_browser_that_does_not_start_is_told(self) -> None:
        error = await self.start_fails(BROWSER_PATH="/bin/false")

        self.assertEqual(error.exit_code, EXIT_BROWSER)
        self.assertEqual(self.left(), [])

    async def test_a_taken_port_is_told(self) -> None:
        taken = installed_reactor().listenTCP(0, ServerFactory(), interface="127.0.0.1")
        self.addCleanup(lambda: maybeDeferred(taken.stopListening))
        port = taken.getHost().port  # type: ignore[attr-defined]

        error = await self.start_fails(CDP_PORT=str(port))

        self.assertEqual(error.exit_code, EXIT_ADDRESS)
        self.assertIn(f"Port {port}", str(error))
        self.assertEqual(self.left(), [])

    async def test_a_missing_browser_is_told_before_anything_starts(self) -> None:
        with self.assertRaises(StartFailed) as caught:
            self.container(BROWSER_PATH="/nonexistent")

        self.assertEqual(caught.exception.exit_code, EXIT_BROWSER)

    async def test_a_scratch_folder_that_cannot_be_is_told(self) -> None:
        with self.assertRaises(StartFailed) as caught:
            self.container(SCRATCH_DIR="/dev/null/scratch")

        self.assertEqual(caught.exception.exit_code, EXIT_CONFIG)

    async def test_on_ecs_it_registers_what_ecs_tells_it(self) -> None:
        with running_agent() as agent:
            container = self.container(ECS_CONTAINER_METADATA_URI_V4=f"{agent.url}/v4/x")
            ready = await container.start()
            (task,) = self.store.live_tasks(system_clock())
            await container.stop()

        port = ready.cdp_url.rpartition(":")[2].removesuffix("/cdp")
        self.assertEqual(task.address, f"127.0.0.1:{port}")
        self.assertEqual((task.task_arn, task.availability_zone), (TASK_ARN, "eu-central-1b"))

    async def test_other_settings_of_the_same_image_are_another_version(self) -> None:
        with running_agent() as agent:
            agent.metadata = (200, {**METADATA, "Revision": "7"})
            uri = f"{agent.url}/v4/x"
            container = self.container(
                ECS_CONTAINER_METADATA_URI_V4=uri, WALLCRAWLER_VERSION="v1", START_TOKEN="t"
            )
            await container.start()
            (task,) = self.store.live_tasks(system_clock())
            await container.stop()

        self.assertEqual((task.version, task.extra, task.leads), ("v1:7", True, False))

    async def test_without_its_metadata_it_does_not_start_on_ecs(self) -> None:
        with running_agent() as agent:
            agent.metadata = (500, {})
            error = await self.start_fails(ECS_CONTAINER_METADATA_URI_V4=f"{agent.url}/v4/x")

        self.assertEqual(error.exit_code, EXIT_METADATA)

    async def test_on_ecs_a_session_is_protected_before_it_begins(self) -> None:
        with running_agent() as agent:
            container = self.container(ECS_AGENT_URI=f"{agent.url}/api/x")
            await container.start()
            spec = make_spec(created_at=system_clock())
            self.store.place(spec, system_clock())
            before = list(agent.asked)
            opened = await container._sessions.open(spec)
            protected = agent.protected
            opened_at, asked = opened.started_at, list(agent.asked)
            await container.stop()

        self.assertEqual((before, protected), ([], True))
        self.assertEqual([each["ProtectionEnabled"] for each in asked], [True])
        self.assertGreater(opened_at, 0)

    async def test_an_idle_container_leaves_if_it_is_told_to(self) -> None:
        left: Deferred[None] = Deferred()
        become_subreaper()
        config = ProxyConfig.from_env({**self.env, "IDLE_EXIT_SECONDS": "0.2"})
        container = Container(installed_reactor(), config, lambda: left.callback(None))
        await container.start()

        await left
        placed = self.store.place(make_spec(), system_clock())
        await container.stop()

        self.assertEqual(placed, Full())

    async def test_a_bucket_that_does_not_answer_keeps_no_heartbeat_from_redis(self) -> None:
        silence = Silence()
        port = installed_reactor().listenTCP(0, silence, interface="127.0.0.1")
        self.set_environment("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{port.getHost().port}")  # type: ignore[attr-defined]
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
            self.set_environment(name, "us-east-1")
        container = self.container(SCREENSHOT_BUCKET="pictures")
        await container.start()
        spec = make_spec(created_at=system_clock())
        self.store.place(spec, system_clock())
        session = await container._sessions.open(spec)
        session.takeover.take()  # actions that only read take no turns then
        request: ActionRequest[ActionBody] = ActionRequest(
            session_id=spec.session_id, body=ScreenshotBody()
        )
        actions = [
            Deferred.fromCoroutine(container._consumer._actions.run(request))
            for _ in range(ACTIONS_PER_SESSION_MAX)
        ]
        taken = DeferredList(actions, consumeErrors=True)

        await silence.crowded
        beating = Deferred.fromCoroutine(container._heartbeat.beat_now())
        beating.addTimeout(_PATIENCE_SECONDS, installed_reactor())
        try:
            await beating
        finally:
            await maybeDeferred(port.stopListening)
            silence.hang_up()
            await taken
            await container.stop()


class Silence(ServerFactory):
    """Takes connections, and never says a word."""

    noisy = False
    protocol = Protocol

    def __init__(self) -> None:
        self.crowded: Deferred[None] = Deferred()
        """Fires when as many wait as may at once."""
        self._connections: list[Any] = []

    def buildProtocol(self, addr: Any) -> Any:
        connection = super().buildProtocol(addr)
        self._connections.append(connection)
        if len(self._connections) == THREADS:
            self.crowded.callback(None)
        return connection

    def hang_up(self) -> None:
        for connection in self._connections:
            connection.transport.abortConnection()
