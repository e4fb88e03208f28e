"""Takes sessions that stand in line, whenever there is a free slot here.

That is when the container begins to serve, whenever a slot gets free, and with each heartbeat.
"""

from __future__ import annotations

import redis
from twisted.logger import Logger

from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.registry import Sessions
from cdp_proxy.transport.tasks import spawn
from shared.clock import Clock
from shared.errors import NoCapacity, Unavailable, WallCrawlerError
from shared.ids import StartToken, TaskId
from shared.records import SessionSpec
from shared.waiting import Line

_log = Logger()


class Intake:
    """One container's end of the line."""

    def __init__(
        self,
        blocking: Blocking,
        sessions: Sessions,
        line: Line,
        clock: Clock,
        start_token: StartToken | None,
    ) -> None:
        """`start_token` is what this container was started for, if it was for those in line."""
        self._blocking = blocking
        self._sessions = sessions
        self._line = line
        self._clock = clock
        self._start_token = start_token
        self._task_id: TaskId | None = None
        self._taking = False
        self._again = False

    def start(self, task_id: TaskId) -> None:
        """Begin; the task has been registered."""
        self._task_id = task_id
        self.look()

    def look(self) -> None:
        """Take whom there is room for; harmless at any time."""
        if self._task_id is None or self._sessions.free_slots <= 0:
            return
        self._again = True
        if not self._taking:
            self._taking = True
            spawn(self._take(self._task_id), "taking sessions from the line")

    async def _take(self, task_id: TaskId) -> None:
        try:
            while self._again and self._sessions.free_slots > 0:
                self._again = False
                taken = await self._blocking.run(
                    self._line.take,
                    task_id,
                    self._clock(),
                    self._sessions.free_slots,
                    self._start_token,
                )
                self._start_token = None
                for spec in taken:
                    spawn(self._open(task_id, spec), "opening a session from the line")
        except redis.RedisError as error:
            _log.warn("nobody can be taken from the line: {error}", error=str(error))
        finally:
            self._taking = False

    async def _open(self, task_id: TaskId, spec: SessionSpec) -> None:
        session_id = spec.session_id
        _log.info("took a session from the line", session_id=session_id)
        try:
            await self._sessions.open(spec)
        except (NoCapacity, Unavailable) as error:
            _log.info("it goes back: {error}", error=error.message, session_id=session_id)
            await self._put_back(task_id, spec)
        except WallCrawlerError as error:
            _log.warn("it did not open: {error}", error=error.message, session_id=session_id)

    async def _put_back(self, task_id: TaskId, spec: SessionSpec) -> None:
        try:
            await self._blocking.run(self._line.put_back, task_id, spec.session_id, self._clock())
        except redis.RedisError as error:
            # The heartbeat finds the lease of a session that does not run here.
            _log.warn(
                "a session could not be put back: {error}",
                error=str(error),
                session_id=spec.session_id,
            )
