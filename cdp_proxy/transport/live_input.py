"""What people do to a session's pages: in order, whoever holds the session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twisted.internet.defer import Deferred, gatherResults, succeed
from twisted.internet.defer import FirstError as OneFailed
from twisted.internet.interfaces import IReactorTime

from cdp_proxy.core.actions.ports import BlockedByDialog, CommandFailed, CommandRefused
from cdp_proxy.core.commands import CdpCommand, call_on_node, release_object
from cdp_proxy.core.focus import PATIENCE_SECONDS, SELECTED_TEXT, focused
from cdp_proxy.core.input_events import Fingers, commands_for
from cdp_proxy.core.pickers import may_open_chooser
from cdp_proxy.transport.attached_tab import AttachedTab
from cdp_proxy.transport.caller import CdpCaller
from cdp_proxy.transport.live_choosers import LiveChoosers
from cdp_proxy.transport.live_picker import LivePicker
from cdp_proxy.transport.pages import Pages
from cdp_proxy.transport.screencast import LiveScreencast
from shared.envelope.incoming import ChooseInput, CopyInput, InputDescription, PageInput
from shared.errors import DialogOpen, InvalidRequest
from shared.limits import COPIED_CHARS_MAX, INPUT_PENDING_MAX


class LiveInput:
    """Input for one session."""

    def __init__(
        self,
        reactor: IReactorTime,
        caller: CdpCaller,
        pages: Pages,
        screencast: LiveScreencast,
        uploaded: Mapping[str, str],
    ) -> None:
        """Nothing is open, nothing held.

        Args:
            reactor: for the clock.
            caller: of the session's browser.
            pages: the session's tabs.
            screencast: says which tab is meant, and where its pictures lie on the page.
            uploaded: the paths of the session's uploads by their names.
        """
        self.picker = LivePicker(pages, uploaded)
        """The list, calendar or chooser that is open."""
        self._choosers = LiveChoosers(reactor, caller, self.picker.chooser_opened)
        self._pages = pages
        self._screencast = screencast
        self._fingers: Fingers = {}
        self._touched: str | None = None
        """The tab that the fingers are on."""
        self._pending = 0

    async def dispatch(
        self, event: InputDescription, target_id: str | None
    ) -> Deferred[str | None]:
        """Send an event to the page, after those before it.

        Returns:
            Fires when the page has taken it, with the text that `copy` asks for; errbacks with
            `CommandFailed` when it did not. A dialog that opens at it means that it did.

        Raises:
            InvalidRequest: there is no such tab; or its positions are in a picture, and none has
                been shown; or too many events wait for the page.
            TargetNotFound: no tab is open.
            DialogOpen: a dialog blocks the tab.
        """
        tab = await self._pages.attached(target_id or self._screencast.target_id)
        if tab.dialog is not None:
            raise DialogOpen(
                "A JavaScript dialog blocks the page; accept or dismiss it first.",
                kind=tab.dialog.kind,
                text=tab.dialog.text,
            )
        if isinstance(event, CopyInput):
            return succeed(await self._selected_text(tab))  # before what comes next changes it
        if isinstance(event, ChooseInput):
            return Deferred.fromCoroutine(self.picker.choose(event, tab))
        if self._pending >= INPUT_PENDING_MAX:
            raise InvalidRequest(f"{INPUT_PENDING_MAX} events wait for the page already.")
        if tab.target_id != self._touched:
            self._touched, self._fingers = tab.target_id, {}
        commands = list(commands_for(event, self._screencast.view, self._fingers))
        if may_open_chooser(event):
            await self._choosers.expect(tab)
        sent = [Deferred.fromCoroutine(self._send(tab, command)) for command in commands]
        return Deferred.fromCoroutine(self._taken(event, tab, sent))

    def close(self) -> None:
        """The session is over."""
        self._choosers.close()

    async def _taken(self, event: PageInput, tab: AttachedTab, sent: list[Deferred[None]]) -> None:
        await _all(sent)
        self.picker.after(event, tab)

    async def _selected_text(self, tab: AttachedTab) -> str:
        node = await focused(tab)
        if node is None:
            return ""
        asking = call_on_node(node.object_id, SELECTED_TEXT, (COPIED_CHARS_MAX,))
        text = await tab.call(asking, node.session, timeout_seconds=PATIENCE_SECONDS)
        tab.notify(release_object(node.object_id), node.session)
        return str(text)

    async def _send(self, tab: AttachedTab, command: CdpCommand[Any]) -> None:
        self._pending += 1
        try:
            await tab.call_unheld(command)
        except BlockedByDialog:
            return
        finally:
            self._pending -= 1


async def _all(sent: list[Deferred[None]]) -> None:
    try:
        await gatherResults(sent, consumeErrors=True)
    except OneFailed as error:
        failure = error.subFailure.value
        kind = CommandRefused if isinstance(failure, CommandRefused) else CommandFailed
        raise kind(str(failure)) from failure
