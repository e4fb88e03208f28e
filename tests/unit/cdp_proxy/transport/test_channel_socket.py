"""On loopback, with a WebSocket implementation that is not ours at the other end."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from cdp_proxy.core.close_codes import CloseCode
from cdp_proxy.transport import channel_socket
from cdp_proxy.transport.channel import Channel
from cdp_proxy.transport.channel_socket import ChannelSocket
from cdp_proxy.transport.session import CLIENTS_MAX, LiveSession
from shared.envelope.frames import parse_frame
from shared.limits import CDP_MESSAGE_BYTES_MAX
from shared.session_state import EndReason
from tests.fakes.front_door import LoopbackDoor
from tests.fakes.reactor import turn
from tests.fakes.screen import JPEG
from tests.fakes.scripted_browser import ScriptedBrowser, flat_session

BIG = 3_000_000
"""Bytes that no kernel buffers hold for a client that does not read."""


class Loopback(TestCase):
    """A door with one open session, which has one tab."""

    session: LiveSession
    browser: ScriptedBrowser

    def setUp(self) -> Deferred[None]:
        self.door = LoopbackDoor()
        self.addCleanup(lambda: Deferred.fromCoroutine(self.door.close()))

        async def begin() -> None:
            self.session, self.browser = await self.door.open()
            self.browser.results["Target.attachToTarget"] = {"sessionId": flat_session(50)}
            self.browser.results["Target.getTargets"] = {"targetInfos": []}
            await self.session.pages.start()
            info = {"targetId": "T1", "type": "page", "title": "", "url": "x"}
            event = {"method": "Target.targetCreated", "params": {"targetInfo": info}}
            self.browser.emit(event, flat_session(1))

        return Deferred.fromCoroutine(begin())

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.door.number}/internal/ws?token={self.door.token}"

    async def client(self, **options: Any) -> ClientConnection:
        """Connected; its calls block, so they are made in a thread."""
        client = await deferToThread(
            connect,
            self.url,
            max_size=None,
            open_timeout=60,
            close_timeout=0.5,
            legacy=True,
            **options,
        )
        self.addCleanup(lambda: deferToThread(client.close))
        return client

    async def greeted(self, **options: Any) -> ClientConnection:
        client = await self.client(**options)
        assert (await self.heard(client))["type"] == "HELLO"
        return client

    async def deaf(self) -> ClientConnection:
        """Greeted, and from here on it reads only when it is asked to."""
        return await self.greeted(max_queue=1)

    async def heard(self, client: ClientConnection) -> Any:
        received = await deferToThread(client.recv, timeout=60)
        return json.loads(received) if isinstance(received, str) else parse_frame(received)

    async def ask(self, client: ClientConnection, **message: Any) -> Any:
        await deferToThread(client.send, json.dumps(message))
        return await self.heard(client)

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await turn()

    async def close_of(self, client: ClientConnection) -> tuple[int, str]:
        try:
            while True:
                await deferToThread(client.recv, timeout=60)
        except ConnectionClosed:
            return client.close_code or 0, client.close_reason or ""

    def frame(self, content: bytes, number: int = 1) -> None:
        params = {
            "data": base64.b64encode(JPEG + content).decode(),
            "metadata": {"offsetTop": 0, "deviceWidth": 1280, "deviceHeight": 720},
            "sessionId": number,
        }
        event = {"method": "Page.screencastFrame", "params": params}
        self.browser.emit(event, flat_session(50))

    @property
    def channel(self) -> Channel:
        (channel,) = self.session.channels
        assert isinstance(channel, Channel)
        return channel

    @property
    def socket(self) -> ChannelSocket:
        carrier = self.channel._carrier
        assert isinstance(carrier, ChannelSocket)
        return carrier


class TestMessages(Loopback):
    async def test_hello_comes_first_then_answers(self) -> None:
        client = await self.greeted()

        assert await self.ask(client, type="PING", id=1) == {"type": "PONG", "id": 1}

    async def test_a_binary_message_is_text_too_if_it_is_utf_8(self) -> None:
        client = await self.greeted()
        await deferToThread(client.send, b'{"type":"PING","id":2}')

        assert (await self.heard(client))["id"] == 2

    async def test_what_is_no_text_closes_the_connection(self) -> None:
        client = await self.greeted()
        await deferToThread(client.send, b"\xff\xfe")

        assert (await self.close_of(client))[0] == CloseCode.NOT_TEXT
        await self.until(lambda: not self.session.channels)

    async def test_a_long_message_comes_in_chunks_that_are_the_message(self) -> None:
        text = 'quo"ted \\ ü' * 60_000
        self.browser.results["Browser.getText"] = {"text": text}
        client = await self.greeted()

        chunk = await self.ask(client, type="CDP_COMMAND", id=1, method="Browser.getText")
        pieces = [chunk["data"]]
        while len(pieces) < chunk["total"]:
            pieces.append((await self.heard(client))["data"])

        assert json.loads("".join(pieces))["result"]["text"] == text
        assert max(len(piece.encode()) for piece in pieces) <= 64 * 1024


class TestPictures(Loopback):
    async def test_one_is_a_binary_message_with_a_header(self) -> None:
        client = await self.greeted()
        assert (await self.ask(client, type="START_SCREENCAST"))["type"] == "SCREENCAST_STARTED"

        self.frame(b"a")

        header, data = await self.heard(client)
        assert (header.number, header.width, header.height) == (1, 1280, 720)
        assert data == JPEG + b"a"

    async def test_of_those_that_a_client_does_not_read_it_gets_the_newest(self) -> None:
        client = await self.deaf()
        await self.ask(client, type="START_SCREENCAST")
        for number in range(1, 10):
            self.frame(bytes([number]) * BIG, number)
            await turn()
        assert self.socket._full

        numbers = [(await self.heard(client))[0].number]
        while numbers[-1] < 9:
            numbers.append((await self.heard(client))[0].number)

        assert len(numbers) < 9
        assert numbers == sorted(numbers)

    async def test_they_take_turns_with_the_pieces_of_a_message(self) -> None:
        client = await self.deaf()
        await self.ask(client, type="START_SCREENCAST")
        self.frame(b"1" * BIG, 1)
        self.browser.results["Browser.getText"] = {"text": "x" * BIG}
        message = {"type": "CDP_COMMAND", "method": "Browser.getText"}
        await deferToThread(client.send, json.dumps(message))
        await self.until(lambda: bool(self.socket._messages))
        self.frame(b"2" * BIG, 2)

        kinds: list[str] = []
        while kinds.count("CHUNK") < BIG // 64_000:
            it = await self.heard(client)
            kinds.append(it["type"] if isinstance(it, dict) else f"picture {it[0].number}")

        assert kinds[0] == "picture 1"
        assert "picture 2" in kinds[2:4]


class TestSlowClients(Loopback):
    async def test_one_whose_messages_pile_up_is_closed(self) -> None:
        self.patch(channel_socket, "CHANNEL_BACKLOG_BYTES_MAX", BIG)
        client = await self.deaf()
        self.browser.results["Browser.getText"] = {"text": "x" * BIG}
        message = {"type": "CDP_COMMAND", "method": "Browser.getText"}
        for _ in range(3):
            await deferToThread(client.send, json.dumps(message))

        assert (await self.close_of(client))[0] == CloseCode.TOO_SLOW
        await self.until(lambda: not self.session.channels)

    async def test_a_single_message_may_be_longer(self) -> None:
        self.patch(channel_socket, "CHANNEL_BACKLOG_BYTES_MAX", 1000)
        self.browser.results["Browser.getText"] = {"text": "x" * BIG}
        client = await self.greeted()

        told = await self.ask(client, type="CDP_COMMAND", method="Browser.getText")

        assert told["type"] == "CHUNK"


class TestEnds(Loopback):
    async def test_a_client_that_leaves_is_forgotten(self) -> None:
        client = await self.greeted()
        await self.ask(client, type="START_SCREENCAST")

        await deferToThread(client.close)

        await self.until(lambda: not self.session.channels)
        assert self.session.screencast.viewers == 0

    async def test_the_end_of_the_session_is_told_before_the_close(self) -> None:
        client = await self.greeted()

        self.session.end(EndReason.IDLE_TIMEOUT)

        told = await self.heard(client)
        assert (told["type"], told["reason"]) == ("SESSION_ENDED", "idle_timeout")
        assert await self.close_of(client) == (4008, EndReason.IDLE_TIMEOUT.text)

    async def test_an_end_before_the_handshake_is_told_after_it(self) -> None:
        socket = ChannelSocket(CDP_MESSAGE_BYTES_MAX)
        channel = Channel(self.session, socket, frozenset(), None)  # type: ignore[arg-type]
        socket.join(channel)

        self.session.end(EndReason.RELEASED)
        await channel.greet()
        socket.close(CloseCode.GOING_AWAY, "again")

        assert len(socket._messages) == 1
        assert socket._early_end == (CloseCode.NORMAL, EndReason.RELEASED.text)
        channel.left()

    async def test_a_full_session_lets_no_more_in(self) -> None:
        channels = [
            Channel(self.session, ChannelSocket(CDP_MESSAGE_BYTES_MAX), frozenset(), None)  # type: ignore[arg-type]
            for _ in range(CLIENTS_MAX)
        ]

        status, _, body = await self.door.get(
            f"/internal/ws?token={self.door.token}", Upgrade="websocket"
        )

        assert status == 429
        assert json.loads(body)["code"] == "NO_CAPACITY"
        for channel in channels:
            channel.left()

    async def test_an_upgrade_that_is_refused_leaves_no_channel(self) -> None:
        status, _, _ = await self.door.get(
            f"/internal/ws?token={self.door.token}", Upgrade="websocket"
        )

        assert status == 400
        await self.until(lambda: not self.session.channels)
        assert self.session.pages.watchers == set()
