"""What twenty sessions with a live page cost the controller, and the machine."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import sync_playwright

from bench.candidates import WALLCRAWLER, wallcrawler_sessions
from bench.edition import Edition
from bench.report import Row

_SESSIONS = 20
_PAGE = (
    "data:text/html,<title>live</title>"
    "<script>self.kept = Array.from({length: 2e4}, (_, i) => ({i}))</script>"
)


def measure(edition: Edition) -> Iterator[Row]:
    """Memory with twenty sessions, each with a client connected and a page loaded."""
    container = edition.container()
    with sync_playwright() as playwright, wallcrawler_sessions(edition, _SESSIONS) as urls:
        browsers = [playwright.chromium.connect_over_cdp(url) for url in urls]
        for browser in browsers:
            browser.contexts[0].pages[0].goto(_PAGE)
        controller = container.memory_info().rss / 1e6
        chromiums = sum(
            child.memory_full_info().uss for child in container.children(recursive=True)
        )
        for browser in browsers:
            browser.close()
    yield Row(f"controller resident, {_SESSIONS} sessions", "MB", {WALLCRAWLER: controller})
    yield Row("a session's Chromium, unshared", "MB", {WALLCRAWLER: chromiums / 1e6 / _SESSIONS})
