"""Fixtures that every tier may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.fakes.api import close_test_deps
from tests.redis_fixture import redis_client, redis_url

__all__ = ["redis_client", "redis_url"]

# The machine may be busy: what takes long is no finding of its own.
settings.register_profile("any-pace", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# For `./wallcrawler check`: what it says of a commit does not depend on luck.
settings.register_profile("check", settings.get_profile("any-pace"), derandomize=True)
settings.load_profile("any-pace")

_TIERS = ("integration", "functional", "unit", "image")
"""In the order they run: the long ones first, lest one worker ends with them alone; and the image
last, which is being built meanwhile (`./wallcrawler check`)."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tiers in order."""
    folders = {item: item.path.relative_to(Path(__file__).parent).parts[0] for item in items}
    items.sort(key=lambda item: _TIERS.index(folders[item]) if folders[item] in _TIERS else 0)


@pytest.fixture(autouse=True)
def _deps_are_closed() -> Iterator[None]:
    yield
    close_test_deps()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell in full of what `./wallcrawler check` saw fail, also where it then passed."""
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.write_sep("=", f"FAILED ONCE: {report.nodeid}", yellow=True)
        terminalreporter.write_line(report.longreprtext)
        for title, content in report.sections:
            terminalreporter.write_sep("-", title)
            terminalreporter.write_line(content)
