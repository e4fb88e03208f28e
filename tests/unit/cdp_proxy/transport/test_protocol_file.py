"""With a port of our own standing in for the browser's."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.protocol import Factory, Protocol
from twisted.trial.unittest import TestCase
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from cdp_proxy.core.settings import LaunchProfile
from cdp_proxy.transport import protocol_file as module
from cdp_proxy.transport.protocol_file import ProtocolFile
from shared.errors import Unavailable
from tests.fakes.container import FakeLauncher, clock_at, launch_failure
from tests.fakes.reactor import installed_reactor


class Port(Resource):
    isLeaf = True
    asked = 0

    def render_GET(self, request: Request) -> bytes:
        Port.asked += 1
        return b'{"path": "%s"}' % request.path


class Folder:
    def __init__(self, profile: Path) -> None:
        self.profile = profile


class LauncherWithPort(FakeLauncher):
    """Its browsers announce a port."""

    profile_dir: Path

    async def launch(self, profile: LaunchProfile) -> Any:
        browser = await super().launch(profile)
        browser.folder = cast("Any", Folder(self.profile_dir))
        return browser


# Twisted warns so when the whole body is there before it is asked for.
@pytest.mark.filterwarnings("ignore:Using readBody:DeprecationWarning")
class TestProtocolFile(TestCase):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def setUp(self) -> None:
        Port.asked = 0
        site = cast("Any", Site(Port()))  # type: ignore[no-untyped-call]
        port = installed_reactor().listenTCP(0, site, interface="127.0.0.1")
        self.addCleanup(lambda: maybeDeferred(port.stopListening))
        number = cast("IPv4Address", port.getHost()).port
        (self.folder / "DevToolsActivePort").write_text(f"{number}\n/devtools/browser/x")
        self.launcher = LauncherWithPort(clock_at())
        self.launcher.profile_dir = self.folder
        self.file = ProtocolFile(installed_reactor(), cast("Any", self.launcher))

    async def test_the_browser_is_asked_once_and_ended(self) -> None:
        first = await self.file.get()
        second = await self.file.get()

        self.assertEqual(first, b'{"path": "/json/protocol"}')
        self.assertEqual(second, first)
        self.assertEqual(Port.asked, 1)
        self.assertEqual(self.launcher.buried, self.launcher.launched)
        self.assertIn("--remote-debugging-port=0", self.launcher.profiles[0].flags)

    async def test_without_a_browser_it_is_unavailable_and_tried_again(self) -> None:
        self.launcher.failures = [launch_failure()]
        with self.assertRaises(Unavailable):
            await self.file.get()

        self.assertTrue(await self.file.get())

    async def test_who_asks_meanwhile_waits_for_the_same_browser(self) -> None:
        started: Deferred[None] = Deferred()
        self.launcher.hold = [started]
        asking = [Deferred.fromCoroutine(self.file.get()) for _ in range(3)]

        started.callback(None)
        answers = [await answer for answer in asking]

        self.assertEqual(set(answers), {b'{"path": "/json/protocol"}'})
        self.assertEqual(len(self.launcher.launched), 1)

    async def test_a_browser_that_does_not_answer_is_not_waited_for(self) -> None:
        silence = Factory.forProtocol(Protocol)
        silence.noisy = False
        port = installed_reactor().listenTCP(0, silence, interface="127.0.0.1")
        self.addCleanup(lambda: maybeDeferred(port.stopListening))
        number = cast("IPv4Address", port.getHost()).port
        (self.folder / "DevToolsActivePort").write_text(f"{number}\n/devtools/browser/x")
        self.patch(module, "_ANSWER_SECONDS", 0.1)

        with self.assertRaises(Unavailable):
            await self.file.get()

        self.assertEqual(self.launcher.buried, self.launcher.launched)
