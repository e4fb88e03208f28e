"""The API's requests to this task: taken from Redis by a thread, run in the reactor, answered."""

from __future__ import annotations

import threading

import msgspec
import redis
from msgspec import Raw
from twisted.internet.interfaces import IReactorFromThreads
from twisted.logger import Logger

from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.gateway import Gateway
from cdp_proxy.transport.log_context import log_ids
from cdp_proxy.transport.registry import Sessions
from cdp_proxy.transport.running import RunningActions
from cdp_proxy.transport.tasks import spawn
from shared.actions import parse_action_request
from shared.bus import WITHOUT_REPLY, Reply, Request, RequestBus
from shared.errors import SessionNotFound, WallCrawlerError
from shared.ids import TaskId
from shared.records import CloseSession, ControlSession, ErrorBody, OpenSession
from shared.request_kind import RequestKind
from shared.session_state import EndReason

_log = Logger()

_RETRY_SECONDS = 0.5
"""Pause after Redis refused or dropped the connection."""
_NOTHING = Raw(b"{}")
_UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)
"""What is no JSON, no UTF-8, or nested without end: none of it may end the taking."""


class RequestConsumer:
    """Takes requests for as long as it runs; survives Redis going away."""

    def __init__(
        self, reactor: IReactorFromThreads, blocking: Blocking, sessions: Sessions, bus: RequestBus
    ) -> None:
        """`bus` is for the answers; taking has one of its own (`start`), which blocks."""
        self._reactor = reactor
        self._blocking = blocking
        self._sessions = sessions
        self._bus = bus
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def use_actions(self, actions: RunningActions) -> None:
        """Set what runs actions; part of putting the service together."""
        self._actions = actions

    def use_gateway(self, gateway: Gateway) -> None:
        """Set what serves the WebSocket API; part of putting the service together."""
        self._gateway = gateway

    def start(self, task_id: TaskId, bus: RequestBus) -> None:
        """Begin to take this task's requests; `bus` is used by the taking thread alone."""
        self._task_id = task_id
        self._thread = threading.Thread(
            target=self._take_all, args=(task_id, bus), name="requests", daemon=True
        )
        self._thread.start()

    async def stop(self) -> None:
        """End the taking thread, if it was started."""
        if self._thread is None:
            return
        self._stopping.set()
        try:
            await self._blocking.run(self._bus.wake, self._task_id)
        except redis.RedisError as error:
            # The thread finds the connection broken as well, and looks at `_stopping` then.
            _log.info("Redis is away at the end: {error}", error=str(error))
        await self._blocking.run(self._thread.join)

    def _take_all(self, task_id: TaskId, bus: RequestBus) -> None:
        while not self._stopping.is_set():
            try:
                request = bus.take(task_id)
            except redis.RedisError as error:
                if not self._stopping.wait(_RETRY_SECONDS):
                    _log.warn("requests cannot be taken: {error}", error=str(error))
                continue
            except _UNREADABLE as error:
                _log.error("a request cannot be read: {error}", error=str(error))
                continue
            if request is not None:
                self._reactor.callFromThread(self._start_request, request)

    def _start_request(self, request: Request) -> None:
        if request.kind in WITHOUT_REPLY:
            self._gateway.take(request)
            return
        spawn(self._run(request), f"request {request.kind.value}")

    async def _run(self, request: Request) -> None:
        with log_ids(request_id=request.origin or request.id):
            await self._reply_to(request)

    async def _reply_to(self, request: Request) -> None:
        try:
            reply = Reply(result=await self._answer(request))
        except WallCrawlerError as error:
            body = ErrorBody(code=error.code, message=error.message, details=dict(error.details))
            reply = Reply(error=body)
        except Exception:
            _log.failure("request {kind} failed", kind=request.kind.value)
            body = ErrorBody(code=WallCrawlerError.code, message="The container failed.")
            reply = Reply(error=body)
        try:
            await self._blocking.run(self._bus.reply, request.id, reply)
        except redis.RedisError as error:
            _log.warn("a request could not be answered: {error}", error=str(error))

    async def _answer(self, request: Request) -> Raw:
        match request.kind:
            case RequestKind.OPEN:
                opened = msgspec.json.decode(request.payload, type=OpenSession)
                await self._sessions.open(opened.spec)
            case RequestKind.CLOSE:
                closed = msgspec.json.decode(request.payload, type=CloseSession)
                await self._sessions.close(closed.session_id, EndReason.RELEASED)
            case RequestKind.CONTROL:
                return await self._control(
                    msgspec.json.decode(request.payload, type=ControlSession)
                )
            case kind:
                return await self._actions.run(parse_action_request(kind, request.payload))
        return _NOTHING

    async def _control(self, asked: ControlSession) -> Raw:
        session = await self._sessions.find(asked.session_id)
        if session is None:
            raise SessionNotFound("This container does not run that session.")
        session.used()
        if asked.wish.holder == "human":
            session.takeover.take(asked.wish.ttl_seconds)
        else:
            session.takeover.hand_back()
        return Raw(msgspec.json.encode(session.takeover.info))
