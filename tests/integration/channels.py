"""A client of the channels (docs/channels.md): one WebSocket, no opinions; waits have bounds."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from shared.envelope.frames import FrameHeader, parse_frame
from tests.integration.api import RemoteBrowser
from tests.integration.inbox import InboxClient, Message
from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS


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


class ChannelClient(InboxClient):
    """Sends messages, collects everything that comes in."""

    def __init__(self, url: str) -> None:
        """As `InboxClient` does; it reads ahead no more than one message."""
        self._ids = itertools.count(1)
        self._chunks: dict[str, list[str]] = {}
        self._reading = threading.Event()
        self._reading.set()
        self.frames: list[Frame] = []
        """All pictures, in the order they came."""
        self.lanes: list[str] = []
        """What came in which order: `frame`, or a message's type."""
        super().__init__(url, max_queue=1)

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

    def wait_frame(
        self,
        wanted: Callable[[Frame], bool] = lambda _frame: True,
        after: int = 0,
        seconds: float = PATIENCE_SECONDS,
    ) -> Frame:
        """The first picture that is `wanted`, of those but for the first `after`."""
        return self.until(
            lambda: next((frame for frame in self.frames[after:] if wanted(frame)), None),
            seconds,
            "a picture",
        )

    @contextmanager
    def stalled(self) -> Iterator[None]:
        """Read nothing meanwhile."""
        self._reading.clear()
        try:
            yield
        finally:
            self._reading.set()

    def before_reading(self) -> None:
        self._reading.wait()

    def take(self, data: str | bytes) -> None:
        if isinstance(data, bytes):
            self.lanes.append("frame")
            self.frames.append(Frame(*parse_frame(data)))
            return
        message = json.loads(data)
        self.lanes.append(message["type"])
        if message["type"] == "CHUNK":
            message = self._whole(message)
        if message is not None:
            self._inbox.append(message)

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
