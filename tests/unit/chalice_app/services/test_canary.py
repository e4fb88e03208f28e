from __future__ import annotations

import msgspec
import pytest

from chalice_app.services.canary import follow_order
from chalice_app.wiring import Deps
from shared.canary import Canary
from shared.clock import system_clock
from tests.fakes.records import make_task


def test_a_share_is_set_and_what_holds_is_told(deps: Deps) -> None:
    for name, version in (("task-a", ""), ("task-b", "v2"), ("task-c", "v2")):
        task = msgspec.structs.replace(make_task(name), canary=version)
        deps.store.beat(task, system_clock(), 60)

    said = follow_order({"version": "v2", "percent": 5}, deps)

    assert said == {"version": "v2", "percent": 5, "tasks": 2, "sessions": 0}
    assert deps.canary.read() == Canary("v2", 5)


def test_without_a_version_the_present_ones_share_is_set(deps: Deps) -> None:
    deps.canary.set(Canary("v2", 5))

    assert follow_order({"percent": 0}, deps)["version"] == "v2"
    assert deps.canary.read() == Canary("v2", 0)


def test_without_a_share_what_holds_is_told_and_nothing_set(deps: Deps) -> None:
    deps.canary.set(Canary("v2", 5))

    assert follow_order({}, deps) == {"version": "v2", "percent": 5, "tasks": 0, "sessions": 0}
    assert deps.canary.read() == Canary("v2", 5)


def test_where_there_is_no_canary_none_is_made(deps: Deps) -> None:
    said = follow_order({"percent": 0}, deps)

    assert said == {"version": None, "percent": 0, "tasks": 0, "sessions": 0}
    assert deps.canary.read() is None


@pytest.mark.parametrize(
    "detail",
    [
        None,
        [],
        {"percent": 100, "version": "v2"},
        {"percent": -1, "version": "v2"},
        {"percent": 5, "version": "a b"},
        {"percent": 5, "more": 1},
    ],
)
def test_what_is_no_order_changes_nothing(detail: object, deps: Deps) -> None:
    deps.canary.set(Canary("v1", 1))

    with pytest.raises(msgspec.ValidationError):
        follow_order(detail, deps)
    assert deps.canary.read() == Canary("v1", 1)
