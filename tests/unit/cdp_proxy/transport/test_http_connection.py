"""The end of connections whose request's body was not read; the rest: test_request_body.py."""

from __future__ import annotations

import socket
from typing import Any, cast

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase
from twisted.web.resource import Resource

from cdp_proxy.transport import http_connection as module
from cdp_proxy.transport.request_body import QuietSite
from shared.limits import BODY_BYTES_MAX
from tests.fakes.reactor import goodbyes_said, installed_reactor

HEAD = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {10 * BODY_BYTES_MAX}\r\n\r\n".encode()


class Door(Resource):
    isLeaf = True

    def expects_long_body(self, _request: object) -> bool:
        return False

    def render(self, _request: object) -> bytes:
        return b"no"


class TestHttpConnection(TestCase):
    def setUp(self) -> None:
        site = cast("Any", QuietSite(cast("Any", Door())))
        port = installed_reactor().listenTCP(0, site, interface="127.0.0.1")
        self.addCleanup(lambda: maybeDeferred(port.stopListening))
        self.addCleanup(lambda: Deferred.fromCoroutine(goodbyes_said()))
        number = cast("IPv4Address", port.getHost()).port
        self.client = socket.create_connection(("127.0.0.1", number), timeout=10)
        self.addCleanup(self.client.close)

    def answered(self) -> Deferred[bytes]:
        """The whole answer, and the end of the server's half."""

        def read() -> bytes:
            self.client.sendall(HEAD)
            return b"".join(iter(lambda: self.client.recv(65536), b""))

        return deferToThread(read)

    async def test_a_client_may_go_on_sending_after_it_was_answered(self) -> None:
        answer = await self.answered()
        await deferToThread(self.client.sendall, b"x" * 5 * BODY_BYTES_MAX)

        self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK"))
        self.assertTrue(answer.endswith(b"\r\n\r\nno"))

    async def test_a_second_request_is_not_taken_from_the_body(self) -> None:
        def read() -> bytes:
            self.client.sendall(HEAD + b"GET /other HTTP/1.1\r\nHost: x\r\n\r\n")
            return b"".join(iter(lambda: self.client.recv(65536), b""))

        answer = await deferToThread(read)

        self.assertEqual(answer.count(b"HTTP/1.1"), 1)

    async def test_who_does_not_stop_is_cut_off(self) -> None:
        self.patch(module, "_LINGER_SECONDS", 0.1)
        self.patch(module, "_DROPPED_BYTES_MAX", BODY_BYTES_MAX)
        await self.answered()

        def send() -> None:
            while True:
                self.client.sendall(b"x" * BODY_BYTES_MAX)

        with self.assertRaises((ConnectionResetError, BrokenPipeError)):
            await deferToThread(send)
