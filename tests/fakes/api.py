"""The API program on a real Redis, with containers that answer from a script."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec

from chalice_app.auth import key_digest_of
from chalice_app.config import ApiConfig
from chalice_app.wiring import Deps, make_deps
from shared import keys
from shared.actions import BODY_OF_KIND
from shared.bus import Reply, Request, RequestBus
from shared.clock import Clock, system_clock
from shared.ids import RequestId, SessionId, TaskId
from shared.records import CloseSession, ErrorBody, OpenSession, Task
from shared.redis_client import RedisClient, connect
from shared.request_kind import RequestKind
from shared.session_state import EndReason
from shared.store import SessionStore
from tests.fakes.records import make_task

API_KEY = "a-key-for-tests-only"
OTHER_API_KEY = "another-key-for-tests"
SECRET = "s" * 48

Behaviour = Callable[[SessionStore, Request], Reply | None]
"""What a container does with a request; None: it never answers."""


def make_config(redis_url: str) -> ApiConfig:
    return ApiConfig(
        redis_endpoint=redis_url,
        token_secret=SECRET,
        api_key_hashes=frozenset({key_digest_of(API_KEY), key_digest_of(OTHER_API_KEY)}),
    )


_MADE: list[Deps] = []


def make_test_deps(redis_url: str, clock: Clock = system_clock) -> Deps:
    """Deps whose connection is closed after the test (`tests.conftest`)."""
    deps = make_deps(make_config(redis_url), clock)
    _MADE.append(deps)
    return deps


def close_test_deps() -> None:
    """Close the connections of all that were made."""
    while _MADE:
        _MADE.pop().store._redis.close()


def opens_and_closes(store: SessionStore, request: Request) -> Reply:
    """What a healthy container does, but for the browser; actions come back as they were asked."""
    match request.kind:
        case RequestKind.OPEN:
            spec = msgspec.json.decode(request.payload, type=OpenSession).spec
            store.activate(spec.session_id, system_clock())
        case RequestKind.CLOSE:
            session_id = msgspec.json.decode(request.payload, type=CloseSession).session_id
            store.finish(session_id, EndReason.RELEASED, system_clock(), release_slot=True)
        case kind:
            return Reply(result=msgspec.Raw(b'{"%s":%s}' % (kind.value.encode(), request.payload)))
    return Reply()


def performs(behaviour: Behaviour) -> Behaviour:
    """Do what a healthy container does, and with actions as told."""
    return lambda store, request: (
        behaviour(store, request)
        if request.kind in BODY_OF_KIND
        else opens_and_closes(store, request)
    )


def answers_with(code: str, message: str = "as scripted") -> Behaviour:
    """Refuse every request."""
    return lambda _store, _request: Reply(error=ErrorBody(code=code, message=message))


_WAKE_UP = Request(
    id=RequestId("wake-up"), kind=RequestKind.CLOSE, deadline=0, payload=msgspec.Raw(b"{}")
)
"""Ends a blocked pop at once, and is dropped, being past its deadline."""


@dataclass
class FakeContainer:
    """Takes requests in a thread of its own, as `python -m cdp_proxy` does, without browsers."""

    redis_url: str
    task: Task = field(default_factory=lambda: make_task(capacity=2))
    behaviour: Behaviour = opens_and_closes
    seen: list[Request] = field(default_factory=list)

    @property
    def task_id(self) -> TaskId:
        return self.task.task_id

    @contextmanager
    def serving(self, heartbeat_ttl_seconds: float = 60.0) -> Iterator[FakeContainer]:
        """Beat once, then serve until the block ends."""
        redis = connect(self.redis_url)
        SessionStore(redis).beat(self.task, system_clock(), heartbeat_ttl_seconds)
        stopping = threading.Event()
        thread = threading.Thread(target=self._serve, args=(redis, stopping), name="container")
        thread.start()
        try:
            yield self
        finally:
            stopping.set()
            redis.lpush(keys.requests(self.task_id), msgspec.json.encode(_WAKE_UP))
            thread.join(timeout=60)
            redis.close()

    def _serve(self, redis: RedisClient, stopping: threading.Event) -> None:
        store, bus = SessionStore(redis), RequestBus(redis, system_clock)
        while not stopping.is_set():
            request = bus.take(self.task_id)
            if request is None:
                continue
            self.seen.append(request)
            reply = self.behaviour(store, request)
            if reply is not None:
                bus.reply(request.id, reply)


def session_id_in(request: Request) -> SessionId:
    """The session a request is about."""
    if request.kind is RequestKind.OPEN:
        return msgspec.json.decode(request.payload, type=OpenSession).spec.session_id
    return msgspec.json.decode(request.payload, type=CloseSession).session_id
