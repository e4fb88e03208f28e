"""Well-behaved clients beside one that is not: they must not notice.

A neighbour has many commands under way at once. Each makes its page write a number on the console,
so that an event and an answer come back, in this order; it takes every message in turn and knows
which one has to be next.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.integration.cdp import CdpClient
from tests.integration.inbox import Message
from tests.integration.waiting import PATIENCE_SECONDS

_AT_ONCE = 25
_FILL = "é𝄞\\u0000\\\\ " * 20
"""Text that shows it if a byte of it changes, as JavaScript spells it."""


class Neighbour:
    """One client with a page of its own, which nobody else may disturb."""

    def __init__(self, connect_url: str) -> None:
        self.client = CdpClient(connect_url)
        self._page = self.client.new_page()
        self._page.call("Runtime.enable")
        self.client.wait_event("Target.attachedToTarget")
        self.client.wait_event("Runtime.executionContextCreated")
        self._number = 0
        self._sent = 0

    def exchange(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Ask for many things at once and take what comes; all of it must be right.

        Args:
            seconds: the most that any one message may take.
        """
        first = self._number
        self._number += _AT_ONCE
        for number in range(first, self._number):
            expression = f"console.log({number}); '{_FILL}' + {number}"
            params = {"expression": expression}
            self._sent = self.client.start("Runtime.evaluate", params, self._page.session_id)
        for number in range(first, self._number):
            self._assert_event(self._next(seconds), number)
            command_id = self._sent - (self._number - 1 - number)
            assert self._next(seconds) == {
                "id": command_id,
                "result": {"result": {"type": "string", "value": f"{_plain(_FILL)}{number}"}},
                "sessionId": self._page.session_id,
            }

    def talk(self, over: threading.Event, seconds: float) -> None:
        """Exchange until `over`, and once more."""
        while not over.is_set():
            self.exchange(seconds)
        self.exchange(seconds)

    def close(self) -> None:
        """Leave."""
        self.client.close()

    def _next(self, seconds: float) -> Message:
        return self.client.wait_for(lambda _any: True, seconds, "the next message")

    def _assert_event(self, message: Message, number: int) -> None:
        assert message.get("method") == "Runtime.consoleAPICalled", message
        assert message["sessionId"] == self._page.session_id
        assert message["params"]["args"][0]["value"] == number


@contextmanager
def undisturbed(*neighbours: Neighbour, seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """The neighbours talk from before the body until after it, each in a thread of its own."""
    for neighbour in neighbours:
        neighbour.exchange(seconds)
    over = threading.Event()
    with ThreadPoolExecutor(len(neighbours)) as pool:
        talks = [pool.submit(neighbour.talk, over, seconds) for neighbour in neighbours]
        try:
            yield
        finally:
            over.set()
    for talk in talks:
        talk.result()


def _plain(text: str) -> str:
    plain: str = json.loads(f'"{text}"')
    return plain
