"""One WebSocket API connection's messages on their way out: in order, bounded, tried again.

1. `send` queues a message, `show` a picture; one coroutine a connection takes them from there.
2. Messages are posted in batches by a thread of the pool, one after the other; pictures go between
   batches, one at a time, and are made smaller until one message holds them.
3. Throttled, or not reached: everything waits, longer each time and by chance, and goes on where
   it stopped. A picture is not tried again: the next one is newer. When nothing has gone out for
   minutes, the connection is given up, and closed if that at least works.
4. Gone: the listener is told at once, and nothing is sent any more. For a moment after `$connect`
   Gone means "not yet": API Gateway opens the connection only after the Lambda has returned.
5. `close` lets out what is queued, then closes the connection.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger

from cdp_proxy.core.pictures import Picture
from cdp_proxy.core.smaller import Fitting, NotAPicture, Smaller
from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.management import Gone, Later, Management, Refused
from cdp_proxy.transport.tasks import spawn
from shared import envelope
from shared.connections import ConnectionHead
from shared.envelope.outgoing import ScreencastFrame
from shared.ids import RequestId
from shared.limits import CHANNEL_BACKLOG_BYTES_MAX, WS_API_PUSH_BYTES_MAX

_log = Logger()

BATCH_MAX: Final = 16
"""Messages a thread posts in one go; then pictures, and other connections, get their turn."""
OPENING_SECONDS: Final = 3.0
"""So long after `$connect` a client may not be there yet."""
PATIENCE_SECONDS: Final = 120.0
"""So long nothing may go out, however often it is tried; then the connection is given up."""
_FIRST_PAUSE_SECONDS: Final = 0.1
_LONGEST_PAUSE_SECONDS: Final = 5.0
_FRAME_BYTES_MAX: Final = (WS_API_PUSH_BYTES_MAX - 512) * 3 // 4
"""What a message holds of a picture in base64."""


class Listener(Protocol):
    """Who is told what becomes of what is sent."""

    def posted(self, mark: RequestId) -> None:
        """The message with this mark has gone out."""

    def shown(self) -> None:
        """The picture has gone out, or was dropped: the next one may come."""

    def gone(self) -> None:
        """The client is not reached any more; nothing will be sent."""

    def closed(self) -> None:
        """Everything has gone out, and the connection is closed."""


@dataclass(frozen=True, slots=True)
class _Item:
    text: bytes
    mark: RequestId | None


@dataclass(frozen=True, slots=True)
class Ways:
    """What all connections' outboxes share."""

    reactor: IReactorTime
    pool: Blocking
    """Threads for posts alone."""
    management: Management
    random: Callable[[], float]
    """From 0 to 1."""


class Outbox:
    """What one connection is sent."""

    def __init__(self, ways: Ways, head: ConnectionHead, listener: Listener) -> None:
        self.full = False
        """Whether more was to be sent than may wait; nothing is taken any more."""
        self._ways = ways
        self._head = head
        self._listener = listener
        self._queue: deque[_Item] = deque()
        self._bytes = 0
        self._picture: tuple[Picture, bool] | None = None
        self._fitting = Fitting(_FRAME_BYTES_MAX)
        self._closing = False
        self._stopped = False
        self._running = False
        self._clearings = 0
        """By which a thread sees that the rest of its batch is not wanted any more."""
        self._retries = 0
        self._stuck_since: float | None = None

    def send(self, text: bytes, mark: RequestId | None = None) -> None:
        """Queue one message of at most what API Gateway takes; dropped when there is no room.

        Args:
            text: as it is to be sent.
            mark: what `posted` is to be called with.
        """
        if self._stopped or self._closing or self.full:
            return
        if self._bytes + len(text) > CHANNEL_BACKLOG_BYTES_MAX:
            self.full = True
            return
        self._queue.append(_Item(text, mark))
        self._bytes += len(text)
        self._start()

    def show(self, picture: Picture, *, keep_alive: bool) -> None:
        """Send a picture; `shown` follows."""
        if not self._stopped and not self._closing:
            self._picture = (picture, keep_alive)
            self._start()

    def clear(self) -> None:
        """Drop what waits, to make room for last words; of a batch too, what is not posted yet."""
        self._clearings += 1
        self._queue.clear()
        self._bytes = 0
        self._picture = None
        self.full = False

    def close(self) -> None:
        """Close the connection after what is queued."""
        if not self._closing:
            self._closing = True
            self._picture = None
            self._start()

    def stop(self) -> None:
        """Send nothing any more; what a thread is posting just now still goes out."""
        self._stopped = True
        self.clear()

    def _start(self) -> None:
        if not self._running and not self._stopped:
            self._running = True
            spawn(self._run(), "pushing to a connection")

    async def _run(self) -> None:
        try:
            while not self._stopped:
                if self._queue:
                    await self._send_batch()
                if self._picture is not None and not self._stopped:
                    await self._send_picture()
                if not self._queue and self._picture is None:
                    break
            if self._closing and not self._stopped:
                await self._close()
        finally:
            self._running = False

    async def _send_batch(self) -> None:
        batch = [self._queue[index] for index in range(min(BATCH_MAX, len(self._queue)))]
        sent, trouble = await self._ways.pool.run(self._post_all, batch, self._clearings)
        if self._stopped:
            return
        for item in batch[:sent]:
            if self._queue and self._queue[0] is item:  # unless `clear` was faster
                self._queue.popleft()
                self._bytes -= len(item.text)
            if item.mark is not None:
                self._listener.posted(item.mark)
        await self._look_at(trouble, some_went_out=sent > 0)

    async def _send_picture(self) -> None:
        if self._picture is None:
            return
        (picture, keep_alive), self._picture = self._picture, None
        trouble = await self._ways.pool.run(self._post_picture, picture, keep_alive)
        await self._look_at(trouble)
        if not self._stopped:
            self._listener.shown()

    async def _close(self) -> None:
        trouble: Exception | None = Later("not tried yet")
        while isinstance(trouble, Later) and not self._stopped:
            trouble = await self._ways.pool.run(self._post_close)
            if not isinstance(trouble, Gone):
                await self._look_at(trouble)
        if not self._stopped:
            self._stopped = True
            self._listener.closed()

    async def _look_at(self, trouble: Exception | None, *, some_went_out: bool = False) -> None:
        """Wait, if it may work later; give the connection up, if it will not."""
        if trouble is None or some_went_out:
            self._retries, self._stuck_since = 0, None
        if trouble is None or self._stopped:
            return
        now = self._ways.reactor.seconds()
        opening = now - self._head.connected_at < OPENING_SECONDS
        if self._stuck_since is None:
            self._stuck_since = now
        for_ever = isinstance(trouble, Refused) or now - self._stuck_since >= PATIENCE_SECONDS
        if isinstance(trouble, Gone) and not opening:
            self._give_up()
        elif for_ever:
            _log.error(
                "a connection cannot be pushed to: {trouble}",
                trouble=str(trouble),
                connection_id=self._head.connection_id,
                session_id=self._head.session_id,
            )
            self._give_up()
            await self._ways.pool.run(self._post_close)  # all that the client may still notice
        else:
            await deferLater(self._ways.reactor, self._pause())

    def _pause(self) -> float:
        """Seconds until the next try: about a bound that doubles, by chance."""
        bound = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * (1 << self._retries))
        self._retries += 1
        return bound * (0.5 + self._ways.random() / 2)

    def _give_up(self) -> None:
        self.stop()
        self._listener.gone()

    def _post_all(self, batch: Sequence[_Item], clearings: int) -> tuple[int, Exception | None]:
        """In a thread: post one after the other; how many went out, and what stopped the rest."""
        for sent, item in enumerate(batch):
            if self._clearings != clearings:
                return sent, None
            try:
                self._ways.management.post(self._head, item.text)
            except (Gone, Later, Refused) as trouble:
                return sent, trouble
        return len(batch), None

    def _post_picture(self, picture: Picture, keep_alive: bool) -> Exception | None:
        """In a thread: make it fit, and post it."""
        try:
            smaller = self._fitting.fit(picture.data)
        except NotAPicture as error:  # the next one may be
            _log.warn("a picture cannot be made to fit: {error}", error=str(error))
            return None
        frame = make_frame(picture, smaller, keep_alive=keep_alive)
        try:
            self._ways.management.post(self._head, envelope.encode(frame))
        except (Gone, Later, Refused) as trouble:
            return trouble
        return None

    def _post_close(self) -> Exception | None:
        try:
            self._ways.management.close(self._head)
        except (Gone, Later, Refused) as trouble:
            return trouble
        return None


def make_frame(picture: Picture, smaller: Smaller | None, *, keep_alive: bool) -> ScreencastFrame:
    """The message that carries a picture, or what has been made of it."""
    return ScreencastFrame(
        number=picture.number,
        captured_at=picture.captured_at,
        width=smaller.width if smaller else picture.width,
        height=smaller.height if smaller else picture.height,
        format="jpeg" if smaller else picture.format,
        keep_alive=keep_alive,
        data=smaller.data if smaller else picture.data,
    )
