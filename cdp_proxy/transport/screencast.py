"""The screencast of one session: performs what `core.screencast` decides."""

from __future__ import annotations

from collections import deque
from typing import Protocol, cast

import cdp.page
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from cdp_proxy.core.actions.ports import CommandFailed
from cdp_proxy.core.commands import activate_target, start_screencast
from cdp_proxy.core.messages import Answer
from cdp_proxy.core.pictures import PageView, Picture, parse_captured
from cdp_proxy.core.screencast import Screencast, State
from cdp_proxy.core.screencast_events import (
    Acknowledge,
    CaptureFailed,
    CaptureStarted,
    CaptureStopped,
    Effect,
    FrameCame,
    Input,
    Show,
    StartCapture,
    StopCapture,
    TabsChanged,
    TellFailed,
    TellIdle,
    TimePassed,
    ViewerLeft,
    ViewerReady,
    ViewerWishes,
)
from cdp_proxy.core.viewers import CaptureSettings
from cdp_proxy.transport.attached_tab import AttachedTab
from cdp_proxy.transport.caller import CdpCaller
from cdp_proxy.transport.pages import Pages
from cdp_proxy.transport.tasks import spawn
from shared.envelope.incoming import ScreencastOptions
from shared.envelope.outgoing import ScreencastStats
from shared.errors import InvalidRequest, TargetNotFound

_log = Logger()


class Audience(Protocol):
    """One viewer, as the screencast reaches it."""

    def show(self, picture: Picture, *, keep_alive: bool) -> None:
        """Take a picture; `LiveScreencast.ready` follows when it takes the next."""

    def tell_idle(self, *, idle: bool) -> None:
        """Hear that nothing changes, or something does again."""

    def tell_failed(self, reason: str) -> None:
        """Hear that there is nothing to show for now."""


class LiveScreencast:
    """One capture, and those who watch it."""

    def __init__(self, reactor: IReactorTime, pages: Pages, caller: CdpCaller) -> None:
        """Nothing is captured before somebody watches."""
        self._reactor = reactor
        self._pages = pages
        self._caller = caller
        self._core = Screencast()
        self._tab: AttachedTab | None = None
        self._timer: IDelayedCall | None = None
        self._inputs: deque[Input] = deque()
        self._feeding = False
        self._closed = False

    @property
    def viewers(self) -> int:
        """How many watch."""
        return self._core.viewers

    @property
    def total(self) -> ScreencastStats:
        """What all viewers got since the session began."""
        return self._core.total.stats(self._reactor.seconds())

    @property
    def view(self) -> PageView | None:
        """Where the newest picture lies on its page; None while there is none."""
        return self._core.view

    @property
    def target_id(self) -> str | None:
        """The tab that is shown; None while nobody watches."""
        settings = self._core.settings
        return settings.target_id if settings is not None else None

    @property
    def settings(self) -> CaptureSettings | None:
        """What is captured, or about to be."""
        return self._core.settings

    def watches(self, viewer: Audience) -> bool:
        """Whether this one is a viewer."""
        return self._core.watches(viewer)

    async def watch(self, viewer: Audience, options: ScreencastOptions) -> None:
        """Become a viewer, or wish otherwise; whoever has gone meanwhile has to `leave`.

        Raises:
            InvalidRequest: the tab to be pinned is not there.
            CommandFailed: the browser does not answer.
        """
        await self._pages.start()
        if options.target_id is not None and self._pages.tabs.get(options.target_id) is None:
            raise InvalidRequest("There is no such tab in this session.", field="options.targetId")
        if not self._core.viewers:
            self._tabs_changed()
        self._feed(ViewerWishes(viewer, options))
        if not self._closed:
            self._pages.watchers.add(self._tabs_changed)

    def ready(self, viewer: Audience) -> None:
        """A viewer takes the next picture; harmless from others."""
        self._feed(ViewerReady(viewer))

    def leave(self, viewer: Audience) -> ScreencastStats | None:
        """Be a viewer no more; what it got, None when it was none."""
        stats = self._core.stats_of(viewer, self._reactor.seconds())
        if stats is not None:
            self._feed(ViewerLeft(viewer))
        return stats

    def close(self) -> None:
        """The session is over."""
        self._closed = True
        self._pages.watchers.discard(self._tabs_changed)
        self._disarm()

    def _tabs_changed(self) -> None:
        tabs = self._pages.tabs
        active = tabs.active
        self._feed(TabsChanged(tabs.ids, active.target_id if active is not None else None))
        if self._core.state is State.STREAMING and self._tab is not None and self._tab.closed:
            self._forget_tab()
            self._feed(CaptureStopped())

    def _feed(self, event: Input) -> None:
        """Have an input handled, after those whose effects are still being performed."""
        self._inputs.append(event)
        if self._feeding:
            return
        self._feeding = True
        try:
            while self._inputs and not self._closed:
                for effect in self._core.handle(self._inputs.popleft(), self._reactor.seconds()):
                    self._perform(effect)
        finally:
            self._feeding = False
            self._inputs.clear()
        if not self._core.viewers:
            self._pages.watchers.discard(self._tabs_changed)
        self._arm()

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Show(viewer=viewer, picture=picture, keep_alive=keep_alive):
                _of(viewer).show(picture, keep_alive=keep_alive)
            case Acknowledge(frame_number=number):
                if self._tab is not None:
                    self._caller.notify(cdp.page.screencast_frame_ack(number), self._tab.session)
            case StartCapture():
                spawn(self._start(effect), "starting a screencast")
            case StopCapture():
                spawn(self._stop(), "stopping a screencast")
            case TellIdle(viewer=viewer, idle=idle):
                _of(viewer).tell_idle(idle=idle)
            case TellFailed(viewer=viewer, reason=reason):
                _of(viewer).tell_failed(reason)

    async def _start(self, start: StartCapture) -> None:
        settings = start.settings
        try:
            tab = await self._pages.attached(settings.target_id)
            if not start.again:  # a tab behind others in a window paints nothing
                await tab.browser_call(activate_target(settings.target_id))
            self._caller.listen(tab.session, self._on_event)
            self._tab = tab
            await tab.browser_call(
                start_screencast(
                    settings.format,
                    settings.quality,
                    settings.max_width,
                    settings.max_height,
                )
            )
        except (CommandFailed, InvalidRequest, TargetNotFound) as error:
            self._forget_tab()
            self._feed(CaptureFailed(str(error)))
        else:
            self._feed(CaptureStarted())

    async def _stop(self) -> None:
        tab = self._tab
        if tab is not None:
            try:
                await tab.browser_call(cdp.page.stop_screencast())
            except CommandFailed as error:
                _log.debug("a screencast went with its tab: {error}", error=str(error))
        self._forget_tab()
        self._feed(CaptureStopped())

    def _forget_tab(self) -> None:
        if self._tab is not None:
            self._caller.unlisten(self._tab.session, self._on_event)
            self._tab = None

    def _on_event(self, event: Answer) -> None:
        if event.method == "Page.screencastFrame":
            self._feed(FrameCame(parse_captured(event.params)))

    def _arm(self) -> None:
        """Set the timer to `due()`; one that is too early only looks again then."""
        due = self._core.due()
        if self._closed or due is None:
            self._disarm()
            return
        if self._timer is not None and self._timer.active():
            if self._timer.getTime() <= due:
                return
            self._timer.cancel()
        delay = max(0.0, due - self._reactor.seconds())
        self._timer = self._reactor.callLater(delay, self._look_at_clock)

    def _disarm(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _look_at_clock(self) -> None:
        due = self._core.due()
        if due is not None and due <= self._reactor.seconds():
            self._feed(TimePassed())
        else:
            self._arm()


def _of(viewer: object) -> Audience:
    """The core knows viewers by themselves, and nothing else of them."""
    return cast("Audience", viewer)
