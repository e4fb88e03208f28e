"""Actions under way: each in a live session, bounded in time and number, ended with its session.

What an action does is the runner's; here it gets its session, its end, and a bound on its result.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any, Protocol

import msgspec
from msgspec import Raw
from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as OverTime
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall

from cdp_proxy.core.actions.steps import Method
from cdp_proxy.transport.registry import Sessions
from cdp_proxy.transport.session import LiveSession
from shared.actions import ActBody, ActionBody, ActionRequest
from shared.errors import (
    ActionTimeout,
    InvalidRequest,
    NoCapacity,
    ResultTooLarge,
    SessionEnded,
    SessionNotFound,
)
from shared.limits import (
    ACTION_GRACE_SECONDS,
    ACTIONS_PER_SESSION_MAX,
    IDLE_TIMEOUT_SECONDS_MIN,
    RESULT_BYTES_MAX,
)

_USAGE_SECONDS = IDLE_TIMEOUT_SECONDS_MIN / 2
"""A session in which an action waits is not idle, however short its idle timeout is."""
_METHODS = frozenset(method.value for method in Method)


class ActionRunner(Protocol):
    """Does to a session's page what is asked (`transport.actions`)."""

    async def run(
        self, session: LiveSession, request: ActionRequest[ActionBody]
    ) -> Mapping[str, object]:
        """Do what the class of `request.body` says; the answer is JSON, the API's `data`.

        It keeps to `request.body.timeout_ms` by itself. It is cancelled (`CancelledError` where it
        awaits) when the session ends, and when it has not kept to its time.

        Raises:
            WallCrawlerError: why not.
        """
        ...


class RunningActions:
    """All actions of this container."""

    def __init__(self, reactor: IReactorTime, sessions: Sessions, runner: ActionRunner) -> None:
        self._reactor = reactor
        self._sessions = sessions
        self._runner = runner

    async def run(self, request: ActionRequest[ActionBody]) -> Raw:
        """Run an action to its end.

        Returns:
            Its result as JSON text.

        Raises:
            WallCrawlerError: the runner's; `SessionEnded` when the session did so first.
        """
        _check_method(request.body)
        session = await self._sessions.find(request.session_id)
        if session is None:
            raise SessionNotFound("This container does not run that session.")
        _check_number(session)
        timeout_seconds = request.body.timeout_ms / 1000
        try:
            return _encode(await self._run_in(session, request, timeout_seconds))
        except OverTime as error:
            raise ActionTimeout(f"The action did not end within {timeout_seconds:g} s.") from error
        except Exception as error:
            if session.end_reason is None:
                raise
            reason = session.end_reason
            raise SessionEnded(reason.text, status=reason.status.value) from error

    async def _run_in(
        self, session: LiveSession, request: ActionRequest[ActionBody], timeout_seconds: float
    ) -> Mapping[str, object]:
        usage = LoopingCall(session.used)
        usage.clock = self._reactor
        usage.start(_USAGE_SECONDS)
        action = _Action(self._runner.run(session, request))
        action.result.addTimeout(timeout_seconds + ACTION_GRACE_SECONDS, self._reactor)
        session.transfers.add(action)
        try:
            return await action.result
        finally:
            session.transfers.discard(action)
            usage.stop()
            session.used()


class _Action:
    """One action under way; its session cuts it off when it ends."""

    def __init__(self, run: Coroutine[Deferred[Any], Any, Mapping[str, object]]) -> None:
        self.result = Deferred.fromCoroutine(run)

    def cut_off(self) -> None:
        """End it half-way; harmless when it has ended."""
        self.result.cancel()


def _check_method(body: ActionBody) -> None:
    if not isinstance(body, ActBody) or body.action is None:
        return
    if body.action.method not in _METHODS:
        words = ", ".join(sorted(_METHODS))
        raise InvalidRequest(f"action.method must be one of {words}.", field="action.method")


def _check_number(session: LiveSession) -> None:
    under_way = sum(isinstance(transfer, _Action) for transfer in session.transfers)
    if under_way >= ACTIONS_PER_SESSION_MAX:
        raise NoCapacity(f"The session has {ACTIONS_PER_SESSION_MAX} actions under way already.")


def _encode(result: Mapping[str, object]) -> Raw:
    encoded = msgspec.json.encode(result)
    if len(encoded) > RESULT_BYTES_MAX:
        raise ResultTooLarge(
            f"The result has {len(encoded)} bytes, over the {RESULT_BYTES_MAX} that can be"
            " carried. Ask for less: a selector, no full page, a smaller image format.",
            bytes=len(encoded),
            limit=RESULT_BYTES_MAX,
        )
    return Raw(encoded)
