from __future__ import annotations

import msgspec
import pytest

from shared.ids import TaskId
from shared.located import Located, located_from_redis
from shared.session_state import EndReason, SessionStatus
from tests.fakes.records import make_task


def test_without_a_status_there_is_no_session() -> None:
    assert located_from_redis([None, None, None, None]) is None


def test_one_in_line_has_no_task() -> None:
    found = located_from_redis([b"initializing", b"", None, None])

    assert found == Located(SessionStatus.INITIALIZING, TaskId(""), None, None)


def test_one_that_runs_has_what_its_task_says_of_itself() -> None:
    doc = msgspec.json.encode(make_task())

    found = located_from_redis([b"active", b"task-a", None, doc])

    assert found == Located(SessionStatus.ACTIVE, TaskId("task-a"), None, make_task())


@pytest.mark.parametrize(
    ("status", "live"), [("initializing", True), ("active", True), ("failed", False)]
)
def test_it_lives_until_it_has_ended(status: str, live: bool) -> None:
    reason = None if live else EndReason.CONTAINER_LOST.value.encode()

    found = located_from_redis([status.encode(), b"task-a", reason, None])

    assert found is not None
    assert found.live is live
