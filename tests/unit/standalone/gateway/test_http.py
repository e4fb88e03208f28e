"""Bodies too large, clients gone."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

from twisted.internet.threads import deferToThread

from standalone.gateway.http import BODY_BYTES_MAX
from tests.unit.standalone.tiny_app import GatewayCase


class HttpTest(GatewayCase):
    async def test_the_largest_body_is_taken(self) -> None:
        answer = await self.ask("POST", "/echo/a", body=b"x" * BODY_BYTES_MAX)

        assert json.loads(answer.body)["size"] == BODY_BYTES_MAX

    async def test_a_larger_one_is_413(self) -> None:
        answer = await self.ask("POST", "/echo/a", body=b"x" * (BODY_BYTES_MAX + 1))

        assert answer.status == 413
        assert json.loads(answer.body)["error"]["code"] == "PAYLOAD_TOO_LARGE"
        assert self.seen.events == []

    async def test_a_larger_one_of_undeclared_length_is_413_too(self) -> None:
        def chunks() -> Iterator[bytes]:
            for _ in range(11):
                yield b"x" * 1024 * 1024

        answer = await self.ask("POST", "/echo/a", body=chunks())

        assert answer.status == 413

    async def test_a_form_is_the_apps_to_refuse(self) -> None:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}

        answer = await self.ask("POST", "/echo/a", body=b"no form at all", headers=headers)

        assert answer.status == 415
        assert json.loads(answer.body)["Code"] == "UnsupportedMediaType"

    async def test_a_client_that_leaves_hurts_nobody(self) -> None:
        def leave() -> None:
            with socket.create_connection(("127.0.0.1", self.port)) as client:
                client.sendall(b"GET /together?n=left HTTP/1.1\r\nHost: x\r\n\r\n")

        await deferToThread(leave)
        self.seen.meet.abort()

        assert (await self.ask("GET", "/echo/a")).status == 200
