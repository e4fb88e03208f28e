"""A `CDP_COMMAND` over the WebSocket API: how long it takes, and where.

`trace=1` has each answer tell when its message was where. All programs run on this machine, so
their clocks are one: a hop is the difference of two of these times, the first and the last being
this client's own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median, quantiles
from typing import Any, Final

from websockets.sync.client import ClientConnection, connect

from bench.candidates import WALLCRAWLER
from bench.edition import Edition, RemoteSession
from bench.report import Row

_WARM_UP: Final = 50
_COMMANDS: Final = 300
_PIPELINED: Final = 500
_CONNECTIONS: Final = 20
_TITLE: Final = "WebSocket API: "
HOPS: Final = (
    "client → gateway → Lambda function called",
    "Lambda function → Redis",
    "Redis: one script, until the container takes it",
    "container and Chromium, until the answer is there",
    "push: container → gateway → client",
)


def measure(edition: Edition, rounds: int) -> Iterator[Row]:
    """One command after the other on one connection; then many at once on many."""
    session = edition.create()
    with _connected(edition, session, "&trace=1") as client:
        _ask(client, _WARM_UP)
        times = _ask(client, _COMMANDS * rounds)
    spans = [end - begin for begin, *_, end in times]
    yield _row("round trip of a CDP_COMMAND, p50", median(spans))
    yield _row("the same, p95", quantiles(spans, n=20)[-1])
    for number, hop in enumerate(HOPS):
        took = [each[number + 1] - each[number] for each in times]
        share = 100 * sum(took) / sum(spans)
        yield _row(f"{hop} ({share:.0f} % of all time), p50", median(took))
    yield from _at_once(edition, session)
    edition.delete(session)


def _at_once(edition: Edition, session: RemoteSession) -> Iterator[Row]:
    """Every client sends all of its commands before it reads an answer."""
    with _many(edition, session) as clients:
        began = time.perf_counter()
        for client in clients:
            for number in range(_PIPELINED):
                client.send(_command(number))
        for client in clients:
            for _ in range(_PIPELINED):
                _answer(client)
        took = time.perf_counter() - began
    rate = _CONNECTIONS * _PIPELINED / took
    title = f"{_TITLE}{_CONNECTIONS} connections, {_PIPELINED} commands each at once"
    yield Row(title, "/s", {WALLCRAWLER: rate})


def _ask(client: ClientConnection, count: int) -> list[tuple[float, ...]]:
    """When each of `count` commands was where: sent, received, queued, taken, answered, here."""
    times = []
    for number in range(count):
        sent = time.time()
        client.send(_command(number))
        answer = _answer(client)
        here = time.time()
        trace = answer["trace"]
        hops = (trace[name] for name in ("receivedAt", "queuedAt", "takenAt", "answeredAt"))
        times.append((sent, *hops, here))
    return times


def _command(number: int) -> str:
    params = {"expression": "1"}
    command = {"type": "CDP_COMMAND", "id": number, "method": "Runtime.evaluate"}
    return json.dumps({**command, "params": params})


def _answer(client: ClientConnection) -> Any:
    while True:
        message = json.loads(client.recv())
        if "id" in message:
            return message


@contextmanager
def _connected(
    edition: Edition, session: RemoteSession, query: str = ""
) -> Iterator[ClientConnection]:
    url = edition.web_socket_url(session) + query
    with connect(url, max_size=None, compression=None) as client:
        while json.loads(client.recv())["type"] != "HELLO":
            pass
        yield client


@contextmanager
def _many(edition: Edition, session: RemoteSession) -> Iterator[list[ClientConnection]]:
    with ExitStack() as held:
        yield [held.enter_context(_connected(edition, session)) for _ in range(_CONNECTIONS)]


def _row(title: str, seconds: float) -> Row:
    return Row(_TITLE + title, "ms", {WALLCRAWLER: 1000 * seconds})
