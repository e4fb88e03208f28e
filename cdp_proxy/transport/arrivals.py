"""Clients that came before their session: held until it is there, or is not going to be.

One look at Redis a fraction of a second, for all who wait together; none while nobody waits.
"""

from __future__ import annotations

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.web.server import Request

from cdp_proxy.transport.directory import Directory
from cdp_proxy.transport.tasks import spawn
from shared.errors import SessionNotReady, Unavailable
from shared.ids import SessionId
from shared.located import Located
from shared.session_state import SessionStatus

_log = Logger()

_LOOK_SECONDS = 0.2
HELD_MAX = 2_000
"""Clients held at once; more are told to come back."""


class Arrivals:
    """Everybody who is held in this container."""

    def __init__(self, reactor: IReactorTime, directory: Directory, hold_seconds: float) -> None:
        self._reactor = reactor
        self._directory = directory
        self._hold_seconds = hold_seconds
        self._held: dict[SessionId, list[Deferred[Located | None]]] = {}
        self._loop = LoopingCall(self._look)
        self._loop.clock = reactor
        self._looking = False
        self._stopped = False

    @property
    def held(self) -> int:
        """How many are held now."""
        return sum(len(waiting) for waiting in self._held.values())

    async def arrival(self, session_id: SessionId, request: Request) -> Located | None:
        """Hold `request` until its session is active or over.

        Returns:
            Where the session is then.

        Raises:
            SessionNotReady: it was not there in time.
            Unavailable: too many are held already, the container stops, or the client has left.
        """
        if self._stopped:
            raise _shutting_down()
        if self.held >= HELD_MAX:
            raise Unavailable("Too many clients wait for their sessions; try again.")
        arriving: Deferred[Located | None] = Deferred()
        arriving.addTimeout(self._hold_seconds, self._reactor)
        leaving = request.notifyFinish()
        leaving.addErrback(lambda _: arriving.cancel())
        self._held.setdefault(session_id, []).append(arriving)
        if not self._loop.running:
            self._loop.start(_LOOK_SECONDS, now=False)
        try:
            return await arriving
        except DeferredTimeout as error:
            raise SessionNotReady(
                f"The session had no browser within {self._hold_seconds:g} s; try again."
            ) from error
        except CancelledError as error:
            raise Unavailable("The client has left.") from error
        finally:
            self._forget(session_id, arriving)

    def stop(self) -> None:
        """Let everybody go, and hold nobody any more; the container stops."""
        self._stopped = True
        for waiting in list(self._held.values()):
            for arriving in list(waiting):
                arriving.errback(_shutting_down())

    def _forget(self, session_id: SessionId, arriving: Deferred[Located | None]) -> None:
        waiting = self._held.get(session_id, [])
        if arriving in waiting:
            waiting.remove(arriving)
        if not waiting:
            self._held.pop(session_id, None)
        if not self._held and self._loop.running:
            self._loop.stop()

    def _look(self) -> None:
        if not self._looking:
            self._looking = True
            spawn(self._look_once(), "looking for sessions that are awaited")

    async def _look_once(self) -> None:
        ids = list(self._held)
        try:
            found = await self._directory.locate(ids)
        except Unavailable as error:
            _log.warn("who is awaited is not known: {error}", error=error.message)
            return
        finally:
            self._looking = False
        for session_id, located in zip(ids, found, strict=True):
            if located is None or located.status is not SessionStatus.INITIALIZING:
                for arriving in self._held.pop(session_id, []):
                    arriving.callback(located)


def _shutting_down() -> Unavailable:
    return Unavailable("The container is shutting down; try again.")
