"""The WebSocket API with an unmodified client."""

from __future__ import annotations

import base64
import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
from twisted.internet import reactor
from twisted.internet.task import Clock
from twisted.internet.threads import deferToThread
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from shared.limits import WS_API_FRAME_BYTES_MAX, WS_API_MESSAGE_BYTES_MAX
from standalone.gateway.events import ConnectionFacts
from standalone.gateway.sockets import (
    MESSAGES_WAITING_MAX,
    ClientSocket,
    Connection,
    Lifetimes,
    SocketApi,
)
from tests.integration.waiting import wait_until
from tests.unit.standalone.tiny_app import TIMEOUT_SECONDS, GatewayCase


class SocketTest(GatewayCase):
    async def converse(self, talk: Any) -> Any:
        """Run `talk(client)` in a thread, then see `$disconnect` called."""

        return await deferToThread(converse, self, talk)

    def contexts(self) -> list[dict[str, Any]]:
        return [event["requestContext"] for event in self.seen.events]

    async def test_a_message_reaches_its_handler_and_comes_back(self) -> None:
        def talk(client: ClientConnection) -> Any:
            client.send("hello")
            return client.recv(TIMEOUT_SECONDS)

        assert await self.converse(talk) == "hello"
        routes = [context["routeKey"] for context in self.contexts()]
        assert routes == ["$connect", "$default", "$disconnect"]
        assert len({context["connectionId"] for context in self.contexts()}) == 1
        assert self.contexts()[-1]["disconnectStatusCode"] == 1000

    async def test_messages_sent_at_once_all_come_back_in_their_order(self) -> None:
        def talk(client: ClientConnection) -> Any:
            for number in range(20):
                client.send(str(number))
            return [client.recv(TIMEOUT_SECONDS) for _ in range(20)]

        assert await self.converse(talk) == [str(number) for number in range(20)]

    async def test_a_binary_message_comes_to_its_handler_in_base64(self) -> None:
        def talk(client: ClientConnection) -> Any:
            client.send(b'{"action": "x"}')
            return client.recv(TIMEOUT_SECONDS)

        assert base64.b64decode(await self.converse(talk)) == b'{"action": "x"}'
        message = self.seen.events[1]
        assert (message["isBase64Encoded"], message["requestContext"]["routeKey"]) == (
            True,
            "$default",
        )

    async def test_a_refusal_is_the_handlers_own_answer(self) -> None:
        def refused() -> tuple[int, bytes]:
            try:
                connect(self.url("token=bad"), open_timeout=TIMEOUT_SECONDS)
            except InvalidStatus as error:
                return error.response.status_code, bytes(error.response.body or b"")
            raise AssertionError("accepted")

        status, body = await deferToThread(refused)

        assert (status, json.loads(body)) == (401, {"message": "no"})

    async def test_a_connect_handler_that_fails_is_500(self) -> None:
        answer = await self.ask(
            "GET", "/ws?token=raise", headers={"Upgrade": "websocket", "Connection": "Upgrade"}
        )

        assert answer.status == 500
        self.flushLoggedErrors(RuntimeError)

    async def test_a_message_handler_that_fails_is_told_to_the_client(self) -> None:
        def talk(client: ClientConnection) -> Any:
            client.send("raise")
            return json.loads(client.recv(TIMEOUT_SECONDS))

        assert (await self.converse(talk))["message"] == "Internal server error"
        self.flushLoggedErrors(RuntimeError)

    async def test_a_frame_too_large_is_closed_with_1009(self) -> None:
        assert await self.converse(closed_after(["x" * (WS_API_FRAME_BYTES_MAX + 1)])) == 1009

    async def test_a_message_too_large_is_closed_with_1009(self) -> None:
        fragments = ["x" * WS_API_FRAME_BYTES_MAX] * (
            WS_API_MESSAGE_BYTES_MAX // WS_API_FRAME_BYTES_MAX + 1
        )

        assert await self.converse(closed_after([iter(fragments)])) == 1009

    async def test_the_largest_message_is_taken(self) -> None:
        fragments = ["x" * WS_API_FRAME_BYTES_MAX] * (
            WS_API_MESSAGE_BYTES_MAX // WS_API_FRAME_BYTES_MAX
        )

        def talk(client: ClientConnection) -> Any:
            client.send(iter(fragments))
            return len(client.recv(TIMEOUT_SECONDS))

        assert await self.converse(talk) == WS_API_MESSAGE_BYTES_MAX

    async def test_a_client_cut_off_is_disconnected_with_1006(self) -> None:
        def talk(client: ClientConnection) -> None:
            linger = struct.pack("ii", 1, 0)
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            client.socket.close()

        await self.converse(talk)

        assert self.contexts()[-1]["disconnectStatusCode"] == 1006

    async def test_plain_http_is_told_to_upgrade(self) -> None:
        answer = await self.ask("GET", "/ws")

        assert (answer.status, answer.headers["Upgrade"]) == (426, "websocket")

    async def test_at_the_end_clients_are_told(self) -> None:
        def talk(client: ClientConnection) -> int:
            reactor.callFromThread(self.gateway._sockets.close_all)
            return closed_after([])(client)

        assert await self.converse(talk) == 1001

    async def test_one_that_is_closed_in_the_midst_of_its_messages_closes_in_order(self) -> None:
        def talk(client: ClientConnection) -> int:
            for _ in range(1 + MESSAGES_WAITING_MAX):
                client.send("wait")
            self.seen.busy.wait(TIMEOUT_SECONDS)
            wait_until(lambda: not self.only_socket()._reading, "it is not read from")
            reactor.callFromThread(self.gateway._sockets.close_all)
            return closed_after([])(client)

        with releasing(self.seen.go_on):
            assert await self.converse(talk) == 1001
        assert self.contexts()[-1]["disconnectStatusCode"] == 1001

    def only_socket(self) -> ClientSocket:
        (connection,) = self.gateway._sockets._connections.values()
        assert connection.socket is not None
        return connection.socket


class IdleTest(GatewayCase):
    lifetimes = Lifetimes(idle_seconds=0.5, life_seconds=60)

    async def test_a_silent_connection_is_closed_with_1001(self) -> None:
        assert await deferToThread(converse, self, closed_after([])) == 1001


class FakeSocket:
    """Remembers how it was closed."""

    gone = False

    def __init__(self) -> None:
        self.closed: list[int] = []

    def sendCloseFrame(self, code: int, reason: bytes) -> None:  # noqa: N802 - Autobahn's name
        self.closed.append(code)

    def post(self, data: bytes) -> None:
        """Nobody reads it."""

    def read_on(self, wanted: bool) -> None:
        """Nothing comes."""


def timed_connection(clock: Clock, lifetimes: Lifetimes) -> tuple[Connection, FakeSocket]:
    api = SimpleNamespace(reactor=clock, lifetimes=lifetimes, clock=clock.seconds)
    facts = ConnectionFacts(
        connection_id="c", domain_name="h:1", connected_at=0.0, source_ip="", user_agent=""
    )
    connection = Connection(facts, cast("SocketApi", api))
    connection.socket = cast("ClientSocket", FakeSocket())
    connection.begin()
    return connection, cast("FakeSocket", connection.socket)


def test_messages_keep_a_connection_open_but_not_beyond_its_life() -> None:
    clock = Clock()
    connection, client = timed_connection(clock, Lifetimes(idle_seconds=10, life_seconds=100))

    for _ in range(12):
        clock.advance(8)
        connection.post(b"x")
    assert client.closed == []
    clock.advance(4)

    assert client.closed == [1001]


def test_a_connection_that_is_closed_leaves_no_timers() -> None:
    clock = Clock()
    connection, _ = timed_connection(clock, Lifetimes())

    connection.end()

    assert clock.getDelayedCalls() == []


class LifeTest(GatewayCase):
    lifetimes = Lifetimes(idle_seconds=60, life_seconds=0.5)

    async def test_every_connection_has_its_end(self) -> None:
        assert await deferToThread(converse, self, closed_after([])) == 1001


@contextmanager
def releasing(event: threading.Event) -> Iterator[None]:
    """Set it at the end, however that comes."""
    try:
        yield
    finally:
        event.set()


def converse(case: GatewayCase, talk: Any) -> Any:
    with connect(case.url(), open_timeout=TIMEOUT_SECONDS) as client:
        result = talk(client)
    assert case.seen.disconnected.wait(TIMEOUT_SECONDS)
    return result


def closed_after(messages: list[Any]) -> Any:
    """Send these, then report the close code that comes."""

    def talk(client: ClientConnection) -> int:
        def send_all() -> None:
            for message in messages:
                client.send(message)
            client.recv(TIMEOUT_SECONDS)

        with pytest.raises(ConnectionClosed) as closed:
            send_all()
        assert closed.value.rcvd is not None
        return int(closed.value.rcvd.code)

    return talk
