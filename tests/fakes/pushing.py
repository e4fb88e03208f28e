"""@connections and the mapping in Redis, as a container meets them: in memory and as told."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import redis
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from cdp_proxy.transport.gateway import Gateway
from cdp_proxy.transport.outbox import Ways
from cdp_proxy.transport.registry import Sessions
from cdp_proxy.transport.running import RunningActions
from shared.connections import ConnectionHead, Orphan, Waiting
from shared.ids import ConnectionId, RequestId, SessionId, TaskId
from tests.fakes.container import Immediate


@dataclass
class FakeManagement:
    """Keeps what is posted; fails as told, one failure a call."""

    posts: list[tuple[ConnectionId, dict[str, Any]]] = field(default_factory=list)
    closed: list[ConnectionId] = field(default_factory=list)
    failures: list[Exception | None] = field(default_factory=list)
    """What the next calls end with; None: well."""
    calls: int = 0
    then: Callable[[], None] = lambda: None
    """What happens elsewhere while something is being posted."""
    closings: int = 0
    """How often a connection was to be closed, whether or not that failed."""

    def post(self, head: ConnectionHead, data: bytes) -> None:
        self._fail_as_told()
        self.then()
        self.posts.append((head.connection_id, json.loads(data)))

    def close(self, head: ConnectionHead) -> None:
        self.closings += 1
        self._fail_as_told()
        self.closed.append(head.connection_id)

    @property
    def said(self) -> list[dict[str, Any]]:
        """All messages, whoever got them."""
        return [message for _, message in self.posts]

    def _fail_as_told(self) -> None:
        self.calls += 1
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure


@dataclass
class FakeConnections:
    """The part of `shared.connections` that a container uses; away as told."""

    struck_out: list[RequestId] = field(default_factory=list)
    expected: list[tuple[RequestId, Waiting]] = field(default_factory=list)
    forgotten: list[tuple[ConnectionId, list[RequestId]]] = field(default_factory=list)
    orphans: list[Orphan] = field(default_factory=list)
    early: list[ConnectionHead] = field(default_factory=list)
    known: list[ConnectionId] = field(default_factory=list)
    """What was asked to be remembered again, if need be."""
    away: bool = False

    def answered(self, _task: TaskId, request_ids: Sequence[RequestId]) -> None:
        self._check()
        self.struck_out += request_ids

    def expect(self, _task: TaskId, request_id: RequestId, waiting: Waiting) -> None:
        self._check()
        self.expected.append((request_id, waiting))

    def forget(self, head: ConnectionHead, _task: TaskId, unanswered: Sequence[RequestId]) -> None:
        self._check()
        self.forgotten.append((head.connection_id, list(unanswered)))

    def restore(self, heads: Sequence[ConnectionHead], _new_request_id: object, _now: float) -> int:
        self._check()
        self.known += [head.connection_id for head in heads]
        return 0

    def of_session(self, _session_id: SessionId) -> list[ConnectionHead]:
        self._check()
        return self.early

    def take_orphans(self, _now: float) -> list[Orphan]:
        self._check()
        taken, self.orphans = self.orphans, []
        return taken

    def _check(self) -> None:
        if self.away:
            raise redis.ConnectionError("as told")


class HeldPool:
    """Threads that begin when they are told."""

    def __init__(self) -> None:
        self.held: list[Any] = []

    def run(self, function: Any, *args: Any) -> Deferred[Any]:
        done: Deferred[Any] = Deferred()
        self.held.append(lambda: done.callback(function(*args)))
        return done

    def work(self) -> None:
        self.held.pop(0)()


def make_ways(clock: Clock, management: FakeManagement, pool: HeldPool | None = None) -> Ways:
    return Ways(clock, cast("Any", pool or Immediate()), cast("Any", management), lambda: 1.0)


def make_gateway(
    clock: Clock,
    sessions: Sessions,
    actions: RunningActions,
    management: FakeManagement | None = None,
    connections: FakeConnections | None = None,
) -> Gateway:
    gateway = Gateway(
        make_ways(clock, management or FakeManagement()),
        cast("Any", Immediate()),
        cast("Any", connections or FakeConnections()),
        sessions,
        clock.seconds,
    )
    gateway.use_actions(actions)
    return gateway
