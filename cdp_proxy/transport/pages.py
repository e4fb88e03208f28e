"""The proxy's own hold on a session's tabs, for actions.

1. `Pages.tab` attaches a browser session of the proxy's own to the pipe, at the first action: until
   then, and in sessions that only CDP clients use, nothing here costs anything.
2. A tab is attached when it is first acted on, and its out-of-process frames with it; it stays so
   until it closes, so that dialogs wait for the next action.
3. Network events come only while an action runs (`AttachedTab.watch`).
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar, cast

import cdp.network
import cdp.page
import cdp.target
from twisted.internet.defer import Deferred, DeferredList, DeferredLock
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThreadPool

from cdp_proxy.core import messages
from cdp_proxy.core.actions.activity import Activity
from cdp_proxy.core.actions.ports import BlockedByDialog, CommandFailed, Dialog
from cdp_proxy.core.commands import CdpCommand, attach_frames, discover_tabs, list_tabs
from cdp_proxy.core.messages import Answer
from cdp_proxy.core.targets import Tabs
from cdp_proxy.transport.caller import CdpCaller, Passage
from cdp_proxy.transport.reactor import Reactor
from cdp_proxy.transport.tasks import spawn
from shared.errors import InvalidRequest, TargetNotFound

T = TypeVar("T")
P = ParamSpec("P")

TITLES_EVERY_SECONDS = 1.0
"""How often titles are read while somebody watches."""

_ATTACHED = "Target.attachedToTarget"
_DETACHED = "Target.detachedFromTarget"


class Pages:
    """All tabs of one session, as actions reach them."""

    def __init__(
        self, reactor: IReactorTime, caller: CdpCaller, passage: Passage | None = None
    ) -> None:
        """Nothing is attached yet.

        Args:
            reactor: for the clock.
            caller: of the session's browser.
            passage: waited for before each command of an action; None: nothing stands in the way.
        """
        self.tabs = Tabs()
        self.watchers: set[Callable[[], None]] = set()
        """Called when tabs have opened, closed or changed, or a dialog has."""
        self.turn = DeferredLock()
        """Held by the action under way: they take turns."""
        self._reactor = reactor
        self._caller = caller
        self._passage = passage
        self._starting = DeferredLock()
        self._root: str | None = None
        self._attached: dict[str, AttachedTab] = {}
        self._reading_titles = False

    async def tab(self, target_id: str | None = None) -> AttachedTab:
        """A tab, ready to be acted on; the active one when none is named.

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

    def choose(self, target_id: str) -> None:
        """Make a tab the active one; harmless when it has closed."""
        if self.tabs.get(target_id) is not None:
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
        """The dialogs that are open in attached tabs, by the tab's id."""
        return {
            target_id: tab.dialog
            for target_id, tab in self._attached.items()
            if tab.dialog is not None
        }

    def _changed(self) -> None:
        for changed in list(self.watchers):
            changed()

    def _on_event(self, event: Answer) -> None:
        self.tabs.receive(event)
        ended = None
        if event.method == _DETACHED:
            ended = messages.decode_attached(event.params).session_id
        for target_id, tab in list(self._attached.items()):
            if tab.session == ended or self.tabs.get(target_id) is None:
                del self._attached[target_id]
                tab.close()
        self._changed()


class AttachedTab:
    """One tab (`core.actions.ports.Tab`)."""

    def __init__(
        self,
        reactor: IReactorTime,
        caller: CdpCaller,
        target_id: str,
        passage: Passage | None,
        on_dialog: Callable[[], None],
    ) -> None:
        """`attach` comes next; `on_dialog` is called when a dialog opens or closes."""
        self.target_id = target_id
        self.session = ""
        self.activity = Activity(target_id, "")
        self._reactor = reactor
        self._caller = caller
        self._passage = passage
        self._on_dialog = on_dialog
        self._frames: dict[str, str] = {}
        self._watching = False
        self._attaching = DeferredLock()
        self._ready = False
        self.closed = False
        """Whether its target is gone, or could not be attached."""
        self._calls: dict[Deferred[Any], bool] = {}
        """Commands under way, and whether a dialog holds them up."""
        self._waiting: list[Deferred[bool]] = []

    async def attach(self, root: str | None) -> None:
        """Attach to its target, and to those of its frames, unless that has been done.

        Raises:
            CommandFailed: it has closed, or the browser does not answer.
        """
        async with self._attaching:
            if self.closed:
                raise CommandFailed("the tab has been closed")
            if self._ready:
                return
            try:
                await self._attach(root)
            except BaseException:
                self.close()
                raise
            self._ready = True

    async def _attach(self, root: str | None) -> None:
        target = cdp.target.TargetID(self.target_id)
        attached = await self._caller.call(cdp.target.attach_to_target(target, flatten=True), root)
        self.session = str(attached)
        self.activity = Activity(self.target_id, self.session)
        self._caller.listen(self.session, self._on_event)
        self._caller.notify(cdp.page.enable(), self.session)
        await self._caller.call(attach_frames(), self.session)

    @property
    def frame_sessions(self) -> Mapping[str, str]:
        """Out-of-process frames, however deep: frame id to flat session."""
        return self._frames

    @property
    def dialog(self) -> Dialog | None:
        """The dialog that is open now."""
        return self.activity.dialog

    def watch(self, *, watching: bool) -> None:
        """Follow what the tab asks of the network, or stop; for the time of an action."""
        self._watching = watching
        command = cdp.network.enable if watching else cdp.network.disable
        for session in (self.session, *self._frames.values()):
            self._caller.notify(command(), session)

    async def call(
        self, command: CdpCommand[T], session: str | None = None, timeout_seconds: float = 10.0
    ) -> T:
        """Run one command; see `Page.call`."""
        return await self._follow(command, session, timeout_seconds, blockable=True)

    async def call_unheld(self, command: CdpCommand[T]) -> T:
        """Run a command of the human who watches, whoever holds the session.

        Raises:
            CommandFailed: as for `call`; `BlockedByDialog` only when one opens after it.
        """
        return await self._follow(command, None, 10.0, blockable=self.dialog is None, held=False)

    async def browser_call(self, command: CdpCommand[T]) -> T:
        """Run a command that the browser itself answers, whatever blocks the page.

        It is nobody's doing, and does not wait for a human who holds the session.

        Raises:
            CommandFailed: as for `call`.
        """
        return await self._follow(command, None, 10.0, blockable=False, held=False)

    async def answer_dialog(self, accept: bool, text: str | None) -> None:
        """Close the dialog that is open; see `Tab.answer_dialog`."""
        command = cdp.page.handle_java_script_dialog(accept, text)
        await self._follow(command, None, 10.0, blockable=False)

    async def call_all(
        self, commands: Sequence[CdpCommand[Any]], session: str | None = None
    ) -> None:
        """Send commands at once, wait for all; see `Tab.call_all`."""
        await self.gather([self.call(command, session) for command in commands])

    async def gather(self, coroutines: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
        """Run coroutines side by side; see `Tab.gather`."""
        deferreds = [Deferred.fromCoroutine(coroutine) for coroutine in coroutines]
        ended: Deferred[Any] = DeferredList(deferreds, consumeErrors=True)
        outcomes = await ended
        for succeeded, outcome in outcomes:
            if not succeeded:
                outcome.raiseException()
        return [outcome for _, outcome in outcomes]

    def now(self) -> float:
        """Seconds of the reactor's clock."""
        return self._reactor.seconds()

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        await deferLater(self._reactor, seconds)

    async def compute(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a long computation in one of the reactor's threads; see `Page.compute`."""
        reactor = cast("Reactor", self._reactor)
        pool = reactor.getThreadPool()
        result: Deferred[T] = deferToThreadPool(reactor, pool, function, *args, **kwargs)
        return await result

    async def changed(self, timeout_seconds: float) -> bool:
        """Wait for the next sign of activity; see `Page.changed`."""
        if timeout_seconds <= 0:
            return False
        changed: Deferred[bool] = Deferred()
        self._waiting.append(changed)
        changed.addTimeout(timeout_seconds, self._reactor)
        try:
            return await changed
        except DeferredTimeout:
            return False
        finally:
            if changed in self._waiting:
                self._waiting.remove(changed)

    def close(self) -> None:
        """Its target is gone: whoever waits for an answer gets an error."""
        self.closed = True
        self._caller.stop_listening(self.session)
        for session in self._frames.values():
            self._caller.stop_listening(session)
        self._frames.clear()
        for call in list(self._calls):
            call.errback(CommandFailed("the tab has been closed"))
        self._wake()

    async def _follow(
        self,
        command: CdpCommand[T],
        session: str | None,
        timeout_seconds: float,
        *,
        blockable: bool,
        held: bool = True,
    ) -> T:
        outcome: Deferred[T] = Deferred(lambda _outcome: answer.cancel())

        async def passage(method: str) -> None:
            """Wait while it is held; only then can a dialog hold it up."""
            if held and self._passage is not None:
                await self._passage(method)
            if self.closed:
                raise CommandFailed("the tab has been closed")
            if blockable and self.activity.dialog is not None:
                raise BlockedByDialog("a dialog is open")
            self._calls[outcome] = blockable

        self._calls[outcome] = False
        answer = Deferred.fromCoroutine(
            self._caller.call(command, session or self.session, timeout_seconds, passage)
        )
        answer.addBoth(lambda result: None if outcome.called else outcome.callback(result))
        try:
            return await outcome
        finally:
            del self._calls[outcome]

    def _on_event(self, event: Answer) -> None:
        if event.method == _ATTACHED:
            self._frame_attached(messages.decode_frame_attached(event.params))
        elif event.method == _DETACHED:
            self._frame_detached(messages.decode_attached(event.params).session_id)
        dialog = self.activity.dialog
        if not self.activity.receive(event, self._reactor.seconds()):
            return
        if self.activity.dialog is not dialog:
            self._on_dialog()
        if self.activity.dialog is not None and dialog is None:
            for call, blockable in list(self._calls.items()):
                if blockable:
                    call.errback(BlockedByDialog("a dialog opened"))
        self._wake()

    def _frame_attached(self, attached: messages.FrameAttached) -> None:
        session = attached.session_id
        self._frames[attached.target_info.target_id] = session
        self._caller.listen(session, self._on_event)
        setup: list[Callable[[], CdpCommand[Any]]] = [cdp.page.enable, attach_frames]
        if self._watching:
            setup.append(cdp.network.enable)
        for command in setup:
            self._caller.notify(command(), session)
        self._wake()

    def _frame_detached(self, session: str) -> None:
        self._caller.stop_listening(session)
        self.activity.session_gone(session)
        for frame_id in [frame for frame, held in self._frames.items() if held == session]:
            del self._frames[frame_id]
        self._wake()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for changed in waiting:
            if not changed.called:
                changed.callback(True)
