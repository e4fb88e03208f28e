"""Where a session is that does not run here: still to come, on another task, or over."""

from __future__ import annotations

from twisted.web.server import Request

from cdp_proxy.transport.arrivals import Arrivals
from cdp_proxy.transport.directory import Directory
from cdp_proxy.transport.registry import Sessions
from cdp_proxy.transport.session import LiveSession
from shared.errors import SessionEnded, SessionNotFound, Unavailable
from shared.ids import SessionId, TaskId
from shared.located import Located
from shared.records import Task
from shared.session_state import SessionStatus

RELAYED_HEADER = "X-Wallcrawler-Relayed"
"""On requests that another task has handed on: such a one is never handed on again."""


class LivesElsewhere(Exception):
    """The session runs on another task, which is alive; the request belongs there."""

    def __init__(self, session_id: SessionId, task: Task) -> None:
        super().__init__(f"{session_id} runs on {task.task_id}")
        self.session_id = session_id
        self.task = task


class Whereabouts:
    """Asks Redis, waits for who is still to come, and tells what is elsewhere."""

    def __init__(
        self, task_id: TaskId, sessions: Sessions, directory: Directory, arrivals: Arrivals
    ) -> None:
        self._task_id = task_id
        self._sessions = sessions
        self._directory = directory
        self._arrivals = arrivals

    async def find(self, session_id: SessionId, request: Request) -> LiveSession:
        """The session, if it comes up here after all; the request is held meanwhile.

        Raises:
            LivesElsewhere: it has come up on another task.
            SessionNotFound: no such session.
            SessionEnded: it is over.
            SessionNotReady: it still waits for its container or browser.
            Unavailable: Redis cannot be asked, or does not agree with its containers just now.
        """
        located = await self._locate(session_id)
        if located is not None and located.status is SessionStatus.INITIALIZING:
            located = await self._arrivals.arrival(session_id, request)
        located = _live(located)
        if located.task_id == self._task_id:
            session = await self._sessions.find(session_id)
            if session is None:
                raise Unavailable("The session does not run in its container; try again.")
            return session
        if located.task is None:
            located = await self._bury(session_id)
        if located.task is None or request.getHeader(RELAYED_HEADER):
            raise Unavailable("The session's container cannot be told just now; try again.")
        raise LivesElsewhere(session_id, located.task)

    async def _locate(self, session_id: SessionId) -> Located | None:
        (located,) = await self._directory.locate([session_id])
        return located

    async def _bury(self, session_id: SessionId) -> Located:
        """Its task's heartbeat has lapsed: what that means for the session is settled now."""
        await self._directory.reap()
        return _live(await self._locate(session_id))


def _live(located: Located | None) -> Located:
    if located is None:
        raise SessionNotFound("No such session.")
    if not located.live:
        reason = located.end_reason
        raise SessionEnded(
            reason.text if reason is not None else "The session is over.",
            status=located.status.value,
        )
    return located
