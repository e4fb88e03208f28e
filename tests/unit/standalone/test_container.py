"""The container's environment, readiness and complaint, with small real programs in its place."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from twisted.internet import reactor
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from standalone.config import StandaloneConfig
from standalone.container import Container, ContainerLinks
from standalone.errors import StartFailed
from standalone.processes import ProcessTable

ANNOUNCE = """
import json, os, signal
fd = int(os.environ["READY_FD"])
os.write(fd, json.dumps({"taskId": "t", "cdpUrl": "ws://h", "browser": "b"}).encode() + b"\\n")
os.close(fd)
print(json.dumps(dict(os.environ)), flush=True)
signal.pause()
"""


class ContainerTest(TestCase):
    def setUp(self) -> None:
        self.stdout = self.enterContext(NamedTemporaryFile(buffering=0))
        self.stderr = self.enterContext(NamedTemporaryFile(buffering=0))
        self.table = ProcessTable(reactor)

    def container(self, program: str, **settings: object) -> Container:
        config = StandaloneConfig(
            inherited={"PATH": os.environ["PATH"]},
            tuning={"HEARTBEAT_TTL_SECONDS": "3"},
            **settings,  # type: ignore[arg-type]
        )
        links = ContainerLinks(
            redis_endpoint="unix:///redis.sock",
            jwt_secret="s" * 32,
            scratch=Path("/scratch"),
            cdp_port=9999,
            public_cdp_url="ws://public:1",
        )
        return Container(
            reactor,
            config,
            links,
            [sys.executable, "-I", "-c", program],
            logs=(self.stdout, self.stderr),
            spawn=self.table.spawn,
            after_death=self.table.kill_orphans,
        )

    async def test_it_gets_exactly_the_environment_of_the_contract(self) -> None:
        container = self.container(ANNOUNCE, browser_path="/chrome")
        child = container.spawn()
        await container.ready(child)
        while not (text := Path(self.stdout.name).read_text()).endswith("\n"):
            await child_yield()
        await child.stop(10)

        environment = json.loads(text)
        environment.pop("READY_FD")
        environment.pop("LC_CTYPE", None)
        assert environment == {
            "PATH": os.environ["PATH"],
            "HEARTBEAT_TTL_SECONDS": "3",
            "REDIS_ENDPOINT": "unix:///redis.sock",
            "JWE_SECRET": "s" * 32,
            "CDP_HOST": "127.0.0.1",
            "CDP_PORT": "9999",
            "CDP_PUBLIC_URL": "ws://public:1",
            "MAX_SESSIONS": "20",
            "WARM_BROWSERS": "2",
            "BROWSER": "headless-shell",
            "BROWSER_PATH": "/chrome",
            "SCRATCH_DIR": "/scratch",
        }

    async def test_its_last_words_and_exit_code_are_relayed(self) -> None:
        self.stderr.write(b"words of an earlier start\n")
        container = self.container(
            "import sys; print('noise'); sys.stderr.write('No browser.\\n'); sys.exit(4)"
        )

        with pytest.raises(StartFailed, match=r"^No browser\.$") as caught:
            await container.ready(container.spawn())

        assert caught.value.exit_code == 4

    async def test_a_death_without_a_word_is_still_a_sentence(self) -> None:
        container = self.container("import os; os.kill(os.getpid(), 9)")

        with pytest.raises(StartFailed, match="without a word") as caught:
            await container.ready(container.spawn())

        assert caught.value.exit_code == 1


async def child_yield() -> None:
    await deferToThread(os.sched_yield)
