"""The whole container in this process: real Redis, real browser, a port of its own."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any

import pytest
import redis
from twisted.internet.defer import maybeDeferred
from twisted.internet.protocol import ServerFactory
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from cdp_proxy.config import ProxyConfig
from cdp_proxy.service import (
    EXIT_ADDRESS,
    EXIT_BROWSER,
    EXIT_CONFIG,
    EXIT_REDIS,
    Container,
    StartFailed,
)
from cdp_proxy.transport.processes import become_subreaper
from shared.clock import system_clock
from shared.ids import TaskId
from shared.store import SessionStore
from tests.fakes.reactor import installed_reactor


class TestContainer(TestCase):
    @pytest.fixture(autouse=True)
    def _machine(self, redis_url: str, redis_client: redis.Redis, scratch_dir: Path) -> None:
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
            connection = http.client.HTTPConnection(host, int(port), timeout=10)
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
