"""@connections with unmodified botocore."""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from twisted.internet.threads import deferToThread
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from shared.limits import WS_API_MESSAGE_BYTES_MAX
from standalone.gateway.management import connection_id_of
from tests.unit.standalone.tiny_app import TIMEOUT_SECONDS, GatewayCase, client

_UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
_GOODBYE = b"\x88\x82\x00\x00\x00\x00" + (1000).to_bytes(2)


class ManagementTest(GatewayCase):
    async def manage(self, work: Any) -> Any:
        """Run `work(api, connection_id, socket)` in a thread, with one connection open."""

        def in_thread() -> Any:
            with (
                closing(client(self.endpoint)) as api,
                connect(self.url(), open_timeout=TIMEOUT_SECONDS) as socket,
            ):
                connection_id = self.seen.events[0]["requestContext"]["connectionId"]
                result = work(api, connection_id, socket)
            assert self.seen.disconnected.wait(TIMEOUT_SECONDS)
            return result

        return await deferToThread(in_thread)

    async def test_a_post_is_delivered(self) -> None:
        def work(api: Any, connection_id: str, socket: Any) -> Any:
            api.post_to_connection(ConnectionId=connection_id, Data=b"x" * WS_API_MESSAGE_BYTES_MAX)
            return len(socket.recv(TIMEOUT_SECONDS))

        assert await self.manage(work) == WS_API_MESSAGE_BYTES_MAX

    async def test_a_larger_post_is_refused(self) -> None:
        def work(api: Any, connection_id: str, socket: Any) -> None:
            with pytest.raises(api.exceptions.PayloadTooLargeException):
                api.post_to_connection(
                    ConnectionId=connection_id, Data=b"x" * (WS_API_MESSAGE_BYTES_MAX + 1)
                )

        await self.manage(work)

    async def test_a_connection_is_described(self) -> None:
        def work(api: Any, connection_id: str, socket: Any) -> Any:
            return api.get_connection(ConnectionId=connection_id)

        described = await self.manage(work)

        assert described["Identity"]["SourceIp"] == "127.0.0.1"
        assert described["ConnectedAt"] <= described["LastActiveAt"]

    async def test_a_deleted_connection_is_closed_and_then_gone(self) -> None:
        def work(api: Any, connection_id: str, socket: Any) -> int:
            api.delete_connection(ConnectionId=connection_id)
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(TIMEOUT_SECONDS)
            assert self.seen.disconnected.wait(TIMEOUT_SECONDS)
            with pytest.raises(api.exceptions.GoneException):
                api.post_to_connection(ConnectionId=connection_id, Data=b"late")
            assert closed.value.rcvd is not None
            return closed.value.rcvd.code

        assert await self.manage(work) == 1000

    async def test_a_connection_is_gone_as_soon_as_it_is_closing(self) -> None:
        def post_before_the_goodbye_is_answered() -> None:
            with closing(client(self.endpoint)) as api, closing(self.silent()) as silent:
                connection_id = self.seen.events[0]["requestContext"]["connectionId"]
                api.delete_connection(ConnectionId=connection_id)
                with pytest.raises(api.exceptions.GoneException):
                    api.post_to_connection(ConnectionId=connection_id, Data=b"late")
                silent.sock.sendall(_GOODBYE)
                assert self.seen.disconnected.wait(TIMEOUT_SECONDS)

        await deferToThread(post_before_the_goodbye_is_answered)

    def silent(self) -> HTTPConnection:
        """A client that does nothing of its own accord after its upgrade."""
        parts = urlsplit(self.url())
        silent = HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
        silent.request("GET", f"{parts.path}?{parts.query}", headers=_UPGRADE)
        assert silent.getresponse().status == 101
        return silent

    async def test_a_connection_that_never_was_is_gone(self) -> None:
        def ask() -> str:
            with closing(client(self.endpoint)) as api:
                try:
                    api.get_connection(ConnectionId="nobody")
                except ClientError as error:
                    return str(error.response["Error"]["Code"])
            raise AssertionError("somebody")

        assert await deferToThread(ask) == "GoneException"

    async def test_a_client_that_does_not_read_is_not_sent_for_ever(self) -> None:
        def work(api: Any, connection_id: str, socket: Any) -> int:
            posted = 0

            def post_for_ever() -> None:
                nonlocal posted
                while posted < 1_000:
                    api.post_to_connection(
                        ConnectionId=connection_id, Data=b"x" * WS_API_MESSAGE_BYTES_MAX
                    )
                    posted += 1

            with pytest.raises(api.exceptions.LimitExceededException):
                post_for_ever()
            for _ in range(posted):
                socket.recv(TIMEOUT_SECONDS)
            return posted

        assert 0 < await self.manage(work) < 1_000


@pytest.mark.parametrize("path", ["/ws/@connections/abc", "/ws/%40connections/abc"])
def test_both_spellings_of_the_path_are_known(path: str) -> None:
    assert connection_id_of(path) == "abc"


@pytest.mark.parametrize("path", ["/ws", "/sessions", "/@connections/abc"])
def test_no_other_path_is_mistaken_for_it(path: str) -> None:
    assert connection_id_of(path) is None
