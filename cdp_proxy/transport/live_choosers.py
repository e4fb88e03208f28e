"""Choosers for files that people open in a session's pages; Chromium would close them at once.

1. Before a person presses something, `expect` has the tab and its frames tell of their choosers: a
   page may open one for as long as it counts as used (HTML, "transient activation").
2. One that opens within that time is the person's, and told. After it choosers are as they were.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cdp.page
import msgspec
from msgspec import Struct
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from cdp_proxy.core.actions.ports import CommandFailed
from cdp_proxy.core.messages import Answer
from cdp_proxy.transport.attached_tab import AttachedTab
from cdp_proxy.transport.caller import CdpCaller

_log = Logger()

USED_SECONDS: Final = 5.0
"""How long Chromium lets a page open a chooser after something was pressed."""
PATIENCE_SECONDS: Final = 1.0
"""A page that is busy for longer gets the press all the same."""


class Chooser(Struct, frozen=True, rename="camel"):
    """Of `Page.fileChooserOpened`."""

    frame_id: str
    backend_node_id: int | None = None
    """Of the `<input>`; other choosers have none."""


_decode: Final = msgspec.json.Decoder(Chooser).decode
Opened = Callable[[AttachedTab, str, Chooser], None]
"""Told of a chooser: its tab, the flat session of its frame, and what is known of it."""


class LiveChoosers:
    """Of one session; of the tab in which something was pressed last."""

    def __init__(self, reactor: IReactorTime, caller: CdpCaller, opened: Opened) -> None:
        """None is expected."""
        self._reactor = reactor
        self._caller = caller
        self._opened = opened
        self._tab: AttachedTab | None = None
        self._sessions: set[str] = set()
        """That tell of their choosers."""
        self._timer: IDelayedCall | None = None

    async def expect(self, tab: AttachedTab) -> None:
        """A person is about to press something in a tab."""
        if tab is not self._tab:
            self.close()
            self._tab = tab
        self._extend()
        new = {tab.session, *tab.frame_sessions.values()} - self._sessions
        self._sessions |= new
        for session in new:
            self._caller.listen(session, self._heard)
        try:
            await tab.gather([self._tell(tab, session) for session in sorted(new)])
        except CommandFailed as error:
            _log.debug("choosers cannot be told of: {error}", error=str(error))

    def close(self) -> None:
        """Choosers are as they were."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        tab, self._tab = self._tab, None
        sessions, self._sessions = self._sessions, set()
        for session in sessions:
            self._caller.unlisten(session, self._heard)
            if tab is not None and not tab.closed:
                tab.notify(cdp.page.set_intercept_file_chooser_dialog(False), session)

    async def _tell(self, tab: AttachedTab, session: str) -> None:
        command = cdp.page.set_intercept_file_chooser_dialog(True)
        await tab.call_unheld(command, session, timeout_seconds=PATIENCE_SECONDS)

    def _extend(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.reset(USED_SECONDS)
        else:
            self._timer = self._reactor.callLater(USED_SECONDS, self.close)

    def _heard(self, event: Answer) -> None:
        if event.method != "Page.fileChooserOpened" or self._tab is None:
            return
        self._opened(self._tab, event.session_id or "", _decode(event.params))
