from __future__ import annotations

import json

import pytest
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from tests.fakes.front_door import LoopbackDoor, token_of
from tests.fakes.records import make_spec

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


class TestFrontDoor(TestCase):
    def setUp(self) -> None:
        self.door = LoopbackDoor()
        self.addCleanup(lambda: Deferred.fromCoroutine(self.door.close()))

    async def refusal(self, path: str, **headers: str) -> tuple[int, dict[str, object]]:
        status, _, body = await self.door.get(path, **headers)
        return status, json.loads(body)

    async def test_health_is_open_to_everybody(self) -> None:
        status, headers, body = await self.door.get("/health")

        self.assertEqual(status, 200)
        self.assertEqual(headers["content-type"], "application/json; charset=utf-8")
        self.assertEqual(json.loads(body)["status"], "ok")

    async def test_an_unhealthy_container_says_503(self) -> None:
        self.door.pool.healthy = False

        status, _, _ = await self.door.get("/health")

        self.assertEqual(status, 503)

    async def test_metrics_are_for_neighbours_whoever_hands_the_request_on(self) -> None:
        for forwarded, expected in (
            ("10.0.0.7", 200),
            ("10.0.0.7, fd00::1", 200),
            ("8.8.8.8", 404),
            ("8.8.8.8, 10.0.0.7", 404),
            ("unknown", 404),
        ):
            status, _, _ = await self.door.get("/metrics", **{"X-Forwarded-For": forwarded})

            self.assertEqual((forwarded, status), (forwarded, expected))

    async def test_metrics_are_text(self) -> None:
        status, headers, body = await self.door.get("/metrics")

        self.assertEqual(status, 200)
        self.assertTrue(headers["content-type"].startswith("text/plain; version=0.0.4"))
        self.assertIn(b"wallcrawler_slots_free 4.0\n", body)

    async def test_there_is_nothing_elsewhere(self) -> None:
        for path in ("/", "/cdp/a/b", "/devtools", "/devtools/page", "/devtools/browser/x", "/%ff",
                     "/metrics/x"):  # fmt: skip
            status, body = await self.refusal(f"{path}?token={self.door.token}")

            self.assertEqual((status, body["code"]), (404, "NOT_FOUND"))

    async def test_a_refused_upgrade_is_an_answer_with_a_message(self) -> None:
        status, body = await self.refusal("/cdp?token=nonsense", **UPGRADE)

        self.assertEqual(status, 401)
        self.assertEqual(body, {"message": "The token is not valid.", "code": "UNAUTHORIZED"})

    async def test_an_upgrade_to_a_session_that_is_over_is_gone(self) -> None:
        session, _ = await self.door.open()
        token = token_of(make_spec("two"))

        status, _ = await self.refusal(f"/cdp?token={token}", **UPGRADE)

        self.assertEqual(status, 404)
        self.assertEqual(session.clients, 0)

    async def test_a_full_session_says_when_to_come_back(self) -> None:
        self.door.store.away = True

        status, headers, _ = await self.door.get(f"/cdp?token={self.door.token}", **UPGRADE)

        self.assertEqual((status, headers["retry-after"]), (503, "2"))

    async def test_a_plain_request_is_told_to_upgrade(self) -> None:
        await self.door.open()

        status, headers, _ = await self.door.get(f"/cdp?token={self.door.token}")

        self.assertEqual((status, headers["upgrade"]), (426, "websocket"))

    async def test_discovery_needs_a_token(self) -> None:
        status, _ = await self.refusal("/json/version")

        self.assertEqual(status, 401)

    async def test_discovery_answers_with_and_without_a_slash(self) -> None:
        _, browser = await self.door.open()
        browser.results["Target.getTargets"] = {"targetInfos": []}
        for path in ("/json/version", "/json/version/", "/json/list", "/json/protocol/"):
            status, headers, body = await self.door.get(f"{path}?token={self.door.token}")

            self.assertEqual((status, headers["cache-control"]), (200, "no-store"))
            json.loads(body)

    async def test_an_upgrade_without_a_key_is_refused_and_leaves_no_client(self) -> None:
        session, _ = await self.door.open()
        broken = {name: value for name, value in UPGRADE.items() if name != "Sec-WebSocket-Key"}

        status, _, _ = await self.door.get(f"/cdp?token={self.door.token}", **broken)

        self.assertEqual(status, 400)
        self.assertEqual(session.clients, 0)

    @pytest.mark.logs_a_failure
    async def test_an_accident_is_a_500_without_its_details(self) -> None:
        _, browser = await self.door.open()
        browser.results["Target.getTargets"] = {"nonsense": 1}

        status, body = await self.refusal(f"/json/list?token={self.door.token}")

        self.assertEqual(status, 500)
        self.assertEqual(body["code"], "INTERNAL")
        self.assertEqual(len(self.flushLoggedErrors(KeyError)), 1)
