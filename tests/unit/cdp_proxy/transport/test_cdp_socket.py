"""On loopback, with a WebSocket implementation that is not ours at the other end."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from cdp_proxy.core.close_codes import CloseCode
from cdp_proxy.transport import cdp_socket
from cdp_proxy.transport.patient_socket import Patience
from cdp_proxy.transport.session import LiveSession
from shared.session_state import EndReason
from tests.fakes.front_door import PATIENCE, LoopbackDoor
from tests.fakes.reactor import turn
from tests.fakes.scripted_browser import ScriptedBrowser, flat_session

VERSION = '{"id":1,"method":"Browser.getVersion"}'


class Loopback(TestCase):
    """A door with one open session."""

    session: LiveSession
    browser: ScriptedBrowser
    patience = PATIENCE

    def setUp(self) -> Deferred[None]:
        self.door = LoopbackDoor(self.patience)
        self.addCleanup(lambda: Deferred.fromCoroutine(self.door.close()))

        async def begin() -> None:
            self.session, self.browser = await self.door.open()

        return Deferred.fromCoroutine(begin())

    async def client(self, **options: Any) -> ClientConnection:
        """Connected; its calls block, so they are made in a thread."""
        url = self.door.url
        client = await deferToThread(connect, url, max_size=None, legacy=True, **options)
        self.addCleanup(lambda: deferToThread(client.close))
        return client

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await turn()

    async def exchange(self, client: ClientConnection, text: str | bytes) -> Any:
        def both() -> Any:
            client.send(text)
            return json.loads(client.recv(timeout=60))

        return await deferToThread(both)

    async def deaf(self) -> socket.socket:
        """A client that has been upgraded, and reads nothing more unless the test does."""
        raw = await deferToThread(self.upgraded)
        self.addCleanup(raw.close)
        return raw

    async def flood(self, megabytes: int) -> None:
        """Events for the first client."""
        event = {"method": "Network.dataReceived", "params": {"data": "x" * 1_000_000}}
        for _ in range(megabytes):
            self.browser.emit(event, flat_session(1))
            await turn()

    def upgraded(self) -> socket.socket:
        # `websockets` would read ahead in its thread.
        raw = socket.create_connection(("127.0.0.1", self.door.number), timeout=60)
        raw.sendall(
            f"GET /cdp?token={self.door.token} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        assert raw.recv(1024).startswith(b"HTTP/1.1 101")
        return raw

    async def close_code(self, client: ClientConnection) -> tuple[int | None, str | None]:
        def wait() -> tuple[int | None, str | None]:
            try:
                while True:
                    client.recv(timeout=60)
            except ConnectionClosed:
                return client.close_code, client.close_reason

        return await deferToThread(wait)


class TestMessages(Loopback):
    async def test_a_command_is_answered(self) -> None:
        client = await self.client()

        answer = await self.exchange(client, VERSION)

        self.assertEqual(answer["id"], 1)
        self.assertEqual(answer["result"]["protocolVersion"], "1.3")

    async def test_binary_and_fragmented_messages_are_messages(self) -> None:
        client = await self.client()

        self.assertEqual((await self.exchange(client, VERSION.encode()))["id"], 1)
        halves = [VERSION[:10], VERSION[10:]]
        self.assertEqual((await self.exchange(client, halves))["id"], 1)  # type: ignore[arg-type]
        self.assertEqual((await self.exchange(client, VERSION))["id"], 1)

    async def test_compression_is_declined(self) -> None:
        client = await self.client(compression="deflate")

        self.assertEqual(client.protocol.extensions, [])

    async def test_large_messages_cross_both_ways(self) -> None:
        client = await self.client()
        text = "x" * 5_000_000
        self.browser.results["Runtime.evaluate"] = {"value": text}
        command = {"id": 2, "method": "Runtime.evaluate", "params": {"expression": text}}

        answer = await self.exchange(client, json.dumps(command))

        self.assertEqual(answer["result"]["value"], text)
        self.assertEqual(self.browser.received[-1]["params"]["expression"], text)

    async def test_pings_are_answered_between_messages(self) -> None:
        client = await self.client()

        def ping() -> bool:
            return client.ping().wait(60)

        self.assertTrue(await deferToThread(ping))
        self.assertEqual((await self.exchange(client, VERSION))["id"], 1)

    async def test_clients_get_only_their_own_answers(self) -> None:
        first, second = await self.client(), await self.client()

        self.assertEqual((await self.exchange(first, VERSION))["id"], 1)
        other = '{"id":77,"method":"Browser.getVersion"}'
        self.assertEqual((await self.exchange(second, other))["id"], 77)
        self.assertEqual(self.session.clients, 2)


class TestEnds(Loopback):
    async def test_a_client_that_closes_departs(self) -> None:
        client = await self.client()
        await deferToThread(client.close)
        await self.until(lambda: self.session.clients == 0)

        self.assertEqual(self.browser.methods()[-1], "Target.detachFromTarget")

    async def test_a_client_that_is_reset_departs_without_a_trace(self) -> None:
        client, other = await self.client(), await self.client()
        linger = struct.pack("ii", 1, 0)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        await deferToThread(client.socket.send, b"\x81\xfe\x01")
        client.socket.close()
        await self.until(lambda: self.session.clients == 1)

        self.assertEqual((await self.exchange(other, VERSION))["id"], 1)

    async def test_the_end_of_the_session_is_told_with_its_reason(self) -> None:
        client = await self.client()
        self.session.end(EndReason.HARD_TIMEOUT)

        self.assertEqual(
            await self.close_code(client), (CloseCode.EXPIRED, EndReason.HARD_TIMEOUT.text)
        )

    async def test_browser_close_is_answered_before_the_end(self) -> None:
        client = await self.client()

        answer = await self.exchange(client, '{"id":3,"method":"Browser.close"}')

        self.assertEqual(answer, {"id": 3, "result": {}})
        code, _ = await self.close_code(client)
        self.assertEqual(code, CloseCode.NORMAL)
        self.assertIsNone(self.session.end_reason)


class TestBrokenFrames(Loopback):
    async def after(self, frame: bytes) -> int | None:
        """The close code that a frame leads to; the other client must not notice."""
        client, other = await self.client(), await self.client()
        await deferToThread(client.socket.sendall, frame)
        code, _ = await self.close_code(client)
        await self.until(lambda: self.session.clients == 1)
        self.assertEqual((await self.exchange(other, VERSION))["id"], 1)
        return code

    async def test_reserved_bits_are_a_protocol_error(self) -> None:
        self.assertEqual(await self.after(b"\xc1\x80\x00\x00\x00\x00"), 1002)

    async def test_a_frame_without_a_mask_is_a_protocol_error(self) -> None:
        self.assertEqual(await self.after(b"\x81\x02{}"), 1002)

    async def test_a_length_that_is_not_minimal_is_a_protocol_error(self) -> None:
        self.assertEqual(await self.after(b"\x81\xfe\x00\x02\x00\x00\x00\x00{}"), 1002)

    async def test_text_that_is_not_utf_8_is_refused(self) -> None:
        self.assertEqual(await self.after(b"\x81\x81\x00\x00\x00\x00\xff"), 1007)

    async def test_a_binary_message_that_is_not_utf_8_is_refused(self) -> None:
        text = b'{"id":1,"method":"A.b","params":{"a":"\xff"}}'
        header = bytes((0x82, 0x80 | len(text), 0, 0, 0, 0))

        self.assertEqual(await self.after(header + text), 1007)

    async def test_a_message_that_is_too_large_is_refused_by_its_header(self) -> None:
        self.assertEqual(await self.after(b"\x81\xff\x00\x00\x00\x01" + b"\x00" * 8), 1009)


class SmallBacklog(Loopback):
    def setUp(self) -> Deferred[None]:
        bound, cdp_socket.BACKLOG_BYTES_MAX = cdp_socket.BACKLOG_BYTES_MAX, 8_000_000
        self.addCleanup(setattr, cdp_socket, "BACKLOG_BYTES_MAX", bound)
        return super().setUp()


class TestSlowClients(SmallBacklog):
    patience = Patience(ping_seconds=30, pong_seconds=120, close_seconds=0.3)

    async def test_a_client_that_does_not_read_is_closed_and_the_others_go_on(self) -> None:
        await self.deaf()
        other = await self.client()

        await self.flood(40)
        await self.until(lambda: self.session.clients == 1)

        self.assertEqual((await self.exchange(other, VERSION))["id"], 1)


class TestLateClients(SmallBacklog):
    patience = Patience(ping_seconds=30, pong_seconds=120, close_seconds=60)

    async def test_a_client_that_reads_on_is_told_why_it_was_closed(self) -> None:
        late = await self.deaf()
        reason = b"The client reads too slowly."
        farewell = bytes((0x88, 2 + len(reason))) + CloseCode.TOO_SLOW.to_bytes(2) + reason

        await self.flood(40)

        def read_all() -> bytearray:
            read = bytearray()
            while not read.endswith(farewell):
                data = late.recv(1_000_000)
                assert data, "no farewell"
                read += data
            return read

        self.assertGreater(len(await deferToThread(read_all)), 1_000_000)
        late.close()
        await self.until(lambda: self.session.clients == 0)


class TestBackPressure(Loopback):
    async def test_a_client_that_reads_late_gets_everything_in_order(self) -> None:
        client = await self.client(max_queue=1)
        root = flat_session(1)
        for number in range(30):
            event = {"method": "A.b", "params": {"n": number, "data": "x" * 500_000}}
            self.browser.emit(event, root)

        def read_all() -> list[int]:
            return [json.loads(client.recv(timeout=60))["params"]["n"] for _ in range(30)]

        self.assertEqual(await deferToThread(read_all), list(range(30)))

    async def test_a_browser_that_takes_no_more_pauses_its_clients(self) -> None:
        client = await self.client()
        self.browser.pressure(True)
        await deferToThread(client.send, VERSION)
        before = len(self.browser.received)
        for _ in range(20):
            await turn()
        self.assertEqual(len(self.browser.received), before)

        self.browser.pressure(False)
        await self.until(lambda: len(self.browser.received) > before)


class TestPings(Loopback):
    patience = Patience(ping_seconds=1.2, pong_seconds=60.0)

    async def test_a_client_that_answers_pings_stays(self) -> None:
        pinging = await self.deaf()

        def answer_two() -> None:
            for _ in range(2):
                ping = pinging.recv(_PING_BYTES, socket.MSG_WAITALL)
                assert ping[:2] == b"\x89\x0c", ping
                pinging.sendall(b"\x8a\x8c\x00\x00\x00\x00" + ping[2:])

        await deferToThread(answer_two)

        self.assertEqual(self.session.clients, 1)
        pinging.close()
        await self.until(lambda: self.session.clients == 0)


class TestUnansweredPings(Loopback):
    patience = Patience(ping_seconds=1.2, pong_seconds=2.0)

    async def test_a_client_that_answers_no_ping_departs(self) -> None:
        await self.deaf()

        await self.until(lambda: self.session.clients == 0)


class TestGoodbyes(Loopback):
    patience = Patience(ping_seconds=30, pong_seconds=120, close_seconds=0.3)

    async def test_a_client_that_says_goodbye_but_does_not_read_departs(self) -> None:
        deaf = await self.deaf()
        await self.flood(10)

        deaf.sendall(_GOODBYE)

        await self.until(lambda: self.session.clients == 0)

    async def test_a_client_that_does_not_answer_a_goodbye_departs(self) -> None:
        await self.deaf()

        self.session.end(EndReason.RELEASED)

        await self.until(lambda: self.session.clients == 0)

    async def test_a_client_that_breaks_a_rule_and_does_not_read_departs(self) -> None:
        deaf = await self.deaf()
        await self.flood(10)

        deaf.sendall(b"\xc1\x80\x00\x00\x00\x00")

        await self.until(lambda: self.session.clients == 0)


_PING_BYTES = 2 + 12
_GOODBYE = b"\x88\x82\x00\x00\x00\x00" + (1000).to_bytes(2)
