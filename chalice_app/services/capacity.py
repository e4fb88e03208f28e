"""Capacity for sessions that stand in line: started when it is needed, looked after each minute.

What is started is decided in Redis (`shared.waiting`), so that any number of Lambdas may do this at
once; this only asks ECS and tells Redis what came of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chalice_app import logs
from chalice_app.aws.capacity import StartRefused, StartUnknown, Stopped
from chalice_app.metrics import ApiMetrics
from shared.clock import Clock
from shared.errors import CapacityRefused, CapacityUnavailable, SessionEnded, WallCrawlerError
from shared.ids import StartToken
from shared.limits import START_SECONDS_MAX
from shared.records import Session
from shared.session_state import EndReason
from shared.store import Growth
from shared.waiting import Line, Start

_ERRORS: dict[EndReason, type[WallCrawlerError]] = {
    EndReason.CAPACITY_UNAVAILABLE: CapacityUnavailable,
    EndReason.CAPACITY_TIMEOUT: CapacityUnavailable,
    EndReason.CAPACITY_REFUSED: CapacityRefused,
    EndReason.CAPACITY_LOST: CapacityRefused,
}


class Cluster(Protocol):
    """Where tasks are started (`chalice_app.aws.capacity.EcsCapacity`)."""

    def run(self, token: StartToken) -> str:
        """Start one task; its ARN."""
        ...

    def stopped(self, task_arns: Sequence[str]) -> dict[str, Stopped]:
        """Which of these have stopped."""
        ...


class CapacityService:
    """Starts what is needed and gives up what has failed."""

    def __init__(
        self, cluster: Cluster, line: Line, growth: Growth, clock: Clock, metrics: ApiMetrics
    ) -> None:
        self._metrics = metrics
        self._cluster = cluster
        self._line = line
        self._growth = growth
        self._clock = clock

    def grow(self, tokens: Sequence[StartToken]) -> None:
        """Start what those in line need and nobody has started yet.

        Those for whom nothing could be started have failed afterwards, with the reason.

        Args:
            tokens: never used before; as many tasks are started at most.
        """
        for token in self._line.plan(self._growth, self._clock(), tokens):
            self._start(token)

    def top_up(self, tokens: Sequence[StartToken]) -> None:
        """Look after the starts: give up those whose tasks have stopped, then `grow`."""
        starts = self._line.starts()
        self._give_up_stopped(starts)
        now = self._clock()
        for token, start in starts.items():
            if now - start.decided_at > START_SECONDS_MAX:
                logs.info("a task never served", start=token, taskArn=start.task_arn)
                self._line.give_up(token, self._growth, now, None)
        self.grow(tokens)

    def _start(self, token: StartToken) -> None:
        try:
            task_arn = self._cluster.run(token)
        except StartUnknown as unknown:
            logs.info("ECS gave no answer", start=token, reason=str(unknown))
        except StartRefused as refused:
            logs.info("ECS started no task", start=token, reason=str(refused))
            self._give_up(token, refused.reason, refused.detail)
        else:
            logs.info("started a task", start=token, taskArn=task_arn)
            self._line.confirm(token, task_arn)

    def _give_up_stopped(self, starts: dict[StartToken, Start]) -> None:
        token_of = {start.task_arn: token for token, start in starts.items() if start.task_arn}
        if not token_of:
            return
        try:
            stopped = self._cluster.stopped(list(token_of))
        except StartUnknown as unknown:
            logs.info("ECS could not be asked about tasks", reason=str(unknown))
            return
        for task_arn, fate in stopped.items():
            token = token_of[task_arn]
            logs.info("a task stopped before it served", start=token, reason=fate.text)
            self._give_up(token, fate.reason, fate.detail)

    def _give_up(self, token: StartToken, reason: EndReason | None, detail: str) -> None:
        failed = self._line.give_up(token, self._growth, self._clock(), reason, detail)
        self._metrics.failed([reason] * len(failed))
        if failed:
            logs.info("sessions failed for lack of capacity", sessions=failed, detail=detail)


def error_of(session: Session) -> WallCrawlerError:
    """Why a session that was to be created has ended."""
    reason = session.end_reason
    if reason is None:
        return SessionEnded("The session has ended.", status=session.status.value)
    if reason not in _ERRORS:
        return SessionEnded(reason.text, status=session.status.value)
    return _ERRORS[reason](
        reason.text, sessionId=session.spec.session_id, reason=session.end_detail or reason.value
    )
