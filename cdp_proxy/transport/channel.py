"""A channel: one connection that speaks the messages of `shared.envelope` to a session.

What carries the messages is the `Carrier`'s affair: a socket of this container
(`transport.channel_socket`), or a connection of API Gateway. Messages are taken in the order they
came; each answer comes when it is true.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from msgspec import UNSET
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from cdp_proxy.core.actions.ports import CommandFailed, CommandRefused
from cdp_proxy.core.close_codes import CloseCode
from cdp_proxy.core.pictures import Picture
from cdp_proxy.transport.channel_cdp import ChannelCdp
from cdp_proxy.transport.channel_news import ChannelNews
from cdp_proxy.transport.running import RunningActions
from cdp_proxy.transport.session import LiveSession
from cdp_proxy.transport.tab_commands import run_tab_command
from cdp_proxy.transport.tasks import spawn
from shared import envelope
from shared.action_bodies import parse_action
from shared.actions import ActionBody, ActionRequest
from shared.envelope.chunks import Assembly
from shared.envelope.incoming import (
    AiAction,
    CdpCommand,
    ChunkMessage,
    ClientMessage,
    Control,
    InputEvent,
    MessageId,
    Ping,
    ScreencastOptions,
    StartScreencast,
    StopScreencast,
    Subscribe,
    TabCommand,
    Unsubscribe,
)
from shared.envelope.outgoing import (
    ActionResult,
    ControlState,
    Hello,
    InputResult,
    Outgoing,
    Pong,
    ScreencastFailed,
    ScreencastIdle,
    ScreencastStarted,
    ScreencastStopped,
    SessionEnded,
    TabResult,
)
from shared.errors import ActionFailed, Forbidden, InvalidRequest, TargetDetached, WallCrawlerError
from shared.limits import CHANNEL_QUEUE_MAX, CHUNKED_BYTES_MAX, TAB_COMMANDS_MAX
from shared.request_kind import RequestKind
from shared.session_state import EndReason
from shared.tokens import Scope

_log = Logger()


class Carrier(Protocol):
    """What carries the messages of one channel."""

    def send(self, message: Outgoing) -> None:
        """Have a message sent after those before it; never blocks."""

    def show(self, picture: Picture, *, keep_alive: bool) -> None:
        """Send a picture; `Channel.ready_for_frame` follows when the next one may come."""

    def close(self, code: CloseCode, reason: str) -> None:
        """Close the connection, after what has been sent."""


class Channel:
    """One connection's doings in one session."""

    def __init__(
        self,
        session: LiveSession,
        carrier: Carrier,
        scopes: frozenset[Scope],
        actions: RunningActions,
    ) -> None:
        """Join a session; `left` is to be called when the connection is gone."""
        self._session = session
        self._carrier = carrier
        self._scopes = scopes
        self._actions = actions
        self._cdp = ChannelCdp(session, self._send)
        self._news = ChannelNews(session, self._send)
        self._chunks = Assembly(CHUNKED_BYTES_MAX)
        self._queue: deque[ClientMessage] = deque()
        self._busy = False
        self._tab_commands = 0
        """Under way."""
        self._left = False
        self._ended = False
        """Whether the session is over; nothing is said after that, nor taken."""
        session.channels.add(self)

    @property
    def streaming(self) -> bool:
        """Whether it is a viewer of the screencast."""
        return self._session.screencast.watches(self)

    async def greet(self, connection_id: str | None = None) -> None:
        """Say hello, and tell of tabs, dialogs and control from here on.

        Args:
            connection_id: API Gateway's, which a client learns in no other way.

        Raises:
            CommandFailed: the browser does not answer.
        """
        session = self._session
        await session.pages.start()
        if self._left:
            return
        tabs = session.pages.strip()
        self._send(
            Hello(
                session_id=session.spec.session_id,
                scopes=tuple(sorted(scope.value for scope in self._scopes)),
                control=session.takeover.info,
                tabs=tabs.tabs,
                active_target_id=tabs.active_target_id,
                connection_id=connection_id,
            )
        )
        self._news.begin(tabs)

    def receive(self, text: bytes) -> None:
        """One whole message of the client."""
        if self._ended:
            return
        try:
            message = envelope.decode(text)
            if isinstance(message, ChunkMessage):
                self._receive_chunk(message)
                return
            self._check_scope(message)
        except envelope.InvalidMessage as invalid:
            self._send(invalid.answer)
            return
        except WallCrawlerError as error:
            self._fail(message.id, error)
            return
        if len(self._queue) >= CHANNEL_QUEUE_MAX:
            self._fail(message.id, InvalidRequest(f"{CHANNEL_QUEUE_MAX} messages wait already."))
            return
        self._queue.append(message)
        if not self._busy:
            self._busy = True
            spawn(self._work(), "the messages of a channel")

    async def watch(self, options: ScreencastOptions) -> ScreencastOptions | None:
        """Become a viewer, or wish otherwise; raises as `LiveScreencast.watch`.

        Returns:
            What is captured; None when the connection has gone meanwhile.
        """
        screencast = self._session.screencast
        await screencast.watch(self, options)
        if self._left:
            screencast.leave(self)
            return None
        settings = screencast.settings
        return settings.as_options(options) if settings is not None else options

    def ready_for_frame(self) -> None:
        """The carrier takes another picture."""
        self._session.screencast.ready(self)

    def left(self) -> None:
        """The connection is gone; harmless when called again."""
        if self._left:
            return
        self._left = True
        session = self._session
        session.channels.discard(self)
        self._news.end()
        session.screencast.leave(self)
        self._cdp.leave()
        self._queue.clear()

    def end(self, code: CloseCode, reason: EndReason) -> None:
        """The session is over."""
        self._send(SessionEnded(reason=reason.value, message=reason.text))
        self._ended = True
        self._queue.clear()
        self._carrier.close(code, reason.text)

    def show(self, picture: Picture, *, keep_alive: bool) -> None:
        """A picture for this viewer (`screencast.Audience`)."""
        self._carrier.show(picture, keep_alive=keep_alive)

    def tell_idle(self, *, idle: bool) -> None:
        """Nothing changes on the page, or something does again."""
        self._send(ScreencastIdle(idle=idle))

    def tell_failed(self, reason: str) -> None:
        """There is nothing to show."""
        self._send(ScreencastFailed(message=reason))

    async def _work(self) -> None:
        """Begin what messages ask for; only its beginning keeps the next ones waiting."""
        while self._queue:
            message = self._queue.popleft()
            await self._answering(message.id, _HANDLERS[type(message)].begin(self, message))
        self._busy = False

    async def _answering(self, message_id: MessageId, doing: Awaitable[None]) -> None:
        """Do it; what stands in its way is the answer."""
        try:
            await doing
        except WallCrawlerError as error:
            self._fail(message_id, error)
        except CommandRefused as error:
            self._fail(message_id, ActionFailed(f"The browser did not do it: {error}"))
        except CommandFailed as error:
            self._fail(message_id, TargetDetached(f"The browser did not do it: {error}"))
        except Exception:
            _log.failure("a message of a channel failed")
            self._fail(message_id, WallCrawlerError("Something went wrong in the container."))

    async def _pass_command(self, message: CdpCommand) -> None:
        await self._cdp.command(message)

    async def _subscribe(self, message: Subscribe) -> None:
        await self._cdp.subscribe(message)

    async def _unsubscribe(self, message: Unsubscribe) -> None:
        await self._cdp.unsubscribe(message)

    async def _ping(self, message: Ping) -> None:
        self._send(Pong(id=message.id))

    async def _begin_action(self, message: AiAction) -> None:
        kind = RequestKind(message.action)
        try:
            body = parse_action(kind, bytes(message.params))
        except InvalidRequest as error:
            raise _within_params(error) from error
        request: ActionRequest[ActionBody] = ActionRequest(
            session_id=self._session.spec.session_id,
            body=body,
            model_api_key=message.model_api_key,
        )
        doing = self._act(message, request)
        spawn(self._answering(message.id, doing), "an action of a channel")

    async def _act(self, message: AiAction, request: ActionRequest[ActionBody]) -> None:
        try:
            result = await self._actions.run(request)
        except InvalidRequest as error:
            raise _within_params(error) from error
        self._send(ActionResult(id=message.id, action=message.action, result=result))

    async def _input(self, message: InputEvent) -> None:
        """Send it on, in order; the page's answers are waited for beside the next messages."""
        taken = await self._session.input.dispatch(message.event, message.target_id)
        self._session.used()
        spawn(self._answering(message.id, self._confirm(message.id, taken)), "an input event")

    async def _confirm(self, message_id: MessageId, taken: Deferred[str | None]) -> None:
        text = await taken
        if message_id is not None:
            self._send(InputResult(id=message_id, text=UNSET if text is None else text))

    async def _begin_tab_command(self, message: TabCommand) -> None:
        if self._tab_commands >= TAB_COMMANDS_MAX:
            raise InvalidRequest(f"{TAB_COMMANDS_MAX} tab commands are under way already.")
        spawn(self._answering(message.id, self._tab_command(message)), "a tab command")

    async def _tab_command(self, message: TabCommand) -> None:
        self._tab_commands += 1
        try:
            target_id = await run_tab_command(self._session, message)
        finally:
            self._tab_commands -= 1
        self._send(TabResult(id=message.id, target_id=target_id))

    async def _start_screencast(self, message: StartScreencast) -> None:
        options = await self.watch(message.options)
        if options is not None:
            target_id = self._session.screencast.target_id
            self._send(ScreencastStarted(id=message.id, target_id=target_id, options=options))

    async def _stop_screencast(self, message: StopScreencast) -> None:
        stats = self._session.screencast.leave(self)
        self._send(ScreencastStopped(id=message.id, stats=stats))

    async def _control(self, message: Control) -> None:
        takeover = self._session.takeover
        self._session.used()
        if message.holder == "human":
            takeover.take(message.ttl_seconds)
        else:
            takeover.hand_back()
        self._send(ControlState(id=message.id, control=takeover.info))

    def _receive_chunk(self, chunk: ChunkMessage) -> None:
        try:
            whole = self._chunks.add(chunk)
        except InvalidRequest as error:
            self._fail(chunk.id, error)
            return
        if whole is not None:
            self.receive(whole)

    def _check_scope(self, message: ClientMessage) -> None:
        needed = _HANDLERS[type(message)].scope
        if needed is not None and needed not in self._scopes:
            raise Forbidden(f"This token does not have the scope {needed.value}.")

    def _fail(self, message_id: MessageId, error: WallCrawlerError) -> None:
        self._send(envelope.error_message(message_id, error))

    def _send(self, message: Outgoing) -> None:
        if not self._left and not self._ended:
            self._carrier.send(message)


def _within_params(error: InvalidRequest) -> InvalidRequest:
    """The same about an `AI_ACTION`, whose `params` are what is the body of a REST request."""
    field = error.details.get("field")
    if field is None:
        return error
    if field == "body":
        return InvalidRequest("params must be a JSON object.", field="params")
    return InvalidRequest(error.message, **{**error.details, "field": f"params.{field}"})


@dataclass(frozen=True, slots=True)
class _Handler:
    """What takes a kind of message, and the scope it needs, if any."""

    begin: Callable[[Channel, Any], Awaitable[None]]
    scope: Scope | None = None


_HANDLERS: Final[Mapping[type[ClientMessage], _Handler]] = {
    CdpCommand: _Handler(Channel._pass_command, Scope.CDP),
    AiAction: _Handler(Channel._begin_action, Scope.CDP),
    Subscribe: _Handler(Channel._subscribe, Scope.CDP),
    Unsubscribe: _Handler(Channel._unsubscribe, Scope.CDP),
    InputEvent: _Handler(Channel._input, Scope.INPUT),
    TabCommand: _Handler(Channel._begin_tab_command, Scope.INPUT),
    Control: _Handler(Channel._control, Scope.INPUT),
    StartScreencast: _Handler(Channel._start_screencast, Scope.VIEW),
    StopScreencast: _Handler(Channel._stop_screencast, Scope.VIEW),
    Ping: _Handler(Channel._ping),
}
