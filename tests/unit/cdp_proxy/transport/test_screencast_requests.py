"""Starting and stopping a pushed viewer's screencast over HTTP."""

from __future__ import annotations

import http.client
import json
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from shared.bus import Request
from shared.connections import ConnectionMessage
from shared.ids import RequestId
from shared.limits import BODY_BYTES_MAX
from shared.request_kind import RequestKind
from tests.fakes.connections import make_head
from tests.fakes.front_door import LoopbackDoor


class TestScreencastRequests(TestCase):
    async def setUp(self) -> None:
        self.door = LoopbackDoor()
        self.addCleanup(lambda: Deferred.fromCoroutine(self.door.close()))
        self.session, _ = await self.door.open()
        told = ConnectionMessage(connection=make_head("c"))
        self.door.gateway.take(
            Request(
                id=RequestId("r"),
                kind=RequestKind.MESSAGE,
                deadline=2e10,
                payload=msgspec.Raw(msgspec.json.encode(told)),
            )
        )

    async def post(
        self, action: str, body: object, method: str = "POST"
    ) -> tuple[int, dict[str, Any]]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        path = f"/sessions/{self.door.spec.session_id}/{action}?token={self.door.token}"

        def ask() -> tuple[int, dict[str, Any]]:
            connection = http.client.HTTPConnection("127.0.0.1", self.door.number, timeout=60)
            try:
                connection.request(method, path, raw)
                answer = connection.getresponse()
                return answer.status, json.loads(answer.read())
            finally:
                connection.close()

        outcome: tuple[int, dict[str, Any]] = await deferToThread(ask)
        return outcome

    async def test_a_connection_becomes_a_viewer_once_and_stops_being_one_once(self) -> None:
        wish = {"connectionId": "c", "options": {"quality": 40}}

        started = await self.post("start-screencast", wish)
        again = await self.post("start-screencast", {"connectionId": "c"})
        viewers = self.session.screencast.viewers
        stopped = await self.post("stop-screencast", {"connectionId": "c"})
        after = await self.post("stop-screencast", {"connectionId": "c"})

        self.assertEqual((started[0], started[1]["options"]["quality"]), (200, 40))
        self.assertEqual((again[0], again[1]["code"]), (409, "SCREENCAST_RUNNING"))
        self.assertEqual(viewers, 1)
        self.assertEqual((stopped[0], stopped[1]["stats"]["framesSent"]), (200, 0))
        self.assertEqual((after[0], after[1]["code"]), (409, "SCREENCAST_NOT_RUNNING"))

    async def test_a_connection_that_is_not_there_is_not_found(self) -> None:
        for action in ("start-screencast", "stop-screencast"):
            status, body = await self.post(action, {"connectionId": "stranger"})

            self.assertEqual((status, body["code"]), (404, "CONNECTION_NOT_FOUND"))

    async def test_what_cannot_be_read_is_refused_with_its_field(self) -> None:
        for body, field in (
            ({}, "connectionId"),
            ({"connectionId": ""}, "connectionId"),
            ({"connectionId": "c", "options": {"quality": 0}}, "options.quality"),
            (b"nothing", "body"),
        ):
            status, answer = await self.post("start-screencast", body)

            self.assertEqual((status, answer["field"]), (400, field))

    async def test_a_body_that_is_too_large_is_not_read(self) -> None:
        status, body = await self.post("start-screencast", b" " * (BODY_BYTES_MAX + 1))

        self.assertEqual((status, body["code"]), (413, "PAYLOAD_TOO_LARGE"))

    async def test_only_post_does_anything(self) -> None:
        status, body = await self.post("start-screencast", {"connectionId": "c"}, "GET")

        self.assertEqual((status, body["code"]), (405, "METHOD_NOT_ALLOWED"))
