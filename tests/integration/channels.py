"""A client of the channels (docs/channels.md): one WebSocket, no opinions; waits have bounds."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from shared.envelope.frames import FrameHeader, parse_frame
from tests.integration.api import RemoteBrowser
from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS

Message = dict[str, Any]


class ChannelError(Exception):
    """The error of an answer."""

    def __init__(self, error: Message) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code = error["code"]
        self.text = error["message"]
        self.details = error.get("details", {})


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture that came."""

    header: FrameHeader
    data: bytes


def channel_url(stack: Stack, token: str) -> str:
    """Where a token's holder connects."""
    return f"{stack.cdp.removesuffix('/cdp')}/internal/ws?token={token}"


def scoped_token(stack: Stack, remote: RemoteBrowser, *scopes: str) -> str:
    """A token for a part of a session, as REST gives it."""
    answer = stack.api.send("POST", f"/sessions/{remote.id}/tokens", {"scopes": scopes})
    assert answer.status == 201, answer.text
    return str(answer.data["token"])


class ChannelClient:
    """Sends messages, collects everything that comes in."""

    def __init__(self, url: str) -> None:
        opening = connect(
            url,
            max_size=None,
            compression=None,
            proxy=None,
            open_timeout=PATIENCE_SECONDS,
            max_queue=1,
        )
        self._socket: ClientConnection = opening.__enter__()  # left by `close`
        self._ids = itertools.count(1)
        self._inbox: list[Message] = []
        self._arrived = threading.Condition()
        self._chunks: dict[str, list[str]] = {}
        self._closed = False
        self._reading = threading.Event()
        self._reading.set()
        self.frames: list[Frame] = []
        """All pictures, in the order they came."""
        self.lanes: list[str] = []
        """What came in which order: `frame`, or a message's type."""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, kind: str, seconds: float = PATIENCE_SECONDS, **fields: Any) -> Message:
        """The answer to a message.

        Raises:
            ChannelError: it is an error.
        """
        return self.answer_to(self.start(kind, **fields), seconds, kind)

    def start(self, kind: str, **fields: Any) -> int:
        """Send a message without waiting; its id."""
        number = next(self._ids)
        self.send(type=kind, id=number, **fields)
        return number

    def send(self, **message: Any) -> None:
        """Any message."""
        self.send_text(json.dumps(message))

    def send_text(self, text: str) -> None:
        """Any text."""
        self._socket.send(text)

    def answer_to(
        self, number: int | str, seconds: float = PATIENCE_SECONDS, what: str = ""
    ) -> Message:
        """The answer to the message with that id."""
        answer = self.wait_for(lambda message: message.get("id") == number, seconds, what)
        if answer["type"] == "ERROR":
            raise ChannelError(answer["error"])
        return answer

    def cdp(self, method: str, **fields: Any) -> Any:
        """The result of a CDP command."""
        answer = self.ask("CDP_COMMAND", method=method, **fields)
        assert "error" not in answer, answer
        return answer["result"]

    def evaluate(self, expression: str, **fields: Any) -> Any:
        """The JSON value of an expression in the active tab, promises awaited."""
        params = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        result = self.cdp("Runtime.evaluate", params=params, **fields)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def input(self, kind: str, **event: Any) -> Message:
        """Do something to the page, and wait until it has taken it."""
        return self.ask("INPUT_EVENT", event={"kind": kind, **event})

    def wait(
        self,
        kind: str,
        wanted: Callable[[Message], bool] = lambda _message: True,
        seconds: float = PATIENCE_SECONDS,
    ) -> Message:
        """The next message of a type."""
        return self.wait_for(
            lambda message: message["type"] == kind and wanted(message), seconds, kind
        )

    def wait_for(
        self, wanted: Callable[[Message], bool], seconds: float = PATIENCE_SECONDS, what: str = ""
    ) -> Message:
        """The first message that is `wanted` and that nobody has taken yet."""

        def taken() -> Message | None:
            for position, message in enumerate(self._inbox):
                if wanted(message):
                    return self._inbox.pop(position)
            return None

        return self._until(taken, seconds, what)

    def forget(self) -> None:
        """Have what has come so far wanted by nobody."""
        with self._arrived:
            self._inbox.clear()

    def wait_frame(
        self,
        wanted: Callable[[Frame], bool] = lambda _frame: True,
        after: int = 0,
        seconds: float = PATIENCE_SECONDS,
    ) -> Frame:
        """The first picture that is `wanted`, of those but for the first `after`."""
        return self._until(
            lambda: next((frame for frame in self.frames[after:] if wanted(frame)), None),
            seconds,
            "a picture",
        )

    def wait_closed(self, seconds: float = PATIENCE_SECONDS) -> tuple[int | None, str | None]:
        """The code and reason that the other side closed with."""
        self._reader.join(seconds)
        assert not self._reader.is_alive(), f"not closed within {seconds:g} s"
        return self._socket.close_code, self._socket.close_reason

    @contextmanager
    def stalled(self) -> Iterator[None]:
        """Read nothing meanwhile."""
        self._reading.clear()
        try:
            yield
        finally:
            self._reading.set()

    def close(self) -> None:
        """Leave in order."""
        self._socket.close()
        self._reader.join(PATIENCE_SECONDS)

    def _until(self, found: Callable[[], Any], seconds: float, what: str) -> Any:
        deadline = time.monotonic() + seconds
        with self._arrived:
            while (it := found()) is None:
                assert not self._closed, f"closed before {what} came"
                left = deadline - time.monotonic()
                assert left > 0, f"not within {seconds:g} s: {what}"
                self._arrived.wait(left)
            return it

    def _read(self) -> None:
        try:
            while True:
                self._reading.wait()
                self._take(self._socket.recv())
        except (ConnectionClosed, OSError):
            pass
        finally:
            with self._arrived:
                self._closed = True
                self._arrived.notify_all()

    def _take(self, data: str | bytes) -> None:
        with self._arrived:
            if isinstance(data, bytes):
                self.lanes.append("frame")
                self.frames.append(Frame(*parse_frame(data)))
            else:
                message = json.loads(data)
                self.lanes.append(message["type"])
                if message["type"] == "CHUNK":
                    message = self._whole(message)
                if message is not None:
                    self._inbox.append(message)
            self._arrived.notify_all()

    def _whole(self, chunk: Message) -> Message | None:
        pieces = self._chunks.setdefault(chunk["id"], [])
        assert chunk["seq"] == len(pieces), "chunks come in order"
        pieces.append(chunk["data"])
        if len(pieces) < chunk["total"]:
            return None
        whole: Message = json.loads("".join(self._chunks.pop(chunk["id"])))
        return whole


def refusal(client: ChannelClient, kind: str, **fields: Any) -> ChannelError:
    """What a message that has to be refused is answered with."""
    with pytest.raises(ChannelError) as refused:
        client.ask(kind, **fields)
    return refused.value
