"""Actions on a session's page: asked of its container, looked up when they outlive a request."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Raw

from chalice_app.services.sessions import SessionService, check_live
from chalice_app.wiring import Deps
from shared.actions import ActionBody, ActionRequest
from shared.bus import result_of
from shared.errors import OperationNotFound, SessionNotReady, TaskTimeout, WallCrawlerError
from shared.ids import OwnerId, RequestId, SessionId
from shared.limits import ACTION_GRACE_SECONDS
from shared.operations import Operation
from shared.records import Session
from shared.request_kind import RequestKind


@dataclass(frozen=True, slots=True)
class Running:
    """The action goes on; its operation tells the end."""

    operation_id: RequestId


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The action was done."""

    result: Raw
    """JSON text."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The action was not done, or not to its end."""

    error: WallCrawlerError


class ActionService:
    """What owners have done to their sessions' pages."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._sessions = SessionService(deps)

    def run(
        self,
        owner: OwnerId,
        session_id: SessionId,
        kind: RequestKind,
        body: ActionBody,
        model_api_key: str | None = None,
    ) -> Succeeded | Running:
        """Ask the session's container, and wait for as long as an HTTP request may take.

        Raises:
            SessionNotFound: there is no such session of the owner's.
            SessionEnded: it is over, or ended before the action did.
            WallCrawlerError: the container's refusal; `TaskTimeout` when it did not even begin.
        """
        deps = self._deps
        session = self._live_session(owner, session_id)
        if session.waiting:
            raise SessionNotReady("The session waits for a container. Try again shortly.")
        request_id = deps.new_request_id()
        request = ActionRequest(session_id=session_id, body=body, model_api_key=model_api_key)
        try:
            result = deps.bus.attempt(
                session.task_id, request_id, kind, request, deps.action_wait_seconds
            )
        except TaskTimeout:
            # If the session ended meanwhile, that says more.
            self._live_session(owner, session_id)
            raise
        if result is not None:
            return Succeeded(result)
        self._live_session(owner, session_id)
        now = deps.clock()
        # Twice: the container's own patience, and as much for what is between it and us.
        deadline = now + body.timeout_ms / 1000 + 2 * ACTION_GRACE_SECONDS
        deps.operations.leave(request_id, session_id, deadline, now)
        return Running(request_id)

    def look_up(
        self, owner: OwnerId, session_id: SessionId, operation_id: RequestId
    ) -> Running | Succeeded | Failed:
        """What has become of an action that outlived its request; asking changes nothing.

        Raises:
            SessionNotFound: there is no such session of the owner's.
            OperationNotFound: the session has no such operation, or it ended over an hour ago.
        """
        session = self._sessions.get(owner, session_id)
        operation = self._deps.operations.read(operation_id)
        if operation is None or operation.session_id != session_id:
            raise OperationNotFound("There is no such operation of this session.")
        try:
            return self._state_of(operation_id, operation, session)
        except WallCrawlerError as error:
            return Failed(error)

    def _state_of(
        self, operation_id: RequestId, operation: Operation, session: Session
    ) -> Running | Succeeded:
        """Raises how the operation failed, if it did."""
        if operation.reply is not None:
            return Succeeded(result_of(operation.reply))
        check_live(session)
        if operation.deadline <= self._deps.clock():
            raise TaskTimeout(
                "The browser container did not answer within the action's time.",
                requestId=operation_id,
            )
        return Running(operation_id)

    def _live_session(self, owner: OwnerId, session_id: SessionId) -> Session:
        session = self._sessions.get(owner, session_id)
        check_live(session)
        return session
