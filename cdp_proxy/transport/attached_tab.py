"""One tab of a session, as the proxy itself holds it.

1. `attach` makes a flat session of the proxy's own on the tab; those of its out-of-process frames
   follow, as soon as the page answers (`frames_known`).
2. Commands end with their answer, with the tab, or when a dialog holds them up. What an action does
   waits while a human holds the session; what people and the proxy itself do does not.
3. Network events come only while an action runs (`watch`).
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final, ParamSpec, TypeVar, cast

import cdp.inspector
import cdp.network
import cdp.page
import cdp.target
from twisted.internet.defer import Deferred, DeferredList, DeferredLock
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThreadPool
from twisted.python.failure import Failure

from cdp_proxy.core import messages
from cdp_proxy.core.actions.activity import Activity, works_when_crashed
from cdp_proxy.core.actions.ports import BlockedByDialog, CommandFailed, CommandRefused, Dialog
from cdp_proxy.core.commands import CdpCommand, attach_frames
from cdp_proxy.core.messages import Answer
from cdp_proxy.core.told_dialogs import ToldDialog
from cdp_proxy.transport.caller import CALL_TIMEOUT_SECONDS, CdpCaller, Passage
from cdp_proxy.transport.reactor import Reactor

_CRASHED: Final = "the page has crashed"
T = TypeVar("T")
P = ParamSpec("P")


class AttachedTab:
    """One tab (`core.actions.ports.Tab`)."""

    def __init__(
        self,
        reactor: IReactorTime,
        caller: CdpCaller,
        target_id: str,
        passage: Passage | None,
        on_change: Callable[[], None],
    ) -> None:
        """`attach` comes next; `on_change` is called when a dialog opens or closes, or it crashes
        or has recovered.
        """
        self.target_id = target_id
        self.session = ""
        self.activity = Activity(target_id, "")
        self._reactor = reactor
        self._caller = caller
        self._passage = passage
        self._on_change = on_change
        self._frames: dict[str, str] = {}
        self._watching = False
        self._attaching = DeferredLock()
        self._ready = False
        self._framing: Deferred[None] = Deferred()
        self._frames_fault: str | None = None
        """Why its frames are not attached."""
        self.closed = False
        """Whether its target is gone, or could not be attached."""
        self._calls: dict[Deferred[Any], str | None] = {}
        """Commands under way; the method of those that need the page to answer."""
        self._waiting: list[Deferred[bool]] = []
        self._told_dialog: ToldDialog | None = None
        """The dialog that a client was told of; it may have opened before the tab was attached."""

    async def attach(self, root: str | None) -> None:
        """Attach to its target, and begin to attach to those of its frames, unless it is done.

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
        self._caller.notify(cdp.inspector.enable(), self.session)
        self._attach_frames()

    async def frames_known(self) -> None:
        """Wait until its frames are attached; while a dialog is open the page tells of none.

        Raises:
            CommandFailed: the page does not answer.
        """
        async with self._attaching:
            if self.dialog is not None:
                return
            if self._frames_fault is not None:
                self._attach_frames()
            await self._framing
            if self._frames_fault is not None:
                raise CommandFailed(self._frames_fault)

    def _attach_frames(self) -> None:
        self._frames_fault = None
        self._framing = Deferred.fromCoroutine(self._caller.call(attach_frames(), self.session))
        self._framing.addErrback(self._frames_failed)

    def _frames_failed(self, failure: Failure) -> Failure | None:
        self._frames_fault = str(failure.value)
        return None if failure.check(CommandFailed) else failure

    @property
    def frame_sessions(self) -> Mapping[str, str]:
        """Out-of-process frames, however deep: frame id to flat session."""
        return self._frames

    @property
    def dialog(self) -> Dialog | None:
        """The dialog that is open now."""
        if self.activity.dialog is not None or self._told_dialog is None:
            return self.activity.dialog
        return self._told_dialog.dialog

    @property
    def crashed(self) -> bool:
        """Whether its renderer is gone."""
        return self.activity.crashed

    def watch(self, *, watching: bool) -> None:
        """Follow what the tab asks of the network, or stop; for the time of an action."""
        self._watching = watching
        command = cdp.network.enable if watching else cdp.network.disable
        for session in (self.session, *self._frames.values()):
            self._caller.notify(command(), session)

    async def call(
        self,
        command: CdpCommand[T],
        session: str | None = None,
        timeout_seconds: float = CALL_TIMEOUT_SECONDS,
    ) -> T:
        """Run one command; see `Page.call`."""
        return await self._follow(command, session, timeout_seconds, blockable=True)

    def notify(self, command: CdpCommand[Any], session: str) -> None:
        """Send a command whose answer does not matter."""
        self._caller.notify(command, session)

    async def call_unheld(
        self,
        command: CdpCommand[T],
        session: str | None = None,
        timeout_seconds: float = CALL_TIMEOUT_SECONDS,
    ) -> T:
        """Run a command of the human who watches, whoever holds the session.

        Raises:
            CommandFailed: as for `call`; `BlockedByDialog` only when one opens after it.
        """
        blockable = self.dialog is None
        return await self._follow(
            command, session, timeout_seconds, blockable=blockable, held=False
        )

    async def browser_call(self, command: CdpCommand[T]) -> T:
        """Run a command that the browser itself answers, whatever blocks the page.

        It is nobody's doing, and does not wait for a human who holds the session.

        Raises:
            CommandFailed: as for `call`.
        """
        return await self._follow(command, None, CALL_TIMEOUT_SECONDS, blockable=False, held=False)

    def tell_dialog(self, told: ToldDialog | None) -> None:
        """A client has been told of a dialog, or of its end; the tab itself may be told too."""
        before, self._told_dialog = self.dialog, told
        self._dialog_was(before)

    async def answer_dialog(self, accept: bool, text: str | None, *, held: bool = True) -> None:
        """Close the dialog that is open; see `Tab.answer_dialog`.

        It does not wait for a human who holds the session if `held` is false: it is their doing.
        """
        session = None
        if text is None and accept and self.dialog is not None and self.dialog.kind == "prompt":
            text = self.dialog.default_text or None  # as a browser's own button does
        if self.activity.dialog is None and self._told_dialog is not None:
            session = self._told_dialog.cdp_session_id
        command = cdp.page.handle_java_script_dialog(accept, text)
        await self._follow(command, session, CALL_TIMEOUT_SECONDS, blockable=False, held=held)

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
            if blockable and self.dialog is not None:
                raise BlockedByDialog("a dialog is open")
            if blockable and self.activity.crashed and not works_when_crashed(method):
                raise CommandRefused(_CRASHED)
            self._calls[outcome] = method if blockable else None

        self._calls[outcome] = None
        answer = Deferred.fromCoroutine(
            self._caller.call(command, session or self.session, timeout_seconds, passage)
        )
        answer.addBoth(lambda result: None if outcome.called else outcome.callback(result))
        try:
            return await outcome
        finally:
            del self._calls[outcome]

    def _on_event(self, event: Answer) -> None:
        if event.method == messages.ATTACHED:
            self._frame_attached(messages.decode_frame_attached(event.params))
        elif event.method == messages.DETACHED:
            self._frame_detached(messages.decode_attached(event.params).session_id)
        dialog, crashed = self.dialog, self.crashed
        if not self.activity.receive(event, self._reactor.seconds()):
            return
        if event.method == "Page.javascriptDialogClosed":
            self._told_dialog = None  # whoever was told that it opened
        if self.dialog != dialog or self.crashed is not crashed:
            self._on_change()
        self._dialog_was(dialog)
        if self.crashed:
            self._interrupt(lambda it: not works_when_crashed(it), CommandRefused(_CRASHED))
        self._wake()

    def _dialog_was(self, before: Dialog | None) -> None:
        """Release what a dialog that has just opened holds up, or make up for it at its end."""
        if self.dialog is not None and before is None:
            self._interrupt(lambda _method: True, BlockedByDialog("a dialog opened"))
        elif self.dialog is None and before is not None and self._frames_fault is not None:
            self._attach_frames()

    def _interrupt(self, held_up: Callable[[str], bool], why: CommandFailed) -> None:
        """End the commands under way that the page will not answer."""
        for call, method in list(self._calls.items()):
            if method is not None and held_up(method):
                call.errback(why)

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
