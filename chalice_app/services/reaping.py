"""What is done once a minute, whether anybody asks or not."""

from __future__ import annotations

from chalice_app import logs
from chalice_app.wiring import Deps


def look_after(deps: Deps) -> None:
    """Settle what became of sessions whose tasks are silent or never came; start what is needed."""
    now = deps.clock()
    failed = deps.store.reap(now)
    logs.info("reaped", sessions=failed)
    if failed:
        found = deps.store.locate(failed, now)
        deps.metrics.failed([each.end_reason for each in found if each is not None])
    if deps.capacity is not None and deps.config.capacity is not None:
        tokens = [deps.new_start_token() for _ in range(deps.config.capacity.tasks_max)]
        deps.capacity.top_up(tokens)
