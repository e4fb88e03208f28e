"""The warm pool: started browsers waiting for sessions with default settings."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace

import cdp.runtime
import cdp.target
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from cdp_proxy.core.settings import LaunchProfile, launch_profile
from cdp_proxy.transport.chromium import Browser, Launcher, LaunchFailed
from cdp_proxy.transport.tasks import spawn
from shared.records import BrowserSettings

_log = Logger()

_RETRY_SECONDS = 1.0
_RETRY_SECONDS_MAX = 30.0


class WarmPool:
    """Hands out browsers; keeps `size` of them ready, as far as slots are left to fill."""

    def __init__(
        self,
        reactor: IReactorTime,
        launcher: Launcher,
        size: int,
        free_slots: Callable[[], int],
    ) -> None:
        """`free_slots` says how many more sessions could be opened now."""
        self.healthy = False
        """Whether the last start of a browser succeeded."""
        self._reactor = reactor
        self._launcher = launcher
        self._size = size
        self._free_slots = free_slots
        self._idle: deque[Browser] = deque()
        self._starting = 0
        self._refilling = False
        self._stopped = False
        self._retry: IDelayedCall | None = None
        self._retry_seconds = _RETRY_SECONDS
        self._window_chrome_px = 0

    @property
    def warm(self) -> int:
        """Browsers that wait."""
        return len(self._idle)

    async def start(self, sandbox: bool | None) -> None:
        """Probe the machine by starting a first browser, then fill up in the background.

        Args:
            sandbox: Chromium's sandbox on or off; None to use it wherever this kernel allows it.

        Raises:
            LaunchFailed: no browser starts here; the text says why.
        """
        browser = await self._first(sandbox)
        if self._launcher.build.kind == "chromium":
            try:
                self._window_chrome_px = await _window_chrome_px(browser)
            finally:
                await self._discard(browser)
        else:
            self._keep(browser)
        self.healthy = True
        self.refill()

    async def take(self, settings: BrowserSettings) -> Browser:
        """A browser for these settings: a warm one if they are the default's, else a new one.

        Raises:
            LaunchFailed: it did not start.
        """
        profile = launch_profile(settings, self._window_chrome_px)
        if profile == self._default_profile() and self._idle:
            browser = self._idle.popleft()
            browser.on_lost = _nothing
            return browser
        self._starting += 1
        try:
            browser = await self._launcher.launch(profile)
        except LaunchFailed:
            self.healthy = False
            self._retry_later()
            raise
        finally:
            self._starting -= 1
        self.healthy = True
        return browser

    def refill(self) -> None:
        """Start what is missing, one after the other, when no session is waiting for a start.

        After a failure one is started though none is missing: to see whether any does.
        """
        free = self._free_slots()
        missing = len(self._idle) < min(self._size, free) or (free > 0 and not self.healthy)
        if self._stopped or self._refilling or self._starting or not missing:
            return
        self._refilling = True
        spawn(self._refill_one(), "refilling the warm pool")

    async def stop(self) -> None:
        """End the waiting browsers."""
        self._stopped = True
        if self._retry is not None and self._retry.active():
            self._retry.cancel()
        idle, self._idle = list(self._idle), deque()
        for browser in idle:
            browser.kill()
        await DeferredList(
            [Deferred.fromCoroutine(self._launcher.bury(browser)) for browser in idle]
        )

    async def _refill_one(self) -> None:
        try:
            browser = await self._launcher.launch(self._default_profile())
        except LaunchFailed as error:
            self.healthy = False
            _log.error("a browser did not start: {error}", error=str(error))
            self._retry_later()
            return
        finally:
            self._refilling = False
        self.healthy = True
        self._retry_seconds = _RETRY_SECONDS
        if self._stopped or len(self._idle) >= self._size:
            await self._discard(browser)
            return
        self._keep(browser)
        self.refill()

    def _retry_later(self) -> None:
        if not self._stopped and (self._retry is None or not self._retry.active()):
            self._retry = self._reactor.callLater(self._retry_seconds, self.refill)
            self._retry_seconds = min(self._retry_seconds * 2, _RETRY_SECONDS_MAX)

    def _keep(self, browser: Browser) -> None:
        self._idle.append(browser)
        browser.on_lost = lambda: self._idle_lost(browser)

    def _idle_lost(self, browser: Browser) -> None:
        _log.warn("a waiting browser ended by itself")
        self._idle.remove(browser)
        spawn(self._discard(browser), "burying a waiting browser")
        self._retry_later()

    async def _discard(self, browser: Browser) -> None:
        browser.kill()
        await self._launcher.bury(browser)

    def _default_profile(self) -> LaunchProfile:
        return launch_profile(BrowserSettings(), self._window_chrome_px)

    async def _first(self, sandbox: bool | None) -> Browser:
        if sandbox is None:
            try:
                return await self._launcher.launch(self._default_profile())
            except LaunchFailed as error:
                self._launcher.build = replace(self._launcher.build, sandbox=False)
                browser = await self._launcher.launch(self._default_profile())
                _log.warn(
                    "this machine does not allow Chromium's sandbox, going on without: {error}",
                    error=str(error),
                )
                return browser
        self._launcher.build = replace(self._launcher.build, sandbox=sandbox)
        return await self._launcher.launch(self._default_profile())


async def _window_chrome_px(browser: Browser) -> int:
    """How much higher than its page a window of this browser is.

    Raises:
        LaunchFailed: it has opened no window.
        CallFailed: it does not answer.
    """
    caller = browser.caller
    targets = await caller.call(cdp.target.get_targets())
    page = next((target for target in targets if target.type_ == "page"), None)
    if page is None:
        raise LaunchFailed("The browser started, but opened no page.")
    attached = await caller.call(cdp.target.attach_to_target(page.target_id, flatten=True))
    result, _ = await caller.call(
        cdp.runtime.evaluate("outerHeight - innerHeight", return_by_value=True), attached
    )
    return int(result.value or 0)


def _nothing() -> None:
    """The session sets its own."""
