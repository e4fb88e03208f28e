from __future__ import annotations

from shared import ids


def test_identifiers_are_plain_text_at_run_time() -> None:
    made = [kind("x") for kind in (ids.SessionId, ids.TaskId, ids.RequestId, ids.OwnerId)]

    assert made == ["x"] * 4
