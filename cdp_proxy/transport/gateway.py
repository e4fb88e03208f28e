"""The WebSocket API in the container: its connections, what they send, and who is told what.

1. A `message` request names its connection: the first one makes it known here, has its session
   found and a channel opened. Messages keep their order all the way.
2. Answers are pushed (`transport.pushed`); the messages they answer are struck out in Redis, many
   at a time.
3. A connection ends with `$disconnect`, with the first Gone, with its session, with its token, or
   with its life.
4. Connections whose container has died, or whose session or token has ended before there was one,
   are taken every few seconds, and their clients told.
5. With each heartbeat, a Redis that has lost its connections is told of them again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec
import redis
from msgspec import UNSET
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall, deferLater
from twisted.logger import Logger

from cdp_proxy.core.actions.ports import CommandFailed
from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.channel import Channel
from cdp_proxy.transport.log_context import log_ids
from cdp_proxy.transport.outbox import Outbox, Ways
from cdp_proxy.transport.pushed import Arrived, PushedConnection
from cdp_proxy.transport.registry import Sessions
from cdp_proxy.transport.running import RunningActions
from cdp_proxy.transport.session import LiveSession
from cdp_proxy.transport.tasks import spawn
from shared import envelope
from shared.bus import Request
from shared.clock import Clock
from shared.connections import (
    ConnectionHead,
    ConnectionLeft,
    ConnectionMessage,
    Connections,
    Orphan,
    Waiting,
)
from shared.envelope.incoming import ScreencastOptions, StartScreencast
from shared.envelope.last_words import last_words
from shared.errors import (
    AlreadyStreaming,
    ConnectionNotFound,
    NotStreaming,
    SessionEnded,
    Unavailable,
    WallCrawlerError,
)
from shared.ids import ConnectionId, RequestId, SessionId, TaskId
from shared.randomness import new_request_id
from shared.request_kind import RequestKind
from shared.tokens import Scope

_log = Logger()

_ORPHANS_SECONDS: Final = 3.0
"""How often connections of dead containers are looked for."""
_FIND_TRIES: Final = 10
_FIND_PAUSE_SECONDS: Final = 0.1
"""Redis knows which container a session is in a moment before the container does."""
_STRIKE_OUT_MAX: Final = 10_000
"""Answered messages that Redis has not been told of, while it is away; beyond, the oldest stay
there until this container ends, and their clients may then hear of a loss that was none."""


class Gateway:
    """All connections of the WebSocket API that this container serves."""

    def __init__(
        self,
        ways: Ways,
        blocking: Blocking,
        connections: Connections,
        sessions: Sessions,
        clock: Clock,
    ) -> None:
        """`blocking` is for Redis, `ways` has threads of its own for the posts."""
        self._ways = ways
        self._blocking = blocking
        self._connections = connections
        self._sessions = sessions
        sessions.opened = self._welcome
        self._clock = clock
        self._task_id = TaskId("")
        self._known: dict[ConnectionId, PushedConnection] = {}
        self._answered: list[RequestId] = []
        self._striking_out = False
        self._restoring = False
        self._orphans = LoopingCall(self._look_for_orphans)
        self._orphans.clock = ways.reactor
        self._looking = False
        self._telling: set[Outbox] = set()
        """Last words to orphans."""
        self._all_gone: Deferred[None] | None = None

    def use_actions(self, actions: RunningActions) -> None:
        """Set what runs actions; part of putting the service together."""
        self._actions = actions

    def __len__(self) -> int:
        """Connections served now."""
        return len(self._known)

    def start(self, task_id: TaskId) -> None:
        """Begin, as this task."""
        self._task_id = task_id
        self._orphans.start(_ORPHANS_SECONDS)

    async def stop(self, seconds: float) -> None:
        """Let out what is on its way, for so long; sessions have ended before."""
        if self._orphans.running:
            self._orphans.stop()
        if self._known:
            self._all_gone = Deferred()
            self._all_gone.addTimeout(seconds, self._ways.reactor, onTimeoutCancel=_no_matter)
            await self._all_gone
        for outbox in self._telling:
            outbox.stop()
        for connection in list(self._known.values()):
            connection.leave()

    def look(self) -> None:
        """Redis is there: tell it again what it has missed, or lost (`Heartbeat.after_beats`)."""
        if self._answered:
            self._strike_out_soon()
        if self._known and not self._restoring:
            self._restoring = True
            spawn(self._restore(), "telling Redis of connections")

    def take(self, request: Request) -> None:
        """One request of the bus that is about a connection."""
        if request.kind is RequestKind.LEFT:
            left = msgspec.json.decode(request.payload, type=ConnectionLeft)
            if known := self._known.get(left.connection_id):
                known.leave()
            return
        message = msgspec.json.decode(request.payload, type=ConnectionMessage)
        head = message.connection
        with log_ids(connection_id=head.connection_id, session_id=head.session_id):
            self._take_message(request, message)

    def _take_message(self, request: Request, message: ConnectionMessage) -> None:
        known = self._known.get(message.connection.connection_id)
        connection = known or self._make_known(message.connection)
        if message.message is not UNSET:
            now = self._clock()
            arrived = Arrived(
                request_id=request.id,
                text=bytes(message.message),
                type=message.type,
                id=message.id,
                hops=message.hops,
                taken_at=now,
                late=request.deadline <= now,
            )
            connection.receive(arrived)
        if known is None:
            self._serve(connection)

    async def start_screencast(
        self, session: LiveSession, connection_id: str, options: ScreencastOptions
    ) -> Mapping[str, object]:
        """Make a connection a viewer, from outside of it.

        Raises:
            ConnectionNotFound: the session has no such connection here.
            AlreadyStreaming: it is one already.
            InvalidRequest: there is no such tab.
            CommandFailed: the browser does not answer.
        """
        channel = self._channel_of(session, connection_id)
        if channel.streaming:
            raise AlreadyStreaming("This connection is a viewer already.")
        shown = await channel.watch(options)
        if shown is None:
            raise ConnectionNotFound("The connection has gone.")
        return {
            "connectionId": connection_id,
            "targetId": session.screencast.target_id,
            "options": msgspec.to_builtins(shown),
        }

    def stop_screencast(self, session: LiveSession, connection_id: str) -> Mapping[str, object]:
        """Make a connection a viewer no more; raises ConnectionNotFound, or NotStreaming."""
        channel = self._channel_of(session, connection_id)
        if not channel.streaming:
            raise NotStreaming("This connection is no viewer.")
        stats = session.screencast.leave(channel)
        return {"connectionId": connection_id, "stats": msgspec.to_builtins(stats)}

    def answered(self, request_id: RequestId) -> None:
        """Strike a message out, soon (`pushed.Registrar`)."""
        self._answered.append(request_id)
        self._strike_out_soon()

    def expect(self, connection: PushedConnection, arrived: Arrived) -> None:
        """Note a message that came in pieces (`pushed.Registrar`)."""
        waiting = Waiting(connection.head.connection_id, arrived.id, self._clock())
        spawn(self._note(arrived.request_id, waiting), "noting a message that came in pieces")

    def departed(self, connection: PushedConnection) -> None:
        """Forget a connection, here and in Redis (`pushed.Registrar`)."""
        head = connection.head
        self._known.pop(head.connection_id, None)
        spawn(self._forget(head, connection.unanswered), "forgetting a connection")
        if not self._known and self._all_gone is not None and not self._all_gone.called:
            self._all_gone.callback(None)

    def _make_known(self, head: ConnectionHead) -> PushedConnection:
        made = PushedConnection(self._ways, head, self, self._clock)
        self._known[head.connection_id] = made
        return made

    def _serve(self, connection: PushedConnection) -> None:
        """Begin, unless its token has expired before anybody could."""
        if connection.void:
            connection.expire()
        else:
            spawn(self._attach(connection), "opening a pushed channel")

    def _welcome(self, session: LiveSession) -> None:
        """A session is there: so may clients be that came while it stood in line."""
        spawn(self._welcome_early(session), "welcoming early connections")

    async def _welcome_early(self, session: LiveSession) -> None:
        session_id = session.spec.session_id
        try:
            heads = await self._blocking.run(self._connections.of_session, session_id)
        except redis.RedisError as error:
            _log.warn("early connections are not known: {error}", error=str(error))
            return
        for head in heads:
            if head.connection_id not in self._known:
                self._serve(self._make_known(head))

    async def _attach(self, connection: PushedConnection) -> None:
        try:
            await self._open_channel(connection, await self._find(connection.head.session_id))
        except CommandFailed:
            connection.refuse(SessionEnded("The session's browser is gone."))
        except WallCrawlerError as error:
            connection.refuse(error)

    async def _find(self, session_id: SessionId) -> LiveSession:
        """The session; one that is just being taken from the line is waited for."""
        for _ in range(_FIND_TRIES):
            session = await self._sessions.find(session_id)
            if session is not None:
                return session
            await deferLater(self._ways.reactor, _FIND_PAUSE_SECONDS)
        raise Unavailable("The session is not in this container; connect again.")

    async def _open_channel(self, connection: PushedConnection, session: LiveSession) -> None:
        if connection.ended:
            return
        session.check_room()
        head = connection.head
        scopes = frozenset(Scope(word) for word in head.scopes)
        channel = Channel(session, connection, scopes, self._actions)
        session.joined()
        connection.use(channel, session.departed)
        await channel.greet(head.connection_id)
        if head.screencast is not None:
            channel.receive(envelope.encode(StartScreencast(options=head.screencast)))
        connection.join()

    def _channel_of(self, session: LiveSession, connection_id: str) -> Channel:
        known = self._known.get(ConnectionId(connection_id))
        if known is None or known.channel is None or known.ended:
            raise ConnectionNotFound("The session has no such connection.")
        if known.head.session_id != session.spec.session_id:
            raise ConnectionNotFound("The session has no such connection.")
        return known.channel

    def _strike_out_soon(self) -> None:
        if not self._striking_out:
            self._striking_out = True
            spawn(self._strike_out(), "striking out what is answered")

    async def _strike_out(self) -> None:
        """Tell Redis what is answered, as much at a time as has come meanwhile."""
        try:
            while self._answered:
                batch, self._answered = self._answered, []
                try:
                    await self._blocking.run(self._connections.answered, self._task_id, batch)
                except redis.RedisError as error:
                    _log.warn("Redis could not be told of answers: {error}", error=str(error))
                    self._answered = [*batch, *self._answered][-_STRIKE_OUT_MAX:]
                    return
        finally:
            self._striking_out = False

    async def _restore(self) -> None:
        heads = [connection.head for connection in self._known.values()]
        try:
            lost = await self._blocking.run(
                self._connections.restore, heads, new_request_id, self._clock()
            )
        except redis.RedisError as error:
            _log.warn("Redis could not be told of connections: {error}", error=str(error))
        else:
            if lost:
                _log.info("Redis had lost {lost} connections", lost=lost)
        finally:
            self._restoring = False

    async def _note(self, request_id: RequestId, waiting: Waiting) -> None:
        try:
            await self._blocking.run(self._connections.expect, self._task_id, request_id, waiting)
        except redis.RedisError as error:
            _log.warn("a message could not be noted: {error}", error=str(error))

    async def _forget(self, head: ConnectionHead, unanswered: list[RequestId]) -> None:
        try:
            await self._blocking.run(self._connections.forget, head, self._task_id, unanswered)
        except redis.RedisError as error:
            # The mapping expires by itself, and messages to it are refused as of a gone client's.
            _log.warn(
                "a connection could not be forgotten: {error}",
                error=str(error),
                connection_id=head.connection_id,
            )

    def _look_for_orphans(self) -> None:
        if not self._looking:
            self._looking = True
            spawn(self._take_orphans(), "taking the connections of dead containers")

    async def _take_orphans(self) -> None:
        try:
            orphans = await self._blocking.run(self._connections.take_orphans, self._clock())
        except redis.RedisError as error:
            _log.debug("orphans cannot be looked for: {error}", error=str(error))
        else:
            for orphan in orphans:
                self._tell(orphan)
        finally:
            self._looking = False

    def _tell(self, orphan: Orphan) -> None:
        """Tell a client that no container serves any more, and close its connection."""
        _log.info(
            "telling a client of the end: {reason}",
            reason=orphan.reason.value if orphan.reason is not None else "token_expired",
            connection_id=orphan.head.connection_id,
            session_id=orphan.head.session_id,
            waiting=len(orphan.waiting),
        )
        told = _Told()
        outbox = Outbox(self._ways, orphan.head, told)
        told.then = lambda: self._telling.discard(outbox)
        self._telling.add(outbox)
        for message in last_words(orphan.waiting, orphan.reason):
            outbox.send(envelope.encode(message))
        outbox.close()


class _Told:
    """Listens to what becomes of last words."""

    def __init__(self) -> None:
        self.then: Callable[[], None] = lambda: None

    def posted(self, mark: RequestId) -> None:
        """Nothing is marked."""

    def shown(self) -> None:
        """Nothing is shown."""

    def gone(self) -> None:
        """It need not be told."""
        self.then()

    def closed(self) -> None:
        """It has been told."""
        self.then()


def _no_matter(_result: object, _seconds: float) -> None:
    return None
