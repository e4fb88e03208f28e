"""Nothing may fail unseen: Twisted only logs what goes wrong in a coroutine nobody awaits."""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from twisted.logger import LogEvent, globalLogPublisher

from cdp_proxy.transport import tasks


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "logs_a_failure: the test is about a failure that is logged")


@pytest.fixture(autouse=True, scope="session")
def _old_objects_stay() -> None:
    """What is there before the first test need not be looked through after each."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def no_lost_failures(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test when Twisted has logged a failure, or dropped a Deferred that held one."""
    failures: list[str] = []

    def observe(event: LogEvent) -> None:
        if event.get("log_failure") is not None:
            failures.append(event["log_failure"].getTraceback())

    globalLogPublisher.addObserver(observe)
    yield
    gc.collect()
    globalLogPublisher.removeObserver(observe)
    if request.node.get_closest_marker("logs_a_failure") is None:
        assert not failures, "\n".join(failures)
    else:
        assert failures


@pytest.fixture(autouse=True)
def _no_work_of_others() -> Iterator[None]:
    """What a test has left unfinished on a clock of its own must not be waited for by the next."""
    yield
    tasks._running.clear()


@pytest.fixture
def scratch_dir() -> Iterator[Path]:
    """A folder that browsers may pass through: as root they run as other users than pytest."""
    folder = Path(tempfile.mkdtemp(prefix="wc-scratch-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)
