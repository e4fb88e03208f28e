"""Where a session is, as one look at Redis tells (`SessionStore.locate`)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from shared.ids import TaskId
from shared.records import Task
from shared.session_state import LIVE, EndReason, SessionStatus


class Located(Struct, frozen=True):
    """Where a session is."""

    status: SessionStatus
    task_id: TaskId
    """Empty while it stands in line."""
    end_reason: EndReason | None
    task: Task | None
    """What its task says of itself; None when there is none, or its heartbeat has lapsed."""

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.status in LIVE


def located_from_redis(fields: Sequence[bytes | None]) -> Located | None:
    """Of status, task, end reason and the task's document; None when there is no session."""
    status, task_id, reason, doc = fields
    if status is None:
        return None
    return Located(
        status=SessionStatus(status.decode()),
        task_id=TaskId((task_id or b"").decode()),
        end_reason=EndReason(reason.decode()) if reason else None,
        task=msgspec.json.decode(doc, type=Task) if doc else None,
    )
