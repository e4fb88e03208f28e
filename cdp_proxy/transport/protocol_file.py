"""Chromium's protocol description, which it hands out on a debugging port only.

Sessions have no port. On the first request a throw-away browser is started with one on loopback,
asked once, and ended; the text is kept for the container's life.
"""

from __future__ import annotations

from pathlib import Path

from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import IReactorTime
from twisted.web.client import Agent, ResponseFailed, readBody

from cdp_proxy.core.settings import launch_profile
from cdp_proxy.transport.chromium import Launcher, LaunchFailed
from cdp_proxy.transport.processes import deferred_pause
from shared.errors import Unavailable
from shared.records import BrowserSettings

_PORT_FILE = "DevToolsActivePort"
_LOOK_SECONDS = 0.02
_LOOKS_MAX = 250
_ANSWER_SECONDS = 10.0


class ProtocolFile:
    """Fetched when somebody first asks."""

    def __init__(self, reactor: IReactorTime, launcher: Launcher) -> None:
        self._reactor = reactor
        self._launcher = launcher
        self._text: bytes | None = None
        self._asking = DeferredLock()

    async def get(self) -> bytes:
        """The JSON text.

        Raises:
            Unavailable: the browser that was to be asked did not start or answer.
        """
        async with self._asking:
            if self._text is None:
                self._text = await self._fetch()
            return self._text

    async def _fetch(self) -> bytes:
        profile = launch_profile(BrowserSettings())
        with_port = type(profile)((*profile.flags, "--remote-debugging-port=0"), profile.env)
        try:
            browser = await self._launcher.launch(with_port)
        except LaunchFailed as error:
            raise _unreadable() from error
        try:
            port = await self._port(browser.folder.profile)
            asking = Deferred.fromCoroutine(self._ask(port))
            return await asking.addTimeout(_ANSWER_SECONDS, self._reactor)
        except (DeferredTimeout, ConnectError, ResponseFailed) as error:
            raise _unreadable() from error
        finally:
            browser.kill()
            await self._launcher.bury(browser)

    async def _ask(self, port: int) -> bytes:
        url = f"http://127.0.0.1:{port}/json/protocol".encode()
        answer = await Agent(self._reactor).request(b"GET", url)
        body: bytes = await readBody(answer)
        return body

    async def _port(self, profile: Path) -> int:
        """Chromium announces its port in a file, for which there is no event but looking."""
        for _ in range(_LOOKS_MAX):
            text = _read(profile / _PORT_FILE)
            if text:
                return int(text.splitlines()[0])
            await deferred_pause(self._reactor, _LOOK_SECONDS)
        raise _unreadable()


def _unreadable() -> Unavailable:
    return Unavailable("The protocol cannot be read just now; try again.")


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""
