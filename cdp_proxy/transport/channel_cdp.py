"""CDP over a channel: a client of the session like any on `/cdp`, with its bookkeeping done here.

1. The first command makes it a client (`LiveSession.admit`): policy, take-over and latencies hold.
2. A command for a tab goes to a flat session of the client's own on that tab, attached when it is
   first needed. Results cross as bytes.
3. Subscriptions enable their domains on each tab they are for, those that open later too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import msgspec
from msgspec import Raw
from twisted.internet.defer import Deferred, DeferredLock

from cdp_proxy.core import messages
from cdp_proxy.core.actions.activity import works_when_crashed
from cdp_proxy.core.close_codes import CloseCode
from cdp_proxy.core.messages import Answer
from cdp_proxy.core.multiplexer import Member
from cdp_proxy.core.subscriptions import Subscriptions, domain_of
from cdp_proxy.transport.session import LiveSession
from cdp_proxy.transport.tasks import spawn
from shared.envelope import error_message
from shared.envelope.incoming import CdpCommand, MessageId, Subscribe, Unsubscribe
from shared.envelope.outgoing import CdpEvent, CdpResponse, Outgoing, Subscribed, Unsubscribed
from shared.errors import InvalidRequest, SessionEnded, TargetNotFound, WallCrawlerError

_PENDING_MAX = 1_000
"""Commands of one channel that wait for their answers."""
_SUBSCRIPTIONS_MAX = 1_000
"""Events and domains that one channel asks for."""
_BROWSER_DOMAINS = frozenset(
    {"Browser", "Target", "Storage", "SystemInfo", "Extensions", "Tracing", "IO", "Tethering"}
)
"""Domains whose methods go to the browser unless a tab is named."""
_REPORTING = frozenset({"BackgroundService", "Emulation", "Input", "PerformanceTimeline"})
"""Domains that report without `enable`, or whose `enable` needs parameters of the client's own."""
_NEEDS = {"CSS": "DOM", "Overlay": "DOM"}
"""Domains that another one has to be enabled for."""
_CLOSED = messages.RemoteError(messages.SERVER_ERROR, "The client has been closed.")
"""Why commands of a client that `Browser.close` has ended are not answered otherwise."""
_OVER = messages.RemoteError(messages.SERVER_ERROR, "The session is over.")
_DETACHED = messages.RemoteError(messages.SERVER_ERROR, "Inspected target navigated or closed")
_CRASHED = messages.RemoteError(messages.SERVER_ERROR, "Target crashed")
"""Chromium's own words; it says them late (when a crashed tab is loaded again), or to nobody."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A command that waits for its answer."""

    method: str
    cdp_session_id: str | None
    answering: Deferred[Answer]


class ChannelCdp:
    """One channel's commands, answers and events."""

    def __init__(self, session: LiveSession, send: Callable[[Outgoing], None]) -> None:
        """Nothing happens before the first command; `send` takes answers and events."""
        self._session = session
        self._send = send
        self._member: Member | None = None
        self._joining = DeferredLock()
        self._attaching = DeferredLock()
        self._last_id = 0
        self._pending: dict[int, _Pending] = {}
        self._sessions: dict[str, str] = {}
        """Tabs that are attached: target id to flat session."""
        self._subscriptions = Subscriptions()
        self._left = False

    async def command(self, command: CdpCommand) -> None:
        """Send a command; its answer follows when it comes.

        Raises:
            InvalidRequest: there is no such tab, or too many commands wait.
            TargetNotFound: no tab is open.
            NoCapacity: the session has as many clients as it may.
            SessionEnded: it is over.
        """
        where = await self._where(command)
        # Told what to do before it is sent: `Browser.close` is answered, and the session over, in
        # that very moment.
        answering: Deferred[Answer] = Deferred()
        answering.addCallback(partial(self._answer, command.id))
        self._begin(command.method, bytes(command.params), where, answering)

    async def subscribe(self, message: Subscribe) -> None:
        """Have events reported; what is sent after this happens when they are.

        The answer follows when the page has agreed, which a blocked one does later.

        Raises:
            InvalidRequest: there is no such tab, or too much is asked for.
            NoCapacity: as `command`.
            SessionEnded: as `command`.
        """
        await self._join()
        tabs = self._tabs_of(message.target_id)
        if len(self._subscriptions) + len(message.events) > _SUBSCRIPTIONS_MAX:
            raise InvalidRequest(f"A channel has {_SUBSCRIPTIONS_MAX} subscriptions at most.")
        self._session.pages.watchers.add(self._tabs_changed)
        new = self._subscriptions.add(message.events, message.target_id)
        domains = {domain_of(name) for name in message.events}
        agreeing: list[tuple[str, Deferred[Answer]]] = []
        for tab in tabs:
            try:
                agreeing += await self._enable(tab, domains)
            except InvalidRequest:
                if message.target_id is not None or self._session.pages.tabs.get(tab) is not None:
                    raise
        spawn(self._confirm(message, new, agreeing), "a subscription of a channel")

    async def unsubscribe(self, message: Unsubscribe) -> None:
        """Report them no more; their domains stay enabled, which nobody notices."""
        self._subscriptions.remove(message.events, message.target_id)
        self._send(Unsubscribed(id=message.id, events=message.events))

    def leave(self) -> None:
        """The channel is gone."""
        self._left = True
        self._session.pages.watchers.discard(self._tabs_changed)
        self._depart()

    def deliver(self, message: bytes) -> None:
        """A message of the browser for this client (`session.ClientSocket`)."""
        answer = messages.decode_answer(message)
        if answer.id is not None:
            pending = self._pending.pop(answer.id, None)
            if pending is not None:
                pending.answering.callback(answer)
        elif answer.method is not None:
            self._event(answer)

    def flush(self) -> None:
        """Nothing waits here: the carrier sends for itself."""

    def close(self, code: CloseCode, reason: str) -> None:  # noqa: ARG002 - the channel tells
        """The session closes this client: what waits is answered so; a command makes a new one."""
        self._depart()

    def pause(self, paused: bool) -> None:
        """The browser takes no more: bounded by `_PENDING_MAX` as it is."""

    async def _where(self, command: CdpCommand) -> str | None:
        """The flat session a command is for; None: the client's root."""
        await self._join()
        if command.cdp_session_id is not None:
            return command.cdp_session_id
        if command.target_id == "browser":
            return None
        if command.target_id is None and domain_of(command.method) in _BROWSER_DOMAINS:
            return None
        return await self._attach(command.target_id)

    async def _join(self) -> Member:
        async with self._joining:
            if self._left:
                raise SessionEnded("The connection is closing.")
            if self._member is None:
                await self._session.pages.start()
                self._member = await self._session.admit(self)
                if self._left:
                    self._depart()
                    raise SessionEnded("The connection is closing.")
            return self._member

    async def _attach(self, target_id: str | None) -> str:
        """This client's flat session on a tab, the active one when none is named."""
        tabs = self._session.pages.tabs
        info = tabs.active if target_id is None else tabs.get(target_id)
        if info is None and target_id is not None:
            raise InvalidRequest("There is no such tab in this session.", field="targetId")
        if info is None:
            raise TargetNotFound("The session has no open tab; open one with a TAB_COMMAND.")
        async with self._attaching:
            attached = self._sessions.get(info.target_id)
            if attached is None:
                params = {"targetId": info.target_id, "flatten": True}
                answer = await self._begin(
                    "Target.attachToTarget", msgspec.json.encode(params), None
                )
                if answer.error is not None:
                    raise InvalidRequest("The tab has just closed.", field="targetId")
                attached = str(msgspec.json.decode(answer.result)["sessionId"])
                self._sessions[info.target_id] = attached
            return attached

    def _begin(
        self,
        method: str,
        params: bytes,
        cdp_session_id: str | None,
        answering: Deferred[Answer] | None = None,
    ) -> Deferred[Answer]:
        """Send a command; its answer fires `answering`, or what is returned.

        Raises:
            InvalidRequest: too many wait already.
            SessionEnded: it is over.
        """
        if len(self._pending) >= _PENDING_MAX:
            raise InvalidRequest(f"{_PENDING_MAX} commands wait for their answers already.")
        if self._member is None or self._session.end_reason is not None:
            raise SessionEnded("The session is over.")
        self._last_id += 1
        number = self._last_id
        answering = answering or Deferred()
        self._pending[number] = _Pending(method, cdp_session_id, answering)
        message = messages.make_raw_command(number, method, params, cdp_session_id)
        self._session.from_client(self._member, message)
        self._session.flush()
        return answering

    def _answer(self, message_id: MessageId, answer: Answer) -> None:
        if self._left:
            return
        if answer.error is _OVER:
            self._send(error_message(message_id, self._session_ended()))
        elif answer.error is not None:
            error = Raw(msgspec.json.encode(answer.error))
            self._send(CdpResponse(id=message_id, error=error))
        else:
            self._send(CdpResponse(id=message_id, result=answer.result))

    def _event(self, event: Answer) -> None:
        method = event.method or ""
        if method == messages.DETACHED:
            ended = messages.decode_attached(event.params).session_id
            self._sessions = {tab: held for tab, held in self._sessions.items() if held != ended}
            self._give_up(ended, _DETACHED)
        elif method == "Inspector.targetCrashed":
            self._give_up(event.session_id, _CRASHED, but_for=works_when_crashed)
        target_id = next(
            (tab for tab, held in self._sessions.items() if held == event.session_id), None
        )
        if self._subscriptions.wants(method, target_id):
            self._send(
                CdpEvent(
                    method=method,
                    params=event.params or Raw(b"{}"),
                    target_id=target_id,
                    cdp_session_id=event.session_id if target_id is None else None,
                )
            )

    def _give_up(
        self,
        cdp_session_id: str | None,
        why: messages.RemoteError,
        but_for: Callable[[str], bool] = lambda _method: False,
    ) -> None:
        """Answer what waits for a flat session that will not answer any more."""
        for number, pending in list(self._pending.items()):
            if pending.cdp_session_id == cdp_session_id and not but_for(pending.method):
                del self._pending[number]
                pending.answering.callback(Answer(error=why))

    async def _confirm(
        self,
        message: Subscribe,
        new: Iterable[str],
        agreeing: Iterable[tuple[str, Deferred[Answer]]],
    ) -> None:
        """Answer, when the page has; of what is refused as a whole, no new name stays."""
        refusals = []
        for domain, answering in agreeing:
            error = (await answering).error
            if error is not None and error not in (_DETACHED, _CRASHED):
                refusals.append(f"{domain}.enable: {error.message}")
        if self._member is None:
            self._send(error_message(message.id, self._session_ended()))
        elif refusals:
            self._subscriptions.remove(new, message.target_id)
            text = f"Chromium does not report that. {refusals[0]}"
            self._send(error_message(message.id, InvalidRequest(text, field="events")))
        else:
            self._send(Subscribed(id=message.id, events=message.events))

    def _tabs_changed(self) -> None:
        tabs = self._session.pages.tabs.ids
        self._subscriptions.keep(tabs)
        for target_id in tabs:
            domains = self._subscriptions.news_for(target_id)
            if domains:
                spawn(self._enable_later(target_id, domains), "subscribing to a new tab")

    async def _enable_later(self, target_id: str, domains: Iterable[str]) -> None:
        try:
            await self._enable(target_id, domains)
        except WallCrawlerError:
            return  # it closed at once, or all is over: there is nothing to report

    async def _enable(
        self, target_id: str, domains: Iterable[str]
    ) -> list[tuple[str, Deferred[Answer]]]:
        """Have a tab report domains; a domain without `enable` reports by itself.

        Returns:
            Each domain, and its answer to come.
        """
        names = set(domains)
        self._subscriptions.enabled(target_id, names)
        attached = await self._attach(target_id)
        needed = {_NEEDS[name] for name in names & _NEEDS.keys()}
        later = names - needed - _BROWSER_DOMAINS - _REPORTING
        return [
            (name, self._begin(f"{name}.enable", b"", attached))
            for name in (*sorted(needed), *sorted(later))
        ]

    def _tabs_of(self, target_id: str | None) -> tuple[str, ...]:
        tabs = self._session.pages.tabs
        if target_id is None:
            return tabs.ids
        if tabs.get(target_id) is None:
            raise InvalidRequest("There is no such tab in this session.", field="targetId")
        return (target_id,)

    def _session_ended(self) -> SessionEnded:
        ended = self._session.end_reason
        if ended is None:
            return SessionEnded(_CLOSED.message)
        return SessionEnded(ended.text, endReason=ended.value)

    def _depart(self) -> None:
        """Be a client no more."""
        member, self._member = self._member, None
        if member is not None:
            self._session.depart(member)
        self._sessions.clear()
        self._subscriptions = Subscriptions()
        waiting, self._pending = self._pending, {}
        why = _OVER if self._session.end_reason is not None else _CLOSED
        for pending in waiting.values():
            pending.answering.callback(Answer(error=why))
