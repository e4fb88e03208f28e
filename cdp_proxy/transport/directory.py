"""What Redis knows of where sessions are, asked from the reactor."""

from __future__ import annotations

from collections.abc import Sequence

import redis

from cdp_proxy.transport.blocking import Blocking
from shared.clock import Clock
from shared.errors import Unavailable
from shared.ids import SessionId
from shared.located import Located
from shared.store import SessionStore


class Directory:
    """Two questions of `SessionStore`, with its clock and its errors."""

    def __init__(self, store: SessionStore, blocking: Blocking, clock: Clock) -> None:
        self._store = store
        self._blocking = blocking
        self._clock = clock

    async def locate(self, session_ids: Sequence[SessionId]) -> list[Located | None]:
        """Where these sessions are.

        Raises:
            Unavailable: Redis cannot be asked.
        """
        try:
            return await self._blocking.run(self._store.locate, session_ids, self._clock())
        except redis.RedisError as error:
            raise Unavailable("The session cannot be looked up just now; try again.") from error

    async def reap(self) -> None:
        """Settle what becomes of sessions whose tasks are silent.

        Raises:
            Unavailable: Redis cannot be reached.
        """
        try:
            await self._blocking.run(self._store.reap, self._clock())
        except redis.RedisError as error:
            raise Unavailable("The session cannot be looked up just now; try again.") from error
