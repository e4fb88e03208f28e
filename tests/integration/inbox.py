"""What the clients on a WebSocket share: all that comes in is kept until somebody wants it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.integration.waiting import PATIENCE_SECONDS

Message = dict[str, Any]
T = TypeVar("T")


class SocketClosed(Exception):
    """The socket was closed while something was awaited."""


class ClosedAfterUse:
    """Something with a `close`, as a context manager."""

    def close(self) -> None:
        """Leave in order."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class InboxClient(ClosedAfterUse):
    """One WebSocket and the thread that reads it; what a message is, `take` says."""

    def __init__(self, url: str, **options: Any) -> None:
        """Connect.

        Args:
            url: with its token.
            options: of `websockets.sync.client.connect`, beside those that every client has.
        """
        opening = connect(
            url,
            max_size=None,
            compression=None,
            proxy=None,
            open_timeout=PATIENCE_SECONDS,
            **options,
        )
        self._socket: ClientConnection = opening.__enter__()  # left by `close`
        self._inbox: list[Message] = []
        self._arrived = threading.Condition()
        self._closed = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(
        self, wanted: Callable[[Message], bool], seconds: float = PATIENCE_SECONDS, what: str = ""
    ) -> Message:
        """The first message that is `wanted` and that nobody has taken yet.

        Raises:
            SocketClosed: it did not come before the end.
            AssertionError: it did not come within `seconds`.
        """

        def taken() -> Message | None:
            for position, message in enumerate(self._inbox):
                if wanted(message):
                    return self._inbox.pop(position)
            return None

        return self.until(taken, seconds, what)

    def until(self, found: Callable[[], T | None], seconds: float, what: str) -> T:
        """What `found` finds, looking whenever something has come; raises as `wait_for` does."""
        deadline = time.monotonic() + seconds
        with self._arrived:
            while (it := found()) is None:
                if self._closed:
                    raise SocketClosed(f"{self.close_code} {self.close_reason} before {what}")
                left = deadline - time.monotonic()
                assert left > 0, f"not within {seconds:g} s: {what}"
                self._arrived.wait(left)
            return it

    def forget(self) -> None:
        """Have what has come so far wanted by nobody."""
        with self._arrived:
            self._inbox.clear()

    def wait_closed(self) -> tuple[int | None, str | None]:
        """The code and reason that the other side closed with."""
        self._reader.join(PATIENCE_SECONDS)
        assert not self._reader.is_alive(), f"not closed within {PATIENCE_SECONDS:g} s"
        return self.close_code, self.close_reason

    @property
    def close_code(self) -> int | None:
        """Of the close frame that came; None: none has."""
        return self._socket.close_code

    @property
    def close_reason(self) -> str | None:
        """Of the close frame that came."""
        return self._socket.close_reason

    def close(self) -> None:
        self._socket.close()
        self._reader.join(PATIENCE_SECONDS)

    def take(self, data: str | bytes) -> None:
        """Something has come: put what it is into the inbox. It is called with the inbox held."""
        raise NotImplementedError

    def before_reading(self) -> None:
        """In the reader's thread, before each message that it asks for."""

    def _read(self) -> None:
        try:
            while True:
                self.before_reading()
                data = self._socket.recv()
                with self._arrived:
                    self.take(data)
                    self._arrived.notify_all()
        except (ConnectionClosed, OSError):
            pass
        finally:
            with self._arrived:
                self._closed = True
                self._arrived.notify_all()
