from __future__ import annotations

import http.client
from typing import Any, cast

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase
from twisted.web.resource import Resource
from twisted.web.server import Request

from cdp_proxy.transport.request_body import BoundedRequest, QuietSite
from tests.fakes.reactor import installed_reactor

LIMIT = 200_000
"""Beyond what Twisted holds in memory."""


class Door(Resource):
    """Lets the requests with a key in their query send something."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[dict[str, Any]] = []

    def body_bytes_max(self, request: Request) -> int:
        return LIMIT if request.args.get(b"key") == [b"right"] else 0

    def render(self, request: BoundedRequest) -> bytes:
        self.seen.append(
            {
                "method": request.method,
                "path": request.path,
                "args": request.args,
                "too_large": request.body_too_large,
                "length": request.body_length(),
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
        self.number = cast("IPv4Address", port.getHost()).port

    def post(self, target: str, body: bytes, *, chunked: bool = False, **headers: str) -> Any:
        names = {name.replace("_", "-"): value for name, value in headers.items()}

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

    async def test_a_body_within_the_limit_is_kept(self) -> None:
        for size in (0, 10, LIMIT):
            self.assertEqual(await self.post("/a?key=right", b"x" * size), (200, b"done"))

            seen = self.door.seen.pop()
            self.assertEqual((seen["too_large"], seen["length"]), (False, size))
            self.assertEqual(seen["content"], b"x" * size)

    async def test_a_longer_one_is_read_and_dropped(self) -> None:
        for chunked in (False, True):
            await self.post(
                "/a?key=right", b"x" * (LIMIT + 1), chunked=chunked, **chunked_header(chunked)
            )

            seen = self.door.seen.pop()
            self.assertEqual((seen["too_large"], seen["length"], seen["content"]), (True, 0, b""))

    async def test_the_door_decides_by_the_requests_head(self) -> None:
        await self.post("/a/b?key=wrong&x=%20", b"x")

        seen = self.door.seen.pop()
        self.assertTrue(seen["too_large"])
        self.assertEqual((seen["method"], seen["path"]), (b"POST", b"/a/b"))
        self.assertEqual(seen["args"], {b"key": [b"wrong"], b"x": [b" "]})

    async def test_forms_are_not_parsed(self) -> None:
        for kind in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
            await self.post("/?key=right", b"--x\r\nnot=a&form", Content_Type=kind)

            seen = self.door.seen.pop()
            self.assertEqual(seen["args"], {b"key": [b"right"]})
            self.assertEqual(seen["content"], b"--x\r\nnot=a&form")

    async def test_a_query_of_odd_bytes_harms_nobody(self) -> None:
        status, _ = await self.post("/?key=%ff%00&&=;", b"")

        self.assertEqual(status, 200)


def chunked_header(chunked: bool) -> dict[str, str]:
    return {"Transfer_Encoding": "chunked"} if chunked else {}
