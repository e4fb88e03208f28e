"""One connection of the WebSocket API, as its container serves it: the carrier of its channel.

Its messages come over the bus, its answers go through @connections. Each answer is matched to the
message it answers, so that what is left can be answered when the session ends, and so that Redis
knows what would be lost with this container (`shared.connections`).
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import msgspec
from msgspec import UNSET
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from cdp_proxy.core.close_codes import CloseCode
from cdp_proxy.core.pictures import Picture
from cdp_proxy.transport.channel import Channel
from cdp_proxy.transport.outbox import Outbox, Ways
from shared import envelope, errors
from shared.connections import ConnectionHead, Hops
from shared.envelope import last_words
from shared.envelope.chunks import Assembly, split
from shared.envelope.incoming import ChunkMessage, ClientMessage, MessageId
from shared.envelope.outgoing import Accepted, ErrorMessage, Outgoing, SessionEnded
from shared.errors import InvalidRequest, ResultTooLarge, TooSlow, WallCrawlerError
from shared.ids import RequestId
from shared.limits import (
    CHANNEL_BACKLOG_BYTES_MAX,
    CHANNEL_QUEUE_MAX,
    CHUNKED_BYTES_MAX,
    WS_API_MAPPING_SECONDS,
    WS_API_PUSH_BYTES_MAX,
)
from shared.tokens import EXPIRED

_AI_ACTION: Final = "AI_ACTION"
_CHUNK: Final = "CHUNK"


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message of the client, as it came over the bus."""

    request_id: RequestId
    text: bytes
    type: str
    id: MessageId
    hops: Hops | None
    taken_at: float
    """Epoch seconds."""
    late: bool = False
    """Whether it came after its deadline and must not be run."""


class Registrar(Protocol):
    """Who keeps the books in Redis."""

    def answered(self, request_id: RequestId) -> None:
        """The answer to a message has gone out."""

    def expect(self, connection: PushedConnection, arrived: Arrived) -> None:
        """A message that came in pieces is whole: it waits for an answer."""

    def departed(self, connection: PushedConnection) -> None:
        """The connection is gone."""


@dataclass(slots=True)
class _Waiting:
    """Messages that are not answered yet, by the client's id: oldest first."""

    by_id: dict[tuple[type, MessageId], deque[Arrived]] = field(default_factory=dict)

    def add(self, arrived: Arrived) -> None:
        without_text = replace(arrived, text=b"")  # which may have megabytes, and no answer ever
        self.by_id.setdefault(_key(arrived.id), deque()).append(without_text)

    def pop(self, message_id: MessageId) -> Arrived | None:
        key = _key(message_id)
        found = self.by_id.get(key)
        if not found:
            return None
        first = found.popleft()
        if not found:
            del self.by_id[key]
        return first

    def __iter__(self) -> Iterator[Arrived]:
        return itertools.chain.from_iterable(self.by_id.values())


def _key(message_id: MessageId) -> tuple[type, MessageId]:
    return type(message_id), message_id


class PushedConnection:
    """A client that is reached by posts."""

    def __init__(
        self, ways: Ways, head: ConnectionHead, registrar: Registrar, clock: Callable[[], float]
    ) -> None:
        """Nothing is sent before there is something to say."""
        self.head = head
        self.over = False
        """Whether it is gone, or closed."""
        self._registrar = registrar
        self._clock = clock
        self._ways = ways
        self._outbox = Outbox(ways, head, self)
        self._channel: Channel | None = None
        self._depart: Callable[[], None] = lambda: None
        self._joined = False
        self._early: list[Arrived] = []
        """What came before the channel was there."""
        self._waiting = _Waiting()
        self._going_out: set[RequestId] = set()
        """Messages whose answers are on their way."""
        self._chunks = Assembly(CHUNKED_BYTES_MAX)
        self._sets = itertools.count(1)
        self._closing = False
        self._life = self._begin_life(ways.reactor)

    @property
    def channel(self) -> Channel | None:
        """What it speaks to, once its session has been found."""
        return self._channel

    @property
    def ended(self) -> bool:
        """Whether nothing is taken from it, nor sent to it, any more."""
        return self.over or self._closing

    @property
    def void(self) -> bool:
        """Whether the token that has opened it has expired."""
        return self.head.void_at is not None and self.head.void_at <= self._clock()

    @property
    def unanswered(self) -> list[RequestId]:
        """Messages whose answers have not gone out."""
        return [*(arrived.request_id for arrived in self._waiting), *self._going_out]

    def use(self, channel: Channel, depart: Callable[[], None]) -> None:
        """Carry a channel; `depart` is called after its end."""
        self._channel = channel
        self._depart = depart

    def join(self) -> None:
        """Have the channel take what has come before, and what will come."""
        self._joined = True
        early, self._early = self._early, []
        for arrived in early:
            self._begin(arrived)

    def receive(self, arrived: Arrived) -> None:
        """Take one message of the client, in the order they came."""
        if self.ended:
            self._registrar.answered(arrived.request_id)  # what it hears is that all is over
            return
        if arrived.type == _CHUNK:
            self._receive_chunk(arrived)
            return
        if _wants_answer(arrived):
            self._waiting.add(arrived)
        self._begin(arrived)

    def expire(self) -> None:
        """Its token is void: nothing is taken any more, nor pushed but the word of it."""
        if self.ended:
            return
        self._early.clear()
        if self._channel is not None:
            self._channel.left()
        self._outbox.clear()
        for message in last_words.expired([arrived.id for arrived in self._waiting]):
            self.send(message)
        self.close(CloseCode.EXPIRED, EXPIRED)

    def refuse(self, error: WallCrawlerError) -> None:
        """Answer everything that waits with an error, and close."""
        for message_id in [arrived.id for arrived in self._waiting] or [None]:
            self.send(envelope.error_message(message_id, error))
        self.close(CloseCode.NORMAL, error.message)

    def send(self, message: Outgoing) -> None:
        """Push a message after those before it (`channel.Carrier`)."""
        if self.ended:
            return
        if isinstance(message, SessionEnded):
            self._answer_the_rest(message)
        answers = getattr(message, "id", UNSET)
        arrived = None
        if answers is not UNSET and not isinstance(message, Accepted):
            arrived = self._waiting.pop(answers)
        text = envelope.encode(message)
        if arrived is not None and self.head.trace and arrived.hops is not None:
            text = _traced(text, arrived, arrived.hops, self._clock())
        pieces = self._pieces(text)
        if sum(map(len, pieces)) > CHANNEL_BACKLOG_BYTES_MAX:
            pieces = [envelope.encode(_too_large(None if answers is UNSET else answers, text))]
        self._push(pieces, arrived.request_id if arrived is not None else None)

    def show(self, picture: Picture, *, keep_alive: bool) -> None:
        """Push a picture (`channel.Carrier`)."""
        if not self.ended:
            self._outbox.show(picture, keep_alive=keep_alive)

    def close(self, code: CloseCode, reason: str) -> None:  # noqa: ARG002
        """Close after what has been sent; @connections has no way to give a code or a reason.

        What has been sent last says why: `SESSION_ENDED`, or an `ERROR`.
        """
        if not self.over:
            self._closing = True
            self._outbox.close()

    def leave(self) -> None:
        """The client has gone; harmless when called again."""
        if self.over:
            return
        self.over = True
        if self._life.active():
            self._life.cancel()
        self._outbox.stop()
        self._early.clear()
        if self._channel is not None:
            self._channel.left()
            self._depart()
        self._registrar.departed(self)

    def posted(self, mark: RequestId) -> None:
        """An answer has gone out (`outbox.Listener`)."""
        self._going_out.discard(mark)
        self._registrar.answered(mark)

    def shown(self) -> None:
        """The next picture may come (`outbox.Listener`)."""
        if self._channel is not None and not self.over:
            self._channel.ready_for_frame()

    def gone(self) -> None:
        """The client is not there any more (`outbox.Listener`)."""
        self.leave()

    def closed(self) -> None:
        """Everything has been said (`outbox.Listener`)."""
        self.leave()

    def _begin_life(self, reactor: IReactorTime) -> IDelayedCall:
        """Have it end with its token, or when API Gateway has long closed it."""
        ends_at, end = self.head.connected_at + WS_API_MAPPING_SECONDS, self.leave
        if self.head.void_at is not None and self.head.void_at < ends_at:
            ends_at, end = self.head.void_at, self.expire
        return reactor.callLater(max(0.0, ends_at - self._clock()), end)

    def _begin(self, arrived: Arrived) -> None:
        if arrived.late:
            late = errors.TaskTimeout(
                "The browser container was too busy to take this message in time; it was not done."
            )
            self.send(envelope.error_message(arrived.id, late))
        elif self._channel is None or not self._joined:
            self._keep(arrived)
        else:
            if arrived.type == _AI_ACTION:
                self.send(Accepted(id=arrived.id))
            self._channel.receive(arrived.text)

    def _keep(self, arrived: Arrived) -> None:
        if len(self._early) < CHANNEL_QUEUE_MAX:
            self._early.append(arrived)
        else:
            full = InvalidRequest(f"{CHANNEL_QUEUE_MAX} messages wait already.")
            self.send(envelope.error_message(arrived.id, full))

    def _receive_chunk(self, arrived: Arrived) -> None:
        """Keep a piece; with the last one, the message within has come."""
        try:
            chunk = envelope.decode(arrived.text)
            whole = self._chunks.add(chunk) if isinstance(chunk, ChunkMessage) else None
        except InvalidRequest as error:
            self.send(envelope.error_message(arrived.id, error))
            return
        if whole is None:
            return
        try:
            message = envelope.decode(whole)
        except envelope.InvalidMessage as invalid:
            self.send(invalid.answer)
            return
        within = _from_pieces(arrived, whole, message)
        if _wants_answer(within):
            self._waiting.add(within)
            self._registrar.expect(self, within)
        self._begin(within)

    def _answer_the_rest(self, ended: SessionEnded) -> None:
        """The session is over: whatever waits gets an error before the client hears of the end."""
        over = errors.SessionEnded(ended.message, endReason=ended.reason)
        for arrived in list(self._waiting):
            self.send(envelope.error_message(arrived.id, over))

    def _pieces(self, text: bytes) -> list[bytes]:
        if WS_API_PUSH_BYTES_MAX < len(text) <= CHANNEL_BACKLOG_BYTES_MAX:
            return list(split(text, f"s{next(self._sets)}", WS_API_PUSH_BYTES_MAX))
        return [text]

    def _push(self, pieces: Sequence[bytes], mark: RequestId | None) -> None:
        if mark is not None:
            self._going_out.add(mark)
        for piece in pieces[:-1]:
            self._outbox.send(piece)
        self._outbox.send(pieces[-1], mark)
        if self._outbox.full and not self._closing:
            self._outbox.clear()
            slow = TooSlow("More is waiting for this connection than is kept; it is closed.")
            self._outbox.send(envelope.encode(envelope.error_message(None, slow)))
            self.close(CloseCode.TOO_SLOW, slow.message)


def _too_large(message_id: MessageId, text: bytes) -> ErrorMessage:
    """What is sent instead of a message that is too long to wait for any connection."""
    error = ResultTooLarge(
        f"It was done, but its result has {len(text)} bytes: in chunks more than the"
        f" {CHANNEL_BACKLOG_BYTES_MAX} that may wait for a connection. Ask for less.",
        bytes=len(text),
        limit=CHANNEL_BACKLOG_BYTES_MAX,
    )
    return envelope.error_message(message_id, error)


def _wants_answer(arrived: Arrived) -> bool:
    return not (arrived.type == "INPUT_EVENT" and arrived.id is None)


def _from_pieces(last: Arrived, whole: bytes, message: ClientMessage) -> Arrived:
    return Arrived(
        request_id=last.request_id,
        text=whole,
        type=str(message.__struct_config__.tag),
        id=message.id,
        hops=last.hops,
        taken_at=last.taken_at,
        late=last.late,
    )


def _traced(text: bytes, arrived: Arrived, hops: Hops, now: float) -> bytes:
    """An answer that tells when its message was where, in epoch seconds."""
    trace = {
        "receivedAt": hops.received_at,
        "queuedAt": hops.queued_at,
        "takenAt": arrived.taken_at,
        "answeredAt": now,
    }
    return text[:-1] + b',"trace":' + msgspec.json.encode(trace) + b"}"
