"""Orders about the canary, which operators give by calling the reaper: IAM says who may.

Redis is out of their reach, and this function is in its VPC.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from chalice_app import logs
from chalice_app.wiring import Deps
from shared.canary import PERCENT_MAX, Canary


class CanaryOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """`detail` of the event."""

    percent: Annotated[int, Meta(ge=0, le=PERCENT_MAX)] | None = None
    """None: nothing is set, what holds is told."""
    version: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")] | None = None
    """None: the share of the one there is; nothing happens if there is none."""


def follow_order(detail: object, deps: Deps) -> dict[str, Any]:
    """Set the share, if that is the order.

    Returns:
        What holds now, and how many tasks and sessions the canary has.

    Raises:
        msgspec.ValidationError: it is not such an order; nothing has changed.
    """
    order = msgspec.convert(detail, CanaryOrder)
    canary = _canary_after(order, deps)
    if canary is None:
        return {"version": None, "percent": 0, "tasks": 0, "sessions": 0}
    tasks = [task for task in deps.store.live_tasks(deps.clock()) if task.canary == canary.version]
    return {
        "version": canary.version,
        "percent": canary.percent,
        "tasks": len(tasks),
        "sessions": sum(len(deps.store.leases(task.task_id)) for task in tasks),
    }


def _canary_after(order: CanaryOrder, deps: Deps) -> Canary | None:
    before = deps.canary.read()
    version = order.version or (before.version if before is not None else None)
    if order.percent is None or version is None:
        return before
    canary = Canary(version, order.percent)
    deps.canary.set(canary)
    logs.info("canary", version=canary.version, percent=canary.percent)
    return canary
