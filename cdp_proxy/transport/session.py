"""One live session: its browser, its clients, its clocks, its end.

1. `LiveSession.start` takes a browser that answers and makes it the session's.
2. `admit` gives a client its root; `from_client` and the browser's messages cross through the
   multiplexer; `depart` lets go what a leaving client held and detaches it.
3. The lifecycle says when the session ends by itself; `end` is the one way out, whatever for:
   clients are told, the browser is killed and buried, and `ended` fires once nothing is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import cdp.browser
import cdp.target
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from cdp_proxy.core.close_codes import CloseCode, close_code_of
from cdp_proxy.core.latency import MethodLatencies, SessionLatencies
from cdp_proxy.core.lifecycle import Lifecycle, Limits
from cdp_proxy.core.multiplexer import Held, Member, Multiplexer
from cdp_proxy.core.policy import CloseBrowser, Policy
from cdp_proxy.core.settings import needs_targets
from cdp_proxy.transport.caller import CallFailed
from cdp_proxy.transport.chromium import Browser
from cdp_proxy.transport.download_names import DownloadNames
from cdp_proxy.transport.live_input import LiveInput
from cdp_proxy.transport.liveness import Liveness
from cdp_proxy.transport.page_client import FAREWELL, attach_to_page
from cdp_proxy.transport.pages import Pages
from cdp_proxy.transport.screencast import LiveScreencast
from cdp_proxy.transport.takeover import Takeover
from cdp_proxy.transport.target_settings import TargetSettings
from cdp_proxy.transport.tasks import spawn
from cdp_proxy.transport.uploads import UploadBudget
from shared.errors import BrowserStartFailed, InvalidRequest, NoCapacity, SessionEnded
from shared.records import SessionSpec
from shared.session_state import EndReason

_log = Logger()

CLIENTS_MAX = 64
"""Sockets on one session; beyond, the upgrade is refused."""


class ClientSocket(Protocol):
    """What a session needs of a client's connection."""

    def deliver(self, message: bytes) -> None:
        """Have one CDP message sent with the next `flush`."""

    def flush(self) -> None:
        """Send what has been delivered; harmless when nothing has."""

    def close(self, code: CloseCode, reason: str) -> None:
        """Close it with a code and a sentence; harmless when it is closed."""

    def pause(self, paused: bool) -> None:
        """Stop reading from it, or go on."""


class Channel(Protocol):
    """A connection on which more than CDP is spoken (`transport.channel`)."""

    def end(self, code: CloseCode, reason: EndReason) -> None:
        """Say why the session ends, and close it."""


class Transfer(Protocol):
    """What is under way for somebody, besides CDP: a file, an action."""

    def cut_off(self) -> None:
        """End it half-way."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """The container's own limits on sessions."""

    never_connected_seconds: float
    last_client_grace_seconds: float


class LiveSession:
    """A session that runs here."""

    def __init__(
        self,
        reactor: IReactorTime,
        spec: SessionSpec,
        browser: Browser,
        timeouts: Timeouts,
        *,
        methods: MethodLatencies,
        bury: Callable[[], Deferred[None]],
    ) -> None:
        """Take a browser over.

        Args:
            reactor: for the clocks.
            spec: what the session is.
            browser: answers already; the session's own from here on.
            timeouts: the container's limits.
            methods: counts the time of commands, for all sessions.
            bury: reaps the killed browser and fires when nothing of it is left.
        """
        self.spec = spec
        self.started_at = reactor.seconds()
        self.ended: Deferred[EndReason] = Deferred()
        """Fires once, when the session is over and its browser is gone; for the registry."""
        self.gone: Deferred[None] = Deferred()
        """Fires once, after that, when Redis has been told and the slot is free."""
        self.end_reason: EndReason | None = None
        """Set when the end begins."""
        self.downloads = DownloadNames(browser.caller, browser.folder.folders.downloads)
        self.uploads = UploadBudget()
        self.uploaded: dict[str, str] = {}
        """Paths of the files that were uploaded, by their names."""
        self.transfers: set[Transfer] = set()
        """Downloads that are being fetched, and actions; they end with the session."""
        self._reactor = reactor
        self._browser = browser
        self._bury = bury
        self.latencies = SessionLatencies(methods)
        self._mux = Multiplexer(Policy(browser.folder.folders), self.latencies)
        self.takeover = Takeover(
            reactor, on_change=self._hold, resend=self._resend, flush=self.flush
        )
        """Who holds it: its agent, or a human."""
        self.pages = Pages(reactor, browser.caller, self.takeover.passage, self._mux.dialogs)
        """Its tabs, for actions, input and the screencast."""
        self._mux.on_front = self.pages.choose
        self.screencast = LiveScreencast(reactor, self.pages, browser.caller)
        self.input = LiveInput(reactor, browser.caller, self.pages, self.screencast, self.uploaded)
        self.channels: set[Channel] = set()
        """Connections that speak of more than CDP; they are told of the end."""
        self._in_batch = False
        self._sockets: dict[Member, ClientSocket] = {}
        self._lifecycle = Lifecycle(
            Limits(
                hard_deadline=spec.expires_at,
                idle_timeout_seconds=spec.idle_timeout_seconds,
                keep_alive=spec.keep_alive,
                never_connected_timeout_seconds=timeouts.never_connected_seconds,
                last_client_grace_seconds=timeouts.last_client_grace_seconds,
            ),
            now=self.started_at,
        )
        self._timer: IDelayedCall | None = None
        self._liveness = Liveness(reactor, browser.caller, lambda: self.end(EndReason.BROWSER_HUNG))
        self._admitting = 0

    async def start(self) -> None:
        """Apply the settings and start the clocks.

        Raises:
            InvalidRequest: Chromium refused a setting.
            BrowserStartFailed: it has gone.
        """
        browser = self._browser
        browser.on_client_message = self._from_browser
        browser.caller.on_stray = self._mux.stray_answer
        browser.on_lost = lambda: self.end(EndReason.BROWSER_CRASHED)
        browser.on_pressure(self._browser_pressure)
        browser.on_batch(self.flush)
        if needs_targets(self.spec.settings):
            try:
                await TargetSettings(browser.caller, self.spec.settings).start()
            except CallFailed as error:
                raise InvalidRequest(
                    f"The browser refused a setting: {error}", field="browserSettings"
                ) from error
        try:
            await self.downloads.start()
        except CallFailed as error:
            raise BrowserStartFailed("The browser did not stay.") from error
        self._liveness.start()
        self._arm()

    @property
    def clients(self) -> int:
        """Sockets connected now."""
        return len(self._sockets)

    @property
    def browser(self) -> Browser:
        """The session's own; gone once `end_reason` is set."""
        return self._browser

    def check_room(self, *, channel: bool = True) -> None:
        """Whether one more channel may come; else a client, be it a channel that is here already.

        Raises:
            NoCapacity: the session has as many as it may.
        """
        clients = len(self._sockets) + self._admitting
        if clients >= CLIENTS_MAX or (channel and len(self.channels) >= CLIENTS_MAX):
            raise NoCapacity(f"The session has {CLIENTS_MAX} clients already.")

    async def admit(self, socket: ClientSocket, target_id: str | None = None) -> Member:
        """Give a new client its root: on the browser, or on one target alone.

        Raises:
            NoCapacity: the session has as many clients as it may.
            NothingHere: there is no such target.
            SessionEnded: it ended meanwhile.
        """

        def gone() -> None:
            socket.deliver(FAREWELL)
            socket.close(CloseCode.NORMAL, "The target has been closed.")

        self.check_room(channel=False)
        self._admitting += 1
        caller = self._browser.caller
        try:
            anchor = await caller.call(cdp.target.attach_to_browser_target())
            root = anchor
            if target_id is not None:
                root = await attach_to_page(caller, anchor, target_id, gone)
        except CallFailed as error:
            raise SessionEnded("The session's browser is gone.") from error
        finally:
            self._admitting -= 1
        if self.end_reason is not None:
            raise SessionEnded(self.end_reason.text)
        member = self._mux.join(root, socket.deliver, anchor, target_id)
        self._sockets[member] = socket
        self._lifecycle.client_joined(self._reactor.seconds())
        return member

    def from_client(self, member: Member, message: bytes) -> None:
        """One whole message of a client; `flush` follows."""
        if not self._in_batch:
            self._begin_batch()
            self._lifecycle.activity(self.latencies.now)
        out = self._mux.client_message(member, message)
        if isinstance(out, bytes):
            self._browser.queue(out)
            return
        if isinstance(out, Held):
            self.takeover.hold(member, message, out.command)
            return
        member.deliver(out.reply)
        if isinstance(out, CloseBrowser):
            self._browser_close(member)

    def flush(self) -> None:
        """Write what a batch of input has led to, in both directions."""
        self._browser.flush()
        for socket in self._sockets.values():
            socket.flush()
        if self._in_batch:
            self._in_batch = False
            self.latencies.worked(self._reactor.seconds())

    def depart(self, member: Member) -> None:
        """A client has gone, in whatever way; may be called again."""
        if self._sockets.pop(member, None) is None:
            return
        member.deliver = lambda _message: None  # what Chromium still sends it
        self.takeover.forget(member)
        self._lifecycle.client_left(self._reactor.seconds())
        self._arm()
        if self.end_reason is None:
            spawn(self._detach(member), "detaching a client")

    def joined(self) -> None:
        """Somebody has come who is no client on `/cdp`, but keeps the session as one does."""
        self._lifecycle.client_joined(self._reactor.seconds())

    def departed(self) -> None:
        """One of these has gone."""
        self._lifecycle.client_left(self._reactor.seconds())
        self._arm()

    def used(self) -> None:
        """Somebody does something with the session otherwise than as a client: it is not idle."""
        self._lifecycle.activity(self._reactor.seconds())

    def end(self, reason: EndReason) -> None:
        """End the session; only the first reason counts."""
        if self.end_reason is not None:
            return
        self.end_reason = reason
        _log.info("session ended: {reason}", reason=reason.value, session_id=self.spec.session_id)
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._liveness.stop()
        try:
            self._tell_of_the_end(reason)
        finally:  # whatever stands in the way of that: the browser and the slot are not kept
            self._browser.kill()
            spawn(self._finish(reason), "ending a session")

    def _begin_batch(self) -> None:
        self._in_batch = True
        self.latencies.now = self._reactor.seconds()

    def _from_browser(self, message: bytes) -> bool:
        if not self._in_batch:
            self._begin_batch()
        return self._mux.browser_message(message)

    def _resend(self, member: Member, message: bytes) -> None:
        """Take once more what had to wait, unless its client has gone meanwhile."""
        if member in self._sockets:
            self.from_client(member, message)

    def _hold(self, holding: bool) -> None:
        self._mux.holding = holding

    def _tell_of_the_end(self, reason: EndReason) -> None:
        self.takeover.close()
        for socket in list(self._sockets.values()):
            socket.close(close_code_of(reason), reason.text)
        for channel in list(self.channels):
            channel.end(close_code_of(reason), reason)
        for transfer in list(self.transfers):
            transfer.cut_off()
        self.screencast.close()
        self.input.close()

    async def _finish(self, reason: EndReason) -> None:
        try:
            await self._bury()
        finally:
            self.ended.callback(reason)

    def _browser_close(self, member: Member) -> None:
        """`Browser.close`: ends the session, or under `keepAlive` only that client."""
        if self.spec.keep_alive:
            self._sockets[member].close(CloseCode.NORMAL, "Closed by Browser.close.")
        else:
            self.end(EndReason.BROWSER_CLOSED)

    async def _detach(self, member: Member) -> None:
        """Let go what the client left paused, then detach its root."""
        caller = self._browser.caller
        try:
            while held := self._mux.farewell(member):
                for command in held:
                    self._browser.send(command)
                # An answer on the pipe itself: Chromium has taken the commands before it.
                await caller.call(cdp.browser.get_version())
            caller.stop_listening(member.anchor)
            await caller.call(cdp.target.detach_from_target(cdp.target.SessionID(member.anchor)))
            if member.steers_downloads:
                await self.downloads.allow()
        except CallFailed as error:
            if self.end_reason is None:
                _log.warn("a client could not be detached: {error}", error=str(error))
        finally:
            self._mux.leave(member)

    def _browser_pressure(self, full: bool) -> None:
        for socket in self._sockets.values():
            socket.pause(full)

    def _arm(self) -> None:
        """Set the timer to the next end; a later activity only moves what it finds then."""
        if self.end_reason is not None:
            return
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        deadline, _ = self._lifecycle.due()
        delay = max(0.0, deadline - self._reactor.seconds())
        self._timer = self._reactor.callLater(delay, self._look_at_clock)

    def _look_at_clock(self) -> None:
        deadline, reason = self._lifecycle.due()
        if deadline <= self._reactor.seconds():
            self.end(reason)
        else:
            self._arm()
