"""Actions that went on after the request that asked for them had to be answered.

1. The API waits for an action's reply as long as it can; most need no operation at all.
2. Then it leaves an operation, named like the request, and answers 202 with its id.
3. The container replies as ever (`RequestBus.reply`); since there is an operation, the reply stays
   for `OPERATION_TTL_SECONDS`, and is read as often as one likes.

An operation whose session has ended, or whose deadline has passed, will get no reply any more: who
reads it says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from shared import keys
from shared.bus import Reply
from shared.ids import RequestId, SessionId
from shared.limits import OPERATION_TTL_SECONDS

if TYPE_CHECKING:
    from shared.redis_client import RedisClient


class Operation(Struct, frozen=True, kw_only=True):
    """An action that was left running, as it is now."""

    session_id: SessionId
    deadline: float
    """Epoch seconds; a container that lives has replied by then."""
    reply: Reply | None
    """None while there is none."""


class Operations:
    """Operations in Redis; every method is one round trip."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    def leave(
        self, operation_id: RequestId, session_id: SessionId, deadline: float, now: float
    ) -> None:
        """Have the reply to a request kept, be it there already or still to come."""
        name = keys.operation(operation_id)
        pipe = self._redis.pipeline()
        pipe.hset(name, mapping={"session": session_id, "deadline": deadline})
        pipe.expire(name, int(max(0.0, deadline - now)) + OPERATION_TTL_SECONDS)
        pipe.expire(keys.reply(operation_id), OPERATION_TTL_SECONDS)
        pipe.execute()

    def read(self, operation_id: RequestId) -> Operation | None:
        """The operation, or None when there never was one or it is not kept any more."""
        pipe = self._redis.pipeline()
        pipe.hgetall(keys.operation(operation_id))
        pipe.lindex(keys.reply(operation_id), 0)
        fields, reply = pipe.execute()
        if not fields:
            return None
        return Operation(
            session_id=SessionId(fields[b"session"].decode()),
            deadline=float(fields[b"deadline"]),
            reply=msgspec.json.decode(reply, type=Reply) if reply is not None else None,
        )
