"""The port as a whole."""

from __future__ import annotations

from twisted.internet.threads import deferToThread

from tests.unit.standalone.tiny_app import GatewayCase


class ServerTest(GatewayCase):
    async def test_everything_is_on_one_port(self) -> None:
        statuses = [
            (await self.ask("GET", path)).status
            for path in ("/echo/a", "/ws", "/ws/", "/ws/@connections/nobody", "/nope")
        ]

        assert statuses == [200, 426, 426, 410, 404]

    async def test_after_the_stop_nobody_answers(self) -> None:
        await self.gateway.stop_listening()
        self.listener.close()

        with self.assertRaises(ConnectionRefusedError):
            await deferToThread(self.send, "GET", "/echo/a")

    async def test_every_answer_names_its_request(self) -> None:
        first, second = [await self.ask("GET", "/echo/a") for _ in range(2)]

        assert first.headers["x-amzn-RequestId"] != second.headers["x-amzn-RequestId"]
        contexts = [event["requestContext"]["requestId"] for event in self.seen.events]
        assert contexts == [first.headers["x-amzn-RequestId"], second.headers["x-amzn-RequestId"]]
