"""A client that knows nothing but the WebSocket API: a plain WebSocket, JSON, and CHUNKs."""

from __future__ import annotations

import base64
import itertools
import json
import time
from contextlib import ExitStack
from typing import Any

from websockets.sync.client import connect

from tests.integration.api import RemoteBrowser
from tests.integration.inbox import ClosedAfterUse, Message
from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS

FRAME_CHARS = 8 * 1024
"""At most 32 KB in UTF-8."""


class SocketClient(ClosedAfterUse):
    """One connection; everything that comes is kept in `log` until somebody looks for it."""

    def __init__(self, url: str) -> None:
        self._held = ExitStack()
        self.socket = self._held.enter_context(
            connect(url, open_timeout=PATIENCE_SECONDS, max_size=None, compression=None)
        )
        self.log: list[Message] = []
        self.received = 0
        """WebSocket messages, each CHUNK counted."""
        self.largest = 0
        """Bytes of the largest of them."""
        self._ids = itertools.count(1)
        self._chunks: dict[str, dict[int, str]] = {}

    def close(self) -> None:
        self._held.close()

    def send(self, kind: str, **fields: object) -> int:
        """Send a message with an id of its own, which is returned."""
        message_id = next(self._ids)
        self.send_text(json.dumps({"type": kind, "id": message_id, **fields}))
        return message_id

    def send_text(self, text: str) -> None:
        """Send a text in frames that API Gateway takes."""
        pieces = [text[at : at + FRAME_CHARS] for at in range(0, len(text), FRAME_CHARS)]
        self.socket.send(pieces[0] if len(pieces) == 1 else iter(pieces))

    def ask(self, kind: str, **fields: object) -> Message:
        """Send a message and wait for what answers it; ACCEPTED is no answer."""
        return self.answer_to(self.send(kind, **fields))

    def answer_to(self, message_id: object, seconds: float = PATIENCE_SECONDS) -> Message:
        """The answer to a message."""

        def answers(message: Message) -> bool:
            known = "id" in message and message["id"] == message_id
            return known and message["type"] != "ACCEPTED"

        return self.find(answers, seconds)

    def wait_for(self, kind: str, seconds: float = PATIENCE_SECONDS) -> Message:
        """The next message of a type, perhaps one that has come before."""
        return self.find(lambda message: message["type"] == kind, seconds)

    def find(self, wanted: Any, seconds: float = PATIENCE_SECONDS) -> Message:
        """The first message that is `wanted`; it is taken from the log."""
        for index, message in enumerate(self.log):
            if wanted(message):
                return self.log.pop(index)
        ends = time.monotonic() + seconds
        while True:
            message = self.receive(max(0.0, ends - time.monotonic()))
            if wanted(message):
                return message
            self.log.append(message)

    def receive(self, seconds: float = PATIENCE_SECONDS) -> Message:
        """The next message that is whole."""
        ends = time.monotonic() + seconds
        while True:
            raw = self.socket.recv(max(0.0, ends - time.monotonic()))
            self.received += 1
            self.largest = max(self.largest, len(raw))
            message: Message = json.loads(raw)
            if message["type"] != "CHUNK":
                return message
            pieces = self._chunks.setdefault(message["id"], {})
            pieces[message["seq"]] = message["data"]
            if len(pieces) == message["total"]:
                del self._chunks[message["id"]]
                text = "".join(pieces[seq] for seq in sorted(pieces))
                whole: Message = json.loads(text)
                return whole

    def evaluate(self, expression: str, **fields: object) -> Any:
        """A value in the active tab."""
        params = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        answer = self.ask("CDP_COMMAND", method="Runtime.evaluate", params=params, **fields)
        assert answer["type"] == "CDP_RESPONSE", answer
        return answer["result"]["result"].get("value")


def url_of(stack: Stack, browser: RemoteBrowser) -> str:
    """Where the clients of a session connect."""
    return str(stack.api.get(browser.id)["webSocketUrl"])


def data_url(html: str) -> str:
    """The address of a page that is in it."""
    return "data:text/html;base64," + base64.b64encode(html.encode()).decode()


def go_to(client: SocketClient, html: str) -> None:
    """Show a page."""
    answer = client.ask("AI_ACTION", action="navigate", params={"url": data_url(html)})
    assert answer["type"] == "ACTION_RESULT", answer


def connections(stack: Stack) -> set[str]:
    """Ids of all connections that Redis remembers."""
    prefix = "wc:connection:"
    return {key.decode().removeprefix(prefix) for key in stack.redis.keys(f"{prefix}*")}


def pending(stack: Stack) -> int:
    """Messages that wait for their answers as far as Redis knows."""
    return sum(stack.redis.hlen(key) for key in stack.redis.keys("wc:pending:*"))  # type: ignore[misc]
