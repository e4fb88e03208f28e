"""A container in which browsers have ceased to start: what lives goes on, nothing new comes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cdp_proxy.transport.chromium import find_binary
from tests.integration.api import request
from tests.integration.cdp import CdpClient
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until


@dataclass
class SwitchedBrowser:
    """The path of a browser, which may become that of something else."""

    path: Path

    def be(self, program: str) -> None:
        """From the next start on."""
        fresh = self.path.with_suffix(".new")
        fresh.symlink_to(program)
        fresh.replace(self.path)


@pytest.fixture
def browser() -> Iterator[SwitchedBrowser]:
    with tempfile.TemporaryDirectory(prefix="wc-browser-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # browsers run as users of their own
        switched = SwitchedBrowser(folder / "browser")
        switched.be(find_binary("headless-shell", os.environ.get("WALLCRAWLER_BROWSER_PATH")))
        yield switched


def test_sessions_go_on_and_new_ones_come_once_browsers_start_again(
    browser: SwitchedBrowser,
) -> None:
    real = str(browser.path.readlink())
    environment = {"WALLCRAWLER_BROWSER_PATH": str(browser.path)}
    with Stack("--max-sessions", "4", "--warm", "1", environment=environment) as stack:

        def health() -> tuple[int, str]:
            answer = request(stack.http_base, "GET", "/health")
            return answer.status, str(answer.json()["status"])

        first = stack.api.create()
        with CdpClient(first.connect_url) as client:
            page = client.page()
            wait_until(lambda: request(stack.http_base, "GET", "/health").json()["warm"], "one")
            browser.be("/bin/false")
            second = stack.api.create()  # has the last that was started before

            wait_until(lambda: health() == (200, "unhealthy"), "no browser starts any more")
            wait_until(lambda: stack.free_slots() == 0, "no slot is offered any more")
            assert stack.api.send("POST", "/sessions").error["code"] == "NO_CAPACITY"
            assert page.evaluate("6 * 7") == 42

        for each in (first, second):
            stack.api.delete(each.id)
        wait_until(lambda: health() == (503, "unhealthy"), "without sessions it is to be replaced")
        browser.be(real)
        wait_until(lambda: health() == (200, "ok"), "browsers start again")
        wait_until(lambda: stack.free_slots() == 4, "its slots are offered again")
        with CdpClient(stack.api.create().connect_url) as client:
            assert client.page().evaluate("6 * 7") == 42
