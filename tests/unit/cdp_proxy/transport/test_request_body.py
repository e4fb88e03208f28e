from __future__ import annotations

import http.client
import socket
from typing import Any, cast

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase
from twisted.web.resource import Resource
from twisted.web.server import Request

from cdp_proxy.transport.request_body import BoundedRequest, QuietSite
from cdp_proxy.transport.uploads import Reservation, UploadBudget
from shared.errors import Forbidden
from shared.limits import BODY_BYTES_MAX
from tests.fakes.reactor import goodbyes_said, installed_reactor, turn

BUDGET = 3 * BODY_BYTES_MAX
LONG = BODY_BYTES_MAX + 1


class Door(Resource):
    """Lets the requests with a key in their query send something long."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[dict[str, Any]] = []
        self.budget = UploadBudget(BUDGET)
        self.lets_in: Deferred[None] | None = None
        """What it waits for."""
        self.looked = 0

    def expects_long_body(self, request: Request) -> bool:
        return b"key" in request.args

    async def look_at(self, request: Request, length: int | None) -> Reservation:
        self.looked += 1
        if self.lets_in is not None:
            await self.lets_in
        if request.args[b"key"] != [b"right"]:
            raise Forbidden("This is not the key.")
        return self.budget.reserve(length)

    def render(self, request: BoundedRequest) -> bytes:
        self.seen.append(
            {
                "method": request.method,
                "path": request.path,
                "args": request.args,
                "too_large": request.body_too_large,
                "refusal": request.refusal,
                "content": request.content.read(),
            }
        )
        return b"done"


class TestBoundedRequest(TestCase):
    def setUp(self) -> None:
        self.door = Door()
        port = installed_reactor().listenTCP(
            0, cast("Any", QuietSite(self.door)), interface="127.0.0.1"
        )
        self.addCleanup(lambda: maybeDeferred(port.stopListening))
        self.addCleanup(lambda: Deferred.fromCoroutine(goodbyes_said()))
        self.number = cast("IPv4Address", port.getHost()).port

    def post(self, target: str, body: bytes, *, chunked: bool = False, **headers: str) -> Any:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        if chunked:
            names["Transfer-Encoding"] = "chunked"

        def send() -> tuple[int, bytes]:
            connection = http.client.HTTPConnection("127.0.0.1", self.number, timeout=60)
            try:
                pieces = iter([body[:10], body[10:]]) if chunked else body
                connection.request("POST", target, pieces, names, encode_chunked=chunked)
                response = connection.getresponse()
                return response.status, response.read()
            finally:
                connection.close()

        done: Deferred[tuple[int, bytes]] = deferToThread(send)
        return done

    def post_head(self, target: str, *headers: str) -> Any:
        """Send a request's head and nothing else; all that comes until the connection ends."""
        head = "\r\n".join([f"POST {target} HTTP/1.1", "Host: x", *headers, "", ""])

        def exchange() -> bytes:
            with socket.create_connection(("127.0.0.1", self.number), timeout=10) as client:
                client.sendall(head.encode())
                return b"".join(iter(lambda: client.recv(65536), b""))

        return deferToThread(exchange)

    async def test_a_body_within_the_limit_is_kept(self) -> None:
        for target in ("/a", "/a?key=right"):
            for size in (0, 10, BODY_BYTES_MAX):
                self.assertEqual(await self.post(target, b"x" * size), (200, b"done"))

                seen = self.door.seen.pop()
                self.assertEqual((seen["too_large"], seen["content"]), (False, b"x" * size))

    async def test_whom_the_door_lets_in_may_send_more(self) -> None:
        for chunked in (False, True):
            await self.post("/a?key=right", b"x" * BUDGET, chunked=chunked)

            seen = self.door.seen.pop()
            self.assertEqual((seen["too_large"], seen["content"]), (False, b"x" * BUDGET))
            self.assertEqual(self.door.budget.bytes_left, BUDGET)

    async def test_a_longer_one_is_not_kept(self) -> None:
        for target, size in (("/a", LONG), ("/a?key=right", BUDGET + 1)):
            await self.post(target, b"x" * size, chunked=True)

            seen = self.door.seen.pop()
            self.assertEqual((seen["too_large"], seen["content"]), (True, b""))
        self.assertEqual(self.door.budget.bytes_left, BUDGET)

    async def test_what_is_announced_as_too_long_is_answered_before_it_comes(self) -> None:
        answer = await self.post_head("/a", f"Content-Length: {LONG}")

        self.assertTrue(answer.endswith(b"done"))
        self.assertTrue(self.door.seen.pop()["too_large"])

    async def test_whom_the_door_refuses_is_answered_before_a_byte_of_the_body(self) -> None:
        for length in (
            "Content-Length: 5",
            f"Content-Length: {LONG}",
            "Transfer-Encoding: chunked",
        ):
            answer = await self.post_head("/a?key=wrong", length, "Expect: 100-continue")

            self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK"))
            self.assertIn(b"Connection: close", answer)
            refusal = self.door.seen.pop()["refusal"]
            self.assertIsInstance(refusal, Forbidden)

    async def test_a_client_that_sends_all_the_same_gets_to_see_the_answer(self) -> None:
        self.assertEqual(await self.post("/a?key=wrong", b"x" * LONG), (200, b"done"))

    async def test_a_client_that_waits_is_told_to_go_on_once_it_was_looked_at(self) -> None:
        self.door.lets_in = Deferred()
        asked = socket.create_connection(("127.0.0.1", self.number), timeout=10)
        self.addCleanup(asked.close)
        head = "POST /?key=right HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
        asked.sendall(f"{head}Connection: close\r\nExpect: 100-continue\r\n\r\n".encode())

        asked.setblocking(False)
        with self.assertRaises(BlockingIOError):
            await self.post("/other", b"")  # answered after the head above has come
            asked.recv(1)
        asked.settimeout(10)
        self.door.lets_in.callback(None)

        self.assertEqual(await deferToThread(asked.recv, 65536), b"HTTP/1.1 100 Continue\r\n\r\n")
        asked.sendall(b"body")
        answer = await deferToThread(lambda: b"".join(iter(lambda: asked.recv(65536), b"")))
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK"))
        self.assertEqual(self.door.seen.pop()["content"], b"body")

    async def test_what_was_set_aside_for_a_client_that_leaves_is_given_back(self) -> None:
        client = socket.create_connection(("127.0.0.1", self.number), timeout=10)
        client.sendall(b"POST /?key=right HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx")
        while self.door.budget.bytes_left == BUDGET:
            await turn()

        client.close()

        while self.door.budget.bytes_left != BUDGET:
            await turn()
        self.assertEqual(self.door.seen, [])

    async def test_the_door_sees_the_requests_head(self) -> None:
        await self.post("/a/b?key=wrong&x=%20", b"x")

        seen = self.door.seen.pop()
        self.assertEqual((seen["method"], seen["path"]), (b"POST", b"/a/b"))
        self.assertEqual(seen["args"], {b"key": [b"wrong"], b"x": [b" "]})

    async def test_forms_are_not_parsed(self) -> None:
        for kind in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
            await self.post("/?key=right", b"--x\r\nnot=a&form", Content_Type=kind)

            seen = self.door.seen.pop()
            self.assertEqual(seen["args"], {b"key": [b"right"]})
            self.assertEqual(seen["content"], b"--x\r\nnot=a&form")

    async def test_a_query_of_odd_bytes_harms_nobody(self) -> None:
        status, _ = await self.post("/?k=%ff%00&&=;", b"")

        self.assertEqual(status, 200)

    async def test_the_next_request_of_a_connection_is_its_own(self) -> None:
        def exchange() -> list[int]:
            connection = http.client.HTTPConnection("127.0.0.1", self.number, timeout=10)
            statuses = []
            for target in ("/?key=right", "/a", "/?key=right"):
                connection.request("POST", target, b"x" * 70_000)
                response = connection.getresponse()
                response.read()
                statuses.append(response.status)
            connection.close()
            return statuses

        self.assertEqual(await deferToThread(exchange), [200] * 3)
        self.assertEqual([len(seen["content"]) for seen in self.door.seen], [70_000] * 3)

    @pytest.mark.logs_a_failure
    async def test_an_accident_while_looking_is_answered_too(self) -> None:
        self.door.lets_in = Deferred()
        asked = self.post_head("/?key=right", "Content-Length: 4")
        while not self.door.looked:
            await turn()
        self.door.lets_in.errback(RuntimeError("an accident"))

        answer = await asked

        self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK"))
        self.assertIn("Something went wrong", str(self.door.seen[-1]["refusal"]))
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)
