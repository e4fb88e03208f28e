"""REST through a real port to a real Chalice app."""

from __future__ import annotations

import json

from twisted.internet import reactor
from twisted.internet.defer import gatherResults
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from tests.unit.standalone.tiny_app import GatewayCase


class RestTest(GatewayCase):
    async def test_a_request_reaches_its_view(self) -> None:
        answer = await self.ask("POST", "/echo/a%20b?x=1", body=b"12345")

        assert answer.status == 200
        assert json.loads(answer.body) == {"name": "a b", "size": 5}
        assert answer.headers["content-type"] == "application/json"

    async def test_a_binary_body_arrives_unchanged(self) -> None:
        answer = await self.ask("POST", "/echo/a", body=bytes(range(256)))

        assert json.loads(answer.body)["size"] == 256

    async def test_a_binary_answer_leaves_unchanged(self) -> None:
        answer = await self.ask("GET", "/image", headers={"Accept": "image/png"})

        assert answer.body == b"\x89\x00\xff"

    async def test_status_and_repeated_headers_are_the_apps(self) -> None:
        answer = await self.ask("GET", "/teapot")

        assert (answer.status, answer.body) == (418, b"short")
        assert answer.headers.get_all("X-Two") == ["a", "b"]

    async def test_an_unknown_path_is_404_in_the_envelope(self) -> None:
        answer = await self.ask("GET", "/nope")

        assert answer.status == 404
        error = json.loads(answer.body)["error"]
        assert error["code"] == "NOT_FOUND"
        assert error["requestId"] == answer.headers["x-amzn-RequestId"]

    async def test_an_unknown_method_is_405_and_says_what_is_allowed(self) -> None:
        answer = await self.ask("PUT", "/echo/a")

        assert (answer.status, answer.headers["Allow"]) == (405, "GET, OPTIONS, POST")

    async def test_head_is_a_get_without_its_body(self) -> None:
        answer = await self.ask("HEAD", "/echo/a")

        assert (answer.status, answer.body) == (200, b"")
        assert int(answer.headers["Content-Length"]) > 0

    async def test_options_answers_preflights(self) -> None:
        answer = await self.ask("OPTIONS", "/echo/a")

        assert answer.status == 204
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, OPTIONS, POST"

    async def test_requests_run_at_the_same_time_and_do_not_mix(self) -> None:
        clients = ThreadPool(32, 32)
        clients.start()
        answers = await gatherResults(
            [
                deferToThreadPool(reactor, clients, self.send, "GET", f"/together?n={number}")
                for number in range(32)
            ]
        )

        clients.stop()
        assert [json.loads(answer.body) for answer in answers] == [{"same": True}] * 32
