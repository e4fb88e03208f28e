"""The proxy's own hold on a session's tabs, for actions, input and the screencast.

1. `Pages.start` attaches a browser session of the proxy's own to the pipe, at the first use: until
   then, and in sessions that only CDP clients use, nothing here costs anything.
2. A tab is attached when it is first acted on or shown (`transport.attached_tab`); it stays so
   until it closes, so that dialogs wait for the next action.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cdp.target
from twisted.internet.defer import DeferredLock
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from cdp_proxy.core import messages
from cdp_proxy.core.actions.ports import CommandFailed, Dialog
from cdp_proxy.core.commands import discover_tabs, list_tabs
from cdp_proxy.core.messages import Answer
from cdp_proxy.core.targets import Tabs as OpenTabs
from cdp_proxy.core.told_dialogs import ToldDialogs
from cdp_proxy.transport.attached_tab import AttachedTab
from cdp_proxy.transport.caller import CdpCaller, Passage
from cdp_proxy.transport.tasks import spawn
from shared.envelope.outgoing import Tabs, TabView
from shared.errors import InvalidRequest, TargetNotFound

TITLES_EVERY_SECONDS = 1.0
"""How often titles are read while somebody watches."""


class Pages:
    """All tabs of one session, as actions reach them."""

    def __init__(
        self,
        reactor: IReactorTime,
        caller: CdpCaller,
        passage: Passage | None = None,
        told: ToldDialogs | None = None,
    ) -> None:
        """Nothing is attached yet.

        Args:
            reactor: for the clock.
            caller: of the session's browser.
            passage: waited for before each command of an action; None: nothing stands in the way.
            told: the dialogs that clients were told of; None: there are no clients.
        """
        self.tabs = OpenTabs()
        self.watchers: set[Callable[[], None]] = set()
        """Called when tabs have opened, closed, changed or crashed, or a dialog has."""
        self.turn = DeferredLock()
        """Held by the action under way: they take turns."""
        self._reactor = reactor
        self._caller = caller
        self._passage = passage
        self._told = told or ToldDialogs()
        self._told.on_change = self._dialog_told
        self._starting = DeferredLock()
        self._root: str | None = None
        self._chosen = ""
        """The tab that was made the active one before `start`."""
        self._attached: dict[str, AttachedTab] = {}
        self._reading_titles = False

    async def tab(self, target_id: str | None = None) -> AttachedTab:
        """A tab, ready to be acted on with all of its frames; raises as `attached`.

        A page that is blocked, by a dialog say, does not tell of its frames.
        """
        tab = await self.attached(target_id)
        await tab.frames_known()
        return tab

    async def attached(self, target_id: str | None = None) -> AttachedTab:
        """A tab, for what the browser itself does to it; the active one when none is named.

        Raises:
            InvalidRequest: there is no such tab.
            TargetNotFound: no tab is open.
            CommandFailed: the browser did not attach.
        """
        await self.start()
        info = self.tabs.active if target_id is None else self.tabs.get(target_id)
        if info is None:
            if target_id is not None:
                raise InvalidRequest("There is no such tab in this session.", field="targetId")
            raise TargetNotFound("The session has no open tab. Use navigate to open one.")
        tab = self._attached.get(info.target_id)
        if tab is None or tab.closed:
            tab = self._attached[info.target_id] = AttachedTab(
                self._reactor, self._caller, info.target_id, self._passage, self._changed
            )
            tab.tell_dialog(self._told.get(info.target_id))
        await tab.attach(self._root)
        return tab

    def now(self) -> float:
        """Seconds of the reactor's clock."""
        return self._reactor.seconds()

    async def open(self, url: str = "about:blank") -> str:
        """Open a new tab; its target id."""
        await self.start()
        target = await self._caller.call(cdp.target.create_target(url), self._root)
        return str(target)

    async def start(self) -> None:
        """Learn of the tabs, if that has not begun; `tabs` is complete then.

        Raises:
            CommandFailed: the browser does not answer.
        """
        async with self._starting:
            if self._root is not None:
                return
            root = str(await self._caller.call(cdp.target.attach_to_browser_target()))
            self._caller.listen(root, self._on_event)
            # Chromium tells of the tabs that are there before it answers.
            await self._caller.call(discover_tabs(), root)
            self._root = root
            self.choose(self._chosen)

    def choose(self, target_id: str) -> None:
        """Make a tab the active one, now or once it is known; harmless when it has closed."""
        if self._root is None:
            self._chosen = target_id
        elif self.tabs.get(target_id) is not None:
            self.tabs.choose(target_id)
            self._changed()

    def follow_titles(self) -> None:
        """Have the tabs' titles read for as long as there are `watchers`; after `start`."""
        if not self._reading_titles:
            self._reading_titles = True
            spawn(self._read_titles(), "reading the titles of tabs")

    async def _read_titles(self) -> None:
        try:
            while self.watchers:
                await self._read_titles_once()
                await deferLater(self._reactor, TITLES_EVERY_SECONDS)
        finally:
            self._reading_titles = False

    async def _read_titles_once(self) -> None:
        try:
            infos = await self._caller.call(list_tabs(), self._root)
        except CommandFailed:
            return  # it is busy, or gone: then the watchers go too
        if self.tabs.retitle(infos):
            self._changed()

    @property
    def dialogs(self) -> Mapping[str, Dialog]:
        """The dialogs that are open, by the tab's id; those that nobody was told of close."""
        told = {target_id: told.dialog for target_id, told in self._told.all().items()}
        attached = {target_id: tab.dialog for target_id, tab in self._attached.items()}
        return {at: dialog for at, dialog in {**told, **attached}.items() if dialog is not None}

    def strip(self) -> Tabs:
        """The tabs as people are told of them."""
        views = [
            TabView(
                target_id=info.target_id,
                title=info.title,
                url=info.url,
                crashed=self.has_crashed(info.target_id),
            )
            for info in map(self.tabs.get, self.tabs.ids)
            if info is not None
        ]
        active = self.tabs.active
        return Tabs(
            tabs=tuple(views), active_target_id=active.target_id if active is not None else None
        )

    def has_crashed(self, target_id: str) -> bool:
        """Whether the renderer of a tab is gone; of attached tabs."""
        tab = self._attached.get(target_id)
        return tab is not None and tab.crashed

    def _changed(self) -> None:
        for changed in list(self.watchers):
            changed()

    def _dialog_told(self, target_id: str) -> None:
        tab = self._attached.get(target_id)
        if tab is not None:
            tab.tell_dialog(self._told.get(target_id))
        self._changed()

    def _on_event(self, event: Answer) -> None:
        self.tabs.receive(event)
        ended = None
        if event.method == messages.DETACHED:
            ended = messages.decode_attached(event.params).session_id
        for target_id, tab in list(self._attached.items()):
            if tab.session == ended or self.tabs.get(target_id) is None:
                del self._attached[target_id]
                tab.close()
        self._changed()
