"""Requests from the API to one task, and the one reply to each.

A request is pushed on the task's list and popped by that task alone, so it is run at most once,
and never after its deadline: the task drops it then, and the caller has got its `TaskTimeout`.
The reply goes to a list of its own that expires if nobody fetches it. A caller that has to stop
waiting before an action's end may leave an operation (`shared.operations`): the reply is kept
longer then.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw, Struct

from shared import keys, scripts
from shared.clock import Clock
from shared.errors import REMOTE_ERRORS, TaskTimeout, WallCrawlerError
from shared.ids import RequestId, TaskId
from shared.limits import OPERATION_TTL_SECONDS, REPLY_TTL_SECONDS
from shared.records import ErrorBody
from shared.request_kind import RequestKind

if TYPE_CHECKING:
    from shared.redis_client import RedisClient

_BLOCK_SECONDS = 2.0
"""One blocking pop; shorter than the client's socket timeout, so that the two never race."""


WITHOUT_REPLY = frozenset({RequestKind.MESSAGE, RequestKind.LEFT})
"""Nobody waits on the bus for what comes of these (`shared.connections`)."""


class Request(Struct, frozen=True, kw_only=True):
    """One request on a task's list."""

    id: RequestId
    kind: RequestKind
    deadline: float
    """Epoch seconds; not run afterwards."""
    payload: Raw
    origin: str = ""
    """The API's request that it serves, as its log calls it; for the container's log."""


class Reply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The outcome of one request: a result or an error, never both."""

    result: Raw = Raw(b"{}")
    error: ErrorBody | None = None


class RequestBus:
    """Both ends of the bus; blocking, so the container calls it from a thread."""

    def __init__(
        self, redis: RedisClient, clock: Clock, origin: Callable[[], str] = lambda: ""
    ) -> None:
        """`origin` names what the caller is about at that moment, for the log of the task."""
        self._redis = redis
        self._clock = clock
        self._origin = origin
        self._reply = redis.register_script(scripts.REPLY)

    def call(
        self,
        task_id: TaskId,
        request_id: RequestId,
        kind: RequestKind,
        payload: Struct,
        timeout_seconds: float,
    ) -> Raw:
        """Ask a task and wait for its answer.

        Returns:
            The result as JSON text, for the caller to decode.

        Raises:
            TaskTimeout: no reply within `timeout_seconds`; `details["requestId"]` names it.
            WallCrawlerError: the task answered with an error; its class follows the code.
        """
        deadline = self._clock() + timeout_seconds
        self._push(task_id, request_id, kind, payload, deadline)
        reply = self._wait(request_id, deadline)
        if reply is None:
            raise _timeout(request_id, timeout_seconds)
        return result_of(reply)

    def attempt(
        self,
        task_id: TaskId,
        request_id: RequestId,
        kind: RequestKind,
        payload: Struct,
        timeout_seconds: float,
    ) -> Raw | None:
        """As `call`, for what may take longer than the caller can wait.

        Returns:
            The result; None when the task has taken the request and not answered yet: leave an
            operation then, or its reply is lost.

        Raises:
            TaskTimeout: the task has not taken the request, and now never will.
            WallCrawlerError: as for `call`.
        """
        deadline = self._clock() + timeout_seconds
        pushed = self._push(task_id, request_id, kind, payload, deadline)
        reply = self._wait(request_id, deadline)
        if reply is not None:
            return result_of(reply)
        if self._redis.lrem(keys.requests(task_id), 1, pushed):
            raise _timeout(request_id, timeout_seconds)
        return None

    def take(self, task_id: TaskId) -> Request | None:
        """Pop the task's next request that is not past its deadline; None after a quiet while.

        Those without a reply come even when they are late: whoever sent them has to be told.
        """
        popped = self._redis.brpop([keys.requests(task_id)], timeout=_BLOCK_SECONDS)
        if popped is None:
            return None
        request = msgspec.json.decode(popped[1], type=Request)
        in_time = request.deadline > self._clock()
        return request if in_time or request.kind in WITHOUT_REPLY else None

    def wake(self, task_id: TaskId) -> None:
        """Have a blocked `take` of this task return at once, with None."""
        stale = Request(
            id=RequestId(""), kind=RequestKind.CLOSE, deadline=0.0, payload=Raw(b"null")
        )
        self._redis.rpush(keys.requests(task_id), msgspec.json.encode(stale))

    def reply(self, request_id: RequestId, reply: Reply) -> None:
        """Answer a request; kept for a minute, or for an hour when it has become an operation."""
        self._reply(
            keys=[keys.reply(request_id), keys.operation(request_id)],
            args=[msgspec.json.encode(reply), REPLY_TTL_SECONDS, OPERATION_TTL_SECONDS],
        )

    def _push(
        self,
        task_id: TaskId,
        request_id: RequestId,
        kind: RequestKind,
        payload: Struct,
        deadline: float,
    ) -> bytes:
        request = Request(
            id=request_id,
            kind=kind,
            deadline=deadline,
            payload=Raw(msgspec.json.encode(payload)),
            origin=self._origin(),
        )
        pushed = msgspec.json.encode(request)
        name = keys.requests(task_id)
        pipe = self._redis.pipeline(transaction=False)
        pipe.lpush(name, pushed)
        # A task that lives renews it with each beat; nobody else would drop what a dead one left.
        pipe.expire(name, math.ceil(deadline - self._clock()) + REPLY_TTL_SECONDS)
        pipe.execute()
        return pushed

    def _wait(self, request_id: RequestId, deadline: float) -> Reply | None:
        while (left := deadline - self._clock()) > 0:
            popped = self._redis.blpop([keys.reply(request_id)], timeout=_block(left))
            if popped is not None:
                return msgspec.json.decode(popped[1], type=Reply)
        return None


def result_of(reply: Reply) -> Raw:
    """The result of a reply.

    Raises:
        WallCrawlerError: the reply is an error; the class follows its code.
    """
    if reply.error is None:
        return reply.result
    details = reply.error.details if isinstance(reply.error.details, dict) else {}
    kind = REMOTE_ERRORS.get(reply.error.code, WallCrawlerError)
    raise kind(reply.error.message, **details)


def _block(left_seconds: float) -> float:
    """Redis takes a timeout of 0 as for ever: stay at least a millisecond above it."""
    return math.ceil(min(left_seconds, _BLOCK_SECONDS) * 1000) / 1000


def _timeout(request_id: RequestId, seconds: float) -> TaskTimeout:
    return TaskTimeout(
        f"The browser container did not answer within {seconds:g} s.", requestId=request_id
    )
