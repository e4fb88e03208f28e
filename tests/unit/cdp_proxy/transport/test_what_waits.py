"""What is kept of a message that waits for its answer: not its text, which may have megabytes."""

from __future__ import annotations

import json
import sys

from tests.fakes.one_channel import OneChannel
from tests.unit.cdp_proxy.transport.test_pushed import Case

COMMAND = {"type": "CDP_COMMAND", "id": 1, "method": "Runtime.evaluate"}


def text_of(expression: str) -> bytes:
    return json.dumps({**COMMAND, "params": {"expression": expression}}).encode()


def test_a_channel_keeps_no_command_that_the_browser_has() -> None:
    one = OneChannel()
    one.browser.silent.add("Runtime.evaluate")
    text = text_of("x" * 1_000)
    before = sys.getrefcount(text)

    one.channel.receive(text)

    assert len(one.session.sent("Runtime.evaluate")) == 1
    assert sys.getrefcount(text) == before


def test_a_pushed_connection_keeps_none_that_its_channel_has() -> None:
    case = Case()
    case.join()
    text = text_of("x" * 1_000)
    before = sys.getrefcount(text)

    case.arrive("r1", 1, text=text)
    case.channel.got.clear()

    assert case.connection.unanswered == ["r1"]
    assert sys.getrefcount(text) == before
