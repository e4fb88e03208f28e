"""With a real Redis: requests are pushed as the API pushes them."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest
import redis
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.gateway import Gateway
from cdp_proxy.transport.requests import RequestConsumer
from cdp_proxy.transport.running import RunningActions
from shared import bus, keys
from shared.actions import (
    ActBody,
    ActionBody,
    ActionRequest,
    ExtractBody,
    NavigateBody,
    ObserveBody,
    ScreenshotBody,
)
from shared.bus import Request, RequestBus
from shared.clock import system_clock
from shared.connections import Connections
from shared.errors import AmbiguousTarget, NoCapacity, SessionNotFound, WallCrawlerError
from shared.ids import RequestId, SessionId, TaskId
from shared.records import CloseSession, OpenSession, SessionSpec
from shared.redis_client import connect
from shared.request_kind import RequestKind
from shared.session_state import EndReason
from shared.store import SessionStore
from tests.fakes.connections import make_head
from tests.fakes.reactor import installed_reactor
from tests.fakes.records import NOW, make_spec, make_task, session_id_of

TASK = TaskId("task-a")
OPEN = OpenSession(spec=make_spec())
CLOSE = CloseSession(session_id=session_id_of("one"))
BODIES = {
    RequestKind.ACT: ActBody(instruction="click OK"),
    RequestKind.OBSERVE: ObserveBody(),
    RequestKind.EXTRACT: ExtractBody(),
    RequestKind.NAVIGATE: NavigateBody(url="https://example.com"),
    RequestKind.SCREENSHOT: ScreenshotBody(),
}


class FakeSessions:
    """Remembers what it was asked; fails as told."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.failure: Exception | None = None

    async def open(self, spec: SessionSpec) -> None:
        self.asked.append(("open", spec))
        if self.failure is not None:
            raise self.failure

    async def close(self, session_id: SessionId, reason: EndReason) -> None:
        self.asked.append(("close", session_id, reason))
        if self.failure is not None:
            raise self.failure


class FakeActions:
    """Answers with what it was asked for; fails as told."""

    def __init__(self) -> None:
        self.failure: Exception | None = None

    async def run(self, request: ActionRequest[ActionBody]) -> msgspec.Raw:
        if self.failure is not None:
            raise self.failure
        return msgspec.Raw(msgspec.json.encode({"asked": type(request.body).__name__}))


class FakeGateway:
    """Tells what it was given."""

    def __init__(self) -> None:
        self.taken: Deferred[Request] = Deferred()

    def take(self, request: Request) -> None:
        self.taken.callback(request)


class TestRequestConsumer(TestCase):
    @pytest.fixture(autouse=True)
    def _redis(self, redis_url: str, redis_client: redis.Redis) -> None:
        self.url, self.redis = redis_url, redis_client

    def setUp(self) -> None:
        self.blocking = Blocking(installed_reactor())
        self.blocking.start()
        self.addCleanup(self.blocking.stop)
        self.sessions = FakeSessions()
        self.consumer = RequestConsumer(
            installed_reactor(),
            self.blocking,
            self.sessions,  # type: ignore[arg-type]
            self.bus(),
        )
        self.actions = FakeActions()
        self.consumer.use_actions(cast("RunningActions", self.actions))
        self.consumer.start(TASK, self.bus())
        self.addCleanup(lambda: Deferred.fromCoroutine(self.consumer.stop()))

    def bus(self) -> RequestBus:
        client = connect(self.url)
        self.addCleanup(client.close)
        return RequestBus(client, system_clock)

    async def call(self, kind: RequestKind, payload: msgspec.Struct) -> Any:
        return await deferToThread(self.bus().call, TASK, RequestId("r"), kind, payload, 10.0)

    async def test_a_session_is_opened(self) -> None:
        answer = await self.call(RequestKind.OPEN, OPEN)

        self.assertEqual(bytes(answer), b"{}")
        self.assertEqual(self.sessions.asked, [("open", OPEN.spec)])

    async def test_a_session_is_closed(self) -> None:
        await self.call(RequestKind.CLOSE, CLOSE)

        self.assertEqual(self.sessions.asked, [("close", CLOSE.session_id, EndReason.RELEASED)])

    async def test_actions_are_run_and_answered_with_their_results(self) -> None:
        for kind, body in BODIES.items():
            answer = await self.call(kind, ActionRequest(session_id=CLOSE.session_id, body=body))

            self.assertEqual(msgspec.json.decode(answer), {"asked": type(body).__name__})

    async def test_what_is_about_a_connection_goes_to_the_gateway_and_gets_no_reply(self) -> None:
        gateway = FakeGateway()
        self.consumer.use_gateway(cast("Gateway", gateway))
        store, connections = SessionStore(self.redis), Connections(self.redis)
        store.beat(make_task(), NOW, 9)
        store.place(make_spec(), NOW)

        await deferToThread(connections.open, make_head("c"), RequestId("r"), NOW)
        request = await gateway.taken

        self.assertEqual((request.id, request.kind), ("r", RequestKind.MESSAGE))
        self.assertEqual(self.redis.exists(keys.reply(RequestId("r"))), 0)

    async def test_a_failed_action_reaches_the_api_with_its_details(self) -> None:
        self.actions.failure = AmbiguousTarget("Two fit.", candidates=[{"name": "Save"}])

        with self.assertRaises(AmbiguousTarget) as caught:
            await self.call(
                RequestKind.ACT, ActionRequest(session_id=CLOSE.session_id, body=ActBody())
            )
        self.assertEqual(caught.exception.details, {"candidates": [{"name": "Save"}]})

    async def test_an_error_reaches_the_api_as_it_was(self) -> None:
        self.sessions.failure = NoCapacity("full", slots=0)

        with self.assertRaises(NoCapacity) as caught:
            await self.call(RequestKind.OPEN, OPEN)
        self.assertEqual(caught.exception.details, {"slots": 0})

    async def test_an_unknown_session_is_told(self) -> None:
        self.sessions.failure = SessionNotFound("no")

        with self.assertRaises(SessionNotFound):
            await self.call(RequestKind.CLOSE, CLOSE)

    async def test_what_cannot_be_read_is_skipped(self) -> None:
        deep = b'{"id":"r","kind":"open","deadline":1,"payload":%b1%b}' % (b"[" * 5000, b"]" * 5000)
        self.redis.lpush(keys.requests(TASK), b"not json", b'{"id":1}', b'{"id":"\xff"}', deep)

        await self.call(RequestKind.OPEN, OPEN)

        self.assertEqual(len(self.sessions.asked), 1)

    async def test_requests_go_on_after_redis_dropped_the_connection(self) -> None:
        self.redis.client_kill_filter(_type="normal", skipme=True)

        await self.call(RequestKind.OPEN, OPEN)

        self.assertEqual(len(self.sessions.asked), 1)

    async def test_stopping_does_not_wait_for_a_quiet_while_to_end(self) -> None:
        self.patch(bus, "_BLOCK_SECONDS", 600.0)
        await self.call(RequestKind.OPEN, OPEN)  # after it, the next quiet while is a long one

        await self.consumer.stop()

    @pytest.mark.logs_a_failure
    async def test_an_accident_is_answered_too(self) -> None:
        """Otherwise the API would wait until its time-out."""
        self.sessions.failure = ZeroDivisionError("oops")

        with self.assertRaises(WallCrawlerError) as caught:
            await self.call(RequestKind.OPEN, OPEN)

        self.assertNotIn("oops", caught.exception.message)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
