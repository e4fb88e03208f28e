"""Requests from the API to one task, and the one reply to each.

A request is pushed on the task's list and popped by that task alone, so it is run at most once,
and never after its deadline: the task drops it then, and the caller has got its `TaskTimeout`.
The reply goes to a list of its own that expires if nobody fetches it.
"""

from __future__ import annotations

import math
from enum import Enum

import msgspec
from msgspec import Raw, Struct

from shared import keys
from shared.clock import Clock
from shared.errors import REMOTE_ERRORS, TaskTimeout, WallCrawlerError
from shared.ids import RequestId, TaskId
from shared.limits import REPLY_TTL_SECONDS
from shared.records import ErrorBody
from shared.redis_client import RedisClient

_BLOCK_SECONDS = 2.0
"""One blocking pop; shorter than the client's socket timeout, so that the two never race."""


class RequestKind(Enum):
    """What a task can be asked for; the payload's record is named beside it."""

    OPEN = "open"  # OpenSession -> {}
    CLOSE = "close"  # CloseSession -> {}


class Request(Struct, frozen=True, kw_only=True):
    """One request on a task's list."""

    id: RequestId
    kind: RequestKind
    deadline: float
    """Epoch seconds; not run afterwards."""
    payload: Raw


class Reply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The outcome of one request: a result or an error, never both."""

    result: Raw = Raw(b"{}")
    error: ErrorBody | None = None


class RequestBus:
    """Both ends of the bus; blocking, so the container calls it from a thread."""

    def __init__(self, redis: RedisClient, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock

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
        request = Request(
            id=request_id, kind=kind, deadline=deadline, payload=Raw(msgspec.json.encode(payload))
        )
        self._redis.lpush(keys.requests(task_id), msgspec.json.encode(request))
        while (left := deadline - self._clock()) > 0:
            popped = self._redis.blpop([keys.reply(request_id)], timeout=_block(left))
            if popped is not None:
                return _result_of(msgspec.json.decode(popped[1], type=Reply))
        raise TaskTimeout(
            f"The browser container did not answer within {timeout_seconds:g} s.",
            requestId=request_id,
        )

    def take(self, task_id: TaskId) -> Request | None:
        """Pop the task's next request that is not past its deadline; None after a quiet while."""
        popped = self._redis.brpop([keys.requests(task_id)], timeout=_BLOCK_SECONDS)
        if popped is None:
            return None
        request = msgspec.json.decode(popped[1], type=Request)
        return request if request.deadline > self._clock() else None

    def wake(self, task_id: TaskId) -> None:
        """Have a blocked `take` of this task return at once, with None."""
        stale = Request(
            id=RequestId(""), kind=RequestKind.CLOSE, deadline=0.0, payload=Raw(b"null")
        )
        self._redis.rpush(keys.requests(task_id), msgspec.json.encode(stale))

    def reply(self, request_id: RequestId, reply: Reply) -> None:
        """Answer a request; the answer is kept for a minute."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.rpush(keys.reply(request_id), msgspec.json.encode(reply))
        pipe.expire(keys.reply(request_id), REPLY_TTL_SECONDS)
        pipe.execute()


def _block(left_seconds: float) -> float:
    """Redis takes a timeout of 0 as for ever: stay at least a millisecond above it."""
    return math.ceil(min(left_seconds, _BLOCK_SECONDS) * 1000) / 1000


def _result_of(reply: Reply) -> Raw:
    if reply.error is None:
        return reply.result
    details = reply.error.details if isinstance(reply.error.details, dict) else {}
    kind = REMOTE_ERRORS.get(reply.error.code, WallCrawlerError)
    raise kind(reply.error.message, **details)
