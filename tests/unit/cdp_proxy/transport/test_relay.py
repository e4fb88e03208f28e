"""A front door whose session is on another task: that one is a bare TCP server here."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any

import pytest
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from cdp_proxy.core.frame_edges import close_frame
from cdp_proxy.transport import relay as module
from cdp_proxy.transport.uploads import UploadBudget
from shared.errors import TooLarge, Unavailable
from shared.ids import TaskId
from shared.records import Session
from shared.session_state import EndReason, SessionStatus
from tests.fakes.front_door import LoopbackDoor
from tests.fakes.reactor import installed_reactor, turn
from tests.fakes.records import make_session, make_task

THERE = TaskId("task-b")
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
ANSWER = b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\n"hi"'


class Owner(Protocol):
    """Keeps what it gets; answers once the request is whole."""

    got = b""
    transport: Any
    factory: Any

    def dataReceived(self, data: bytes) -> None:
        self.got += data
        self.factory.owners.add(self)
        if self.got.count(b"\r\n\r\n") and len(self.body) == self.announced:
            if self.factory.answer:
                self.transport.write(self.factory.answer)
            if not self.factory.stays:
                self.transport.loseConnection()

    @property
    def body(self) -> bytes:
        return self.got.partition(b"\r\n\r\n")[2]

    @property
    def announced(self) -> int:
        return int(self.headers.get("content-length", "0"))

    @property
    def lines(self) -> list[str]:
        return self.got.partition(b"\r\n\r\n")[0].decode().split("\r\n")

    @property
    def headers(self) -> dict[str, str]:
        pairs = (line.split(": ", 1) for line in self.lines[1:])
        return {name.lower(): value for name, value in pairs}


class TestRelay(TestCase):
    def setUp(self) -> None:
        self.door = LoopbackDoor()
        self.owners = Factory.forProtocol(Owner)
        self.owners.noisy = False
        self.owners.owners = set()  # type: ignore[attr-defined]
        self.owners.answer = ANSWER  # type: ignore[attr-defined]
        self.owners.stays = False  # type: ignore[attr-defined]
        self.port = installed_reactor().listenTCP(0, self.owners, interface="127.0.0.1")
        self.addCleanup(lambda: maybeDeferred(self.port.stopListening))
        self.addCleanup(lambda: Deferred.fromCoroutine(self.door.close()))
        self.session_is_at(self.port.getHost().port)  # type: ignore[attr-defined]

    def session_is_at(self, port: int) -> None:
        session = make_session(self.door.spec, status=SessionStatus.ACTIVE, task=THERE)
        self.door.store.sessions[self.door.spec.session_id] = session
        task = make_task(THERE)
        self.door.store.tasks[THERE] = type(task)(
            **{
                **{name: getattr(task, name) for name in task.__struct_fields__},
                "address": f"127.0.0.1:{port}",
            }
        )

    @property
    def owner(self) -> Owner:
        (owner,) = self.owners.owners  # type: ignore[attr-defined]
        assert isinstance(owner, Owner)
        return owner

    async def switched(self) -> None:
        """Wait until the one relayed request has become a WebSocket."""
        while not any(splice.upgraded for splice in self.door.relay._splices):
            await turn()

    def end_session(self) -> None:
        """As Redis has it: the owner says nothing."""
        self.door.store.sessions[self.door.spec.session_id] = Session(
            spec=self.door.spec,
            status=SessionStatus.FAILED,
            task_id=THERE,
            end_reason=EndReason.CONTAINER_LOST,
        )

    def asked_for_protection(self) -> tuple[Deferred[None], Deferred[None]]:
        """Fires when it is asked for; to be fired when it is there."""
        asked: Deferred[None] = Deferred()
        protected: Deferred[None] = Deferred()

        async def secure() -> None:
            asked.callback(None)
            await protected

        self.door.relay._secure = secure
        return asked, protected

    def ask_raw(self, path: str, **headers: str) -> Deferred[bytes]:
        """Everything that comes until the connection ends."""
        lines = [f"GET {path}?token={self.door.token} HTTP/1.1", "Host: x"]
        lines += [f"{name}: {value}" for name, value in headers.items()]

        def exchange() -> bytes:
            with socket.create_connection(("127.0.0.1", self.door.number), timeout=60) as client:
                client.sendall("\r\n".join([*lines, "", ""]).encode())
                return b"".join(iter(lambda: client.recv(65536), b""))

        return deferToThread(exchange)

    async def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, Any]:
        status, names, body = await self.door.get(
            f"{path}?token={self.door.token}", method, **headers
        )
        self.names = names
        return status, json.loads(body)

    def upload(self, body: bytes) -> Deferred[int]:
        path = f"/sessions/{self.door.spec.session_id}/uploads?token={self.door.token}"
        kind = {"Content-Type": "multipart/form-data; boundary=x"}

        def send() -> int:
            connection = http.client.HTTPConnection("127.0.0.1", self.door.number, timeout=10)
            try:
                connection.request("POST", path, body, kind)
                return connection.getresponse().status
            finally:
                connection.close()

        return deferToThread(send)

    async def test_the_request_is_written_anew_as_it_came(self) -> None:
        answer = await self.ask(
            "/json/version/",
            **{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "cdp.example", "X-Own": "a, b"},
        )

        self.assertEqual(answer, (200, "hi"))
        self.assertEqual(
            self.owner.lines[0], f"GET /json/version/?token={self.door.token} HTTP/1.1"
        )
        headers = self.owner.headers
        self.assertEqual(headers["host"], f"127.0.0.1:{self.door.number}")
        self.assertEqual(headers["x-forwarded-proto"], "https")
        self.assertEqual(headers["x-forwarded-host"], "cdp.example")
        self.assertEqual(headers["x-own"], "a, b")
        self.assertEqual(headers["connection"], "close")
        self.assertEqual(headers["x-wallcrawler-relayed"], "task-a")
        self.assertEqual(headers["x-forwarded-for"], "127.0.0.1")

    async def test_the_clients_address_is_added_to_those_before(self) -> None:
        await self.ask("/json/version", **{"X-Forwarded-For": "203.0.113.7"})

        self.assertEqual(self.owner.headers["x-forwarded-for"], "203.0.113.7, 127.0.0.1")

    async def test_an_upgrade_asks_for_no_second_request(self) -> None:
        await self.ask("/cdp", Upgrade="websocket", Connection="keep-alive, Upgrade")

        self.assertEqual(self.owner.headers["connection"], "Upgrade, close")
        self.assertEqual(self.owner.headers["upgrade"], "websocket")

    async def test_an_owner_that_cannot_be_reached_is_a_typed_answer(self) -> None:
        await maybeDeferred(self.port.stopListening)

        status, body = await self.ask("/json/version")

        self.assertEqual((status, body["code"]), (503, "UNAVAILABLE"))
        self.assertIn("retry-after", self.names)
        self.assertEqual(self.door.relay.open, 0)

    async def test_an_owner_that_goes_without_an_answer_is_one_too(self) -> None:
        self.owners.answer = b""  # type: ignore[attr-defined]

        status, body = await self.ask("/json/version")

        self.assertEqual((status, body["code"]), (503, "UNAVAILABLE"))
        self.assertIn("retry-after", self.names)

    async def test_a_request_handed_on_is_not_handed_on_again(self) -> None:
        status, _ = await self.ask("/json/version", **{"X-Wallcrawler-Relayed": "task-c"})

        self.assertEqual(status, 503)
        self.assertEqual(self.owners.owners, set())  # type: ignore[attr-defined]

    async def test_a_container_that_drains_hands_nothing_on(self) -> None:
        self.door.relay.draining = True

        status, _ = await self.ask("/json/version")

        self.assertEqual(status, 503)

    async def test_a_websocket_is_not_relayed_without_protection(self) -> None:
        async def refuse() -> None:
            raise Unavailable("no protection")

        self.door.relay._secure = refuse

        status, _ = await self.ask("/cdp", Upgrade="websocket", Connection="Upgrade")

        self.assertEqual((status, self.door.relay.open), (503, 0))

    async def test_one_that_still_waits_for_protection_does_not_hold_up_the_end(self) -> None:
        asked, protected = self.asked_for_protection()
        answering = self.ask("/cdp", Upgrade="websocket", Connection="Upgrade")
        waiting = Deferred.fromCoroutine(answering)
        await asked

        draining = Deferred.fromCoroutine(self.door.relay.drain(0))
        protected.callback(None)

        await draining
        status, body = await waiting
        self.assertEqual((status, body["code"]), (503, "UNAVAILABLE"))

    async def test_sessions_that_are_over_are_noticed_beside_one_that_still_waits(self) -> None:
        self.owners.answer = SWITCH  # type: ignore[attr-defined]
        self.owners.stays = True  # type: ignore[attr-defined]
        asked, protected = self.asked_for_protection()
        late = self.ask_raw("/cdp", Upgrade="websocket", Connection="Upgrade")
        await asked
        self.door.relay._secure = self.door.sessions.secure
        answering = self.ask_raw("/cdp", Upgrade="websocket", Connection="Upgrade")
        await self.switched()
        self.end_session()

        while self.door.relay.open > 1:
            self.door.relay.look()
            await turn()
        protected.callback(None)
        while self.door.relay.open:
            self.door.relay.look()
            await turn()

        goodbye = close_frame(1001, EndReason.CONTAINER_LOST.text)
        self.assertEqual(await answering, SWITCH + goodbye)
        await late

    async def test_who_watches_hears_of_begin_and_end(self) -> None:
        seen: list[int] = []
        self.door.relay.watchers.append(lambda: seen.append(self.door.relay.open))

        await self.ask("/json/version")
        await self.door.relay.drain(0)

        self.assertEqual((seen[0], seen[-1]), (1, 0))

    async def test_a_session_that_is_over_though_its_owner_does_not_say_so_ends(self) -> None:
        self.owners.answer = SWITCH  # type: ignore[attr-defined]
        self.owners.stays = True  # type: ignore[attr-defined]
        answering = self.ask_raw("/cdp", Upgrade="websocket", Connection="Upgrade")
        await self.switched()
        self.door.relay.look()
        assert self.door.relay.open
        self.end_session()

        while self.door.relay.open:
            self.door.relay.look()
            await turn()

        goodbye = close_frame(1001, EndReason.CONTAINER_LOST.text)
        self.assertEqual(await answering, SWITCH + goodbye)

    async def test_a_redis_that_is_away_ends_nobody(self) -> None:
        self.owners.answer = SWITCH  # type: ignore[attr-defined]
        self.owners.stays = True  # type: ignore[attr-defined]
        answering = self.ask_raw("/cdp", Upgrade="websocket", Connection="Upgrade")
        await self.switched()
        self.door.store.away = True

        self.door.relay.look()

        self.assertEqual(self.door.relay.open, 1)
        self.door.store.away = False
        await self.door.relay.drain(0)
        self.assertTrue((await answering).endswith(b"The container is shutting down."))

    async def test_what_is_relayed_by_a_superseded_container_does_not_hold_it(self) -> None:
        async def refuse() -> None:
            raise Unavailable("no protection")

        relay = self.door.relay
        self.owners.answer = SWITCH  # type: ignore[attr-defined]
        self.owners.stays = True  # type: ignore[attr-defined]
        before = self.ask_raw("/cdp", Upgrade="websocket", Connection="Upgrade")
        await self.switched()
        self.assertEqual((relay.open, relay.holding), (1, 1))

        relay.superseded = True
        relay._secure = refuse
        after = self.ask_raw("/cdp", Upgrade="websocket", Connection="Upgrade")
        while sum(splice.upgraded for splice in relay._splices) < 2:
            await turn()

        self.assertEqual((relay.open, relay.holding), (2, 1))
        relay.superseded = False
        self.assertEqual(relay.holding, 2)
        await relay.drain(0)
        for answering in (before, after):
            self.assertTrue((await answering).endswith(b"The container is shutting down."))
        relay.superseded = True
        self.assertEqual(relay.holding, 0)

    async def test_a_form_is_handed_on_once_it_is_whole(self) -> None:
        bodies = self.door.relay._bodies

        self.assertEqual(await self.upload(b"x" * 100_000), 200)

        self.assertEqual(self.owner.body, b"x" * 100_000)
        while bodies.bytes_left != bodies.bytes_max:
            await turn()

    async def test_forms_on_their_way_have_a_bound_together(self) -> None:
        bodies = UploadBudget(1_000)
        self.door.relay._bodies = bodies

        first = self.door.relay.expect(600)

        with self.assertRaises(Unavailable):
            self.door.relay.expect(600)
        with self.assertRaises(TooLarge):
            self.door.relay.expect(1_001)
        self.assertEqual(self.door.relay.expect(None).bytes, 400)
        first.settle(0)

    async def test_what_a_form_was_given_is_given_back_when_its_owner_is_out_of_reach(
        self,
    ) -> None:
        bodies = self.door.relay._bodies
        self.session_is_at(1)

        self.assertEqual(await self.upload(b"x" * 100), 503)

        while bodies.bytes_left != bodies.bytes_max:
            await turn()

    async def test_no_more_are_relayed_than_the_bound(self) -> None:
        self.patch(module, "SPLICES_MAX", 0)

        status, _ = await self.ask("/json/version")

        self.assertEqual(status, 503)


@pytest.mark.parametrize("name", ["connection", "expect", "x-wallcrawler-relayed"])
def test_what_is_between_two_ends_only_is_not_handed_on(name: str) -> None:
    assert name in module._NOT_HANDED_ON
