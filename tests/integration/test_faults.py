"""Clients that die, hang, dawdle or never read, beside others that must not notice."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import NoReturn

import pytest

from cdp_proxy.core.close_codes import CloseCode
from tests.integration.api import RemoteBrowser
from tests.integration.neighbours import Neighbour, undisturbed
from tests.integration.raw_websocket import (
    ConnectionEnded,
    Opcode,
    RawWebSocket,
    close_frame,
    frame,
)
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until

MEBIBYTE = 1024 * 1024
_COMMAND = json.dumps({"id": 5, "method": "Browser.getVersion"}).encode()
_SMALL_BUFFER_BYTES = 64 * 1024


@pytest.fixture(scope="module")
def shared(stack: Stack) -> Iterator[RemoteBrowser]:
    """The session that the faulty clients and one of the neighbours are on."""
    browser = stack.api.create(keepAlive=True)
    yield browser
    stack.api.delete(browser.id)


@pytest.fixture(scope="module")
def neighbours(stack: Stack, shared: RemoteBrowser) -> Iterator[list[Neighbour]]:
    """One client on the same session, one on another."""
    elsewhere = stack.api.create(keepAlive=True)
    both = [Neighbour(shared.connect_url), Neighbour(elsewhere.connect_url)]
    yield both
    for neighbour in both:
        neighbour.close()
    stack.api.delete(elsewhere.id)


def _wait_gone(stack: Stack, left: int) -> None:
    wait_until(lambda: stack.cdp_clients() == left, f"{left} clients are left")


def _attached(client: RawWebSocket, neighbour: Neighbour) -> str:
    """A flat session of `client` on a page of its own."""
    target = neighbour.client.call("Target.createTarget", {"url": "about:blank"})
    return client.attach(target["targetId"])


def _command(command_id: int, method: str, session_id: str, **params: object) -> bytes:
    message = {"id": command_id, "method": method, "params": params, "sessionId": session_id}
    return frame(json.dumps(message).encode())


def _evaluate(command_id: int, session_id: str, expression: str) -> bytes:
    return _command(
        command_id, "Runtime.evaluate", session_id, expression=expression, returnByValue=True
    )


_UNFINISHED = {
    "right-after-the-upgrade": b"",
    "in-the-header": frame(_COMMAND)[:1],
    "in-the-length": frame(b" " * 300)[:3],
    "in-the-mask": frame(_COMMAND)[:4],
    "in-the-message": frame(_COMMAND)[:-1],
    "in-a-large-message": frame(b" " * MEBIBYTE)[: MEBIBYTE // 2],
    "between-fragments": frame(b"{", final=False),
    "in-a-later-fragment": frame(b"{", final=False) + frame(b"}", Opcode.CONTINUATION)[:-1],
    "with-an-answer-on-its-way": frame(_COMMAND),
}


@pytest.mark.parametrize("data", _UNFINISHED.values(), ids=_UNFINISHED.keys())
def test_a_client_that_is_reset_disturbs_nobody(
    stack: Stack, shared: RemoteBrowser, neighbours: list[Neighbour], data: bytes
) -> None:
    with RawWebSocket(shared.connect_url) as dying, undisturbed(*neighbours):
        dying.settle()

        dying.send(data)
        dying.reset()

        _wait_gone(stack, len(neighbours))


def test_many_clients_reset_at_once_disturb_nobody(
    stack: Stack, shared: RemoteBrowser, neighbours: list[Neighbour]
) -> None:
    with ExitStack() as clients, undisturbed(*neighbours):
        dying = [clients.enter_context(RawWebSocket(shared.connect_url)) for _ in range(30)]

        for number, client in enumerate(dying):
            client.send(frame(_COMMAND) * number, frame(_COMMAND)[:number])
            client.reset()

        _wait_gone(stack, len(neighbours))


def test_a_command_that_comes_byte_by_byte_is_answered_in_the_end(
    shared: RemoteBrowser, neighbours: list[Neighbour]
) -> None:
    pace = threading.Event()
    with RawWebSocket(shared.connect_url) as dripping, undisturbed(*neighbours):
        for byte in frame(_COMMAND):
            dripping.send(bytes((byte,)))
            pace.wait(0.02)

        assert dripping.receive_answer()["id"] == 5


@pytest.mark.parametrize("size", [1, 2, 5, 30])
def test_a_command_that_stops_half_way_is_waited_for(
    shared: RemoteBrowser, neighbours: list[Neighbour], size: int
) -> None:
    data = frame(_COMMAND.ljust(300))
    with RawWebSocket(shared.connect_url) as stalling:
        with undisturbed(*neighbours):
            stalling.send(data[:size])

        stalling.send(data[size:])

        assert stalling.receive_answer()["id"] == 5


def test_a_client_that_reads_byte_by_byte_gets_everything(
    shared: RemoteBrowser, neighbours: list[Neighbour]
) -> None:
    with RawWebSocket(shared.connect_url, receive_buffer_bytes=_SMALL_BUFFER_BYTES) as sipping:
        session_id = _attached(sipping, neighbours[0])
        sipping.read_bytes = 1
        for number in range(_SIPS):
            expression = f"'{number % 10}'.repeat({_SIP_BYTES})"
            sipping.send(_evaluate(number, session_id, expression))
        with undisturbed(*neighbours):
            first = sipping.receive_answer()
        sipping.read_bytes = MEBIBYTE

        answers = [first, *(sipping.receive_answer() for _ in range(1, _SIPS))]

    for number, answer in enumerate(answers):
        assert answer["id"] == number
        assert answer["result"]["result"]["value"] == str(number % 10) * _SIP_BYTES


_SIPS = 60
_SIP_BYTES = 256 * 1024
"""All of them together are more than the kernel keeps for a connection."""
_FLOOD_EVENTS = 300
_FLOOD_CODE = f"""(() => {{
  const text = 'x'.repeat({MEBIBYTE});
  for (let number = 0; number < {_FLOOD_EVENTS}; number++) flood(number + ':' + text);
}})()"""
_TOO_SLOW = "reads too slowly"
_GROWTH_BYTES_MAX = 160 * MEBIBYTE
"""64 MiB may wait for a client; the rest is for what is on its way to it, and copies."""


def test_a_client_that_does_not_read_a_flood_is_closed_with_its_code(
    stack: Stack, shared: RemoteBrowser, neighbours: list[Neighbour]
) -> None:
    with RawWebSocket(shared.connect_url, receive_buffer_bytes=_SMALL_BUFFER_BYTES) as deaf:
        session_id = _attached(deaf, neighbours[0])
        with undisturbed(*neighbours), _peak_growth(stack) as growth:
            deaf.send(_command(1, "Runtime.enable", session_id))
            deaf.send(_command(2, "Runtime.addBinding", session_id, name="flood"))
            before = stack.container_log().count(_TOO_SLOW)
            deaf.send(_evaluate(3, session_id, _FLOOD_CODE))
            wait_until(lambda: stack.container_log().count(_TOO_SLOW) > before, "the bound")

        numbers, farewell = _read_flood(deaf)

    assert numbers == list(range(len(numbers)))
    assert farewell == (CloseCode.TOO_SLOW, "The client reads too slowly.")
    assert growth.peak_bytes < _GROWTH_BYTES_MAX
    _wait_gone(stack, len(neighbours))


@dataclass
class Growth:
    """How much larger the container has been than at first."""

    peak_bytes: int = 0


@contextmanager
def _peak_growth(stack: Stack) -> Iterator[Growth]:
    """Watches the container's resident memory."""
    container = stack.container()
    before = container.memory_info().rss
    growth = Growth()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            growth.peak_bytes = max(growth.peak_bytes, container.memory_info().rss - before)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield growth
    finally:
        over.set()
        watcher.join()


def _read_flood(client: RawWebSocket) -> tuple[list[int], tuple[int, str]]:
    """The numbers of the events that still come, and the close after them."""
    numbers = []
    while (received := client.receive()).opcode is Opcode.TEXT:
        message = json.loads(received.payload)
        if message.get("method") == "Runtime.bindingCalled":
            numbers.append(int(message["params"]["payload"].partition(":")[0]))
    assert received.opcode is Opcode.CLOSE
    return numbers, (int.from_bytes(received.payload[:2]), received.payload[2:].decode())


def test_a_client_that_says_goodbye_but_does_not_read_is_let_go(
    stack: Stack, shared: RemoteBrowser, neighbours: list[Neighbour]
) -> None:
    with RawWebSocket(shared.connect_url, receive_buffer_bytes=_SMALL_BUFFER_BYTES) as deaf:
        session_id = _attached(deaf, neighbours[0])
        with undisturbed(*neighbours):
            deaf.send(_evaluate(1, session_id, f"'x'.repeat({32 * MEBIBYTE})"))
            deaf.wait_readable()

            deaf.send(close_frame(1000))

            _wait_gone(stack, len(neighbours))


def _read_all(client: RawWebSocket) -> NoReturn:
    while True:
        client.receive()


@pytest.fixture(scope="module")
def impatient_stack() -> Iterator[Stack]:
    """An edition that soon takes silence for death."""
    environment = {"PING_INTERVAL_SECONDS": "1", "PONG_TIMEOUT_SECONDS": "10"}
    with Stack("--max-sessions", "2", environment=environment) as running:
        yield running


@pytest.mark.parametrize("last_words", [b"", frame(_COMMAND)[:-1]], ids=["idle", "mid-frame"])
def test_a_client_whose_machine_is_gone_is_found_out(
    impatient_stack: Stack, last_words: bytes
) -> None:
    browsers = [impatient_stack.api.create() for _ in range(2)]
    neighbours = [Neighbour(browser.connect_url) for browser in browsers]
    # It neither reads, nor answers, nor closes; its kernel's acknowledgements say nothing of it.
    with RawWebSocket(browsers[0].connect_url) as silent:
        silent.send(last_words)
        assert impatient_stack.cdp_clients() == 3

        with undisturbed(*neighbours):
            _wait_gone(impatient_stack, len(neighbours))

        with pytest.raises(ConnectionEnded):
            _read_all(silent)
    for neighbour in neighbours:
        neighbour.close()
    for browser in browsers:
        impatient_stack.api.delete(browser.id)
