"""A real Redis on a socket of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

import pytest
from twisted.internet import reactor
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from shared.redis_client import connect
from standalone.config import StandaloneConfig
from standalone.errors import ExitCode, StartFailed
from standalone.processes import ProcessTable
from standalone.redis_server import RedisServer
from standalone.runtime_dir import RuntimeDir


class RedisServerTest(TestCase):
    def setUp(self) -> None:
        self.runtime = RuntimeDir.create(Path(self.enterContext(TemporaryDirectory())))
        self.addCleanup(self.runtime.remove)
        self.log = self.enterContext(NamedTemporaryFile())

    def server(self, binary: str | None) -> RedisServer:
        config = StandaloneConfig(redis_server=binary, inherited={"PATH": os.defpath})
        table = ProcessTable(reactor)
        return RedisServer(reactor, config, self.runtime, self.log, table.spawn)

    async def test_it_serves_once_ready_and_leaves_no_file(self) -> None:
        server = self.server(shutil.which("redis-server"))
        child = server.spawn()
        await server.ready(child)
        client = connect(self.runtime.redis_endpoint)

        assert await deferToThread(client.ping)
        assert await deferToThread(client.hset, "hash", "field", "value") == 1

        client.close()
        assert await child.stop(10) == 0
        assert list(self.runtime.redis_socket.parent.iterdir()) == []

    async def test_a_killed_one_is_replaced_on_the_same_socket(self) -> None:
        server = self.server(shutil.which("redis-server"))
        first = server.spawn()
        await server.ready(first)
        first.kill_group()
        await first.exited()

        second = server.spawn()
        await server.ready(second)

        client = connect(self.runtime.redis_endpoint)
        assert await deferToThread(client.ping)
        client.close()
        await second.stop(10)

    async def test_a_program_that_ends_instead_is_one_sentence(self) -> None:
        server = self.server("/bin/false")
        child = server.spawn()

        with pytest.raises(StartFailed, match="Redis did not start"):
            await server.ready(child)

    async def test_none_on_this_machine_is_one_sentence(self) -> None:
        with pytest.raises(StartFailed, match="redis-server was not found") as caught:
            self.server(None).spawn()

        assert caught.value.exit_code == ExitCode.REDIS
