from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.logger import LogEvent, Logger, globalLogPublisher
from twisted.python.failure import Failure

from cdp_proxy.transport import tasks
from cdp_proxy.transport.tasks import all_done, spawn


@pytest.fixture(autouse=True)
def _nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests may have left something waiting."""
    monkeypatch.setattr(tasks, "_running", set())


async def waits_for(deferred: Deferred[None]) -> None:
    await deferred


def test_all_done_waits_for_everything_spawned() -> None:
    first, second = Deferred[None](), Deferred[None]()
    spawn(waits_for(first), "first")
    spawn(waits_for(second), "second")
    done = all_done()
    first.callback(None)
    assert not done.called

    second.callback(None)

    assert done.called


def test_all_done_is_done_when_nothing_runs() -> None:
    assert all_done().called


def test_a_failure_is_logged_under_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[LogEvent] = []
    monkeypatch.setattr(tasks, "_log", Logger(observer=events.append))

    async def fails() -> None:
        raise ValueError("as expected")

    spawn(fails(), "a doomed one")

    (event,) = events
    assert event["what"] == "a doomed one"
    assert isinstance(event["log_failure"], Failure)
    assert event["log_failure"].check(ValueError)
    assert all_done().called


def test_the_log_is_the_global_one() -> None:
    assert tasks._log.observer is globalLogPublisher
