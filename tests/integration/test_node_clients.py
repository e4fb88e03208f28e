"""Playwright for Node and Puppeteer, unmodified, on remote browsers of either edition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.api import RemoteBrowser
from tests.integration.conftest import NewSession
from tests.integration.files import LargeFile
from tests.integration.node_client import NodeClient
from tests.integration.site import DOWNLOAD_BYTES, TALL_PAGE_PX, Site
from tests.integration.stack import Stack

in_either_browser = pytest.mark.parametrize(
    "browser", ["headless-shell", "chromium"], indirect=True
)
"""For what may depend on the browser's edition; the rest is tried in the headless shell alone."""


@dataclass(frozen=True, slots=True)
class Script:
    """What one of the clients does with a session."""

    client: str
    node: NodeClient
    browser: RemoteBrowser
    site: Site

    def facts(self, scenario: str, **given: str) -> Any:
        """What it has found."""
        where = {"connectUrl": self.browser.connect_url, "origin": self.site.origin}
        return self.node.facts(self.client, scenario, **where, **given)


@pytest.fixture
def browser(request: pytest.FixtureRequest, new_session: NewSession) -> Iterator[RemoteBrowser]:
    if getattr(request, "param", "headless-shell") == "headless-shell":
        yield new_session()
        return
    full: Stack = request.getfixturevalue("full_stack")
    created = full.api.create()
    yield created
    full.api.delete(created.id)


@pytest.fixture(params=["playwright", "puppeteer"])
def script(
    request: pytest.FixtureRequest, node: NodeClient, browser: RemoteBrowser, site: Site
) -> Script:
    return Script(request.param, node, browser, site)


@in_either_browser
def test_it_clicks_and_types_inside_cross_origin_iframes(script: Script, site: Site) -> None:
    assert script.facts("frames", other=site.other_origin) == {
        "pages": 1,
        "title": "home",
        "clicked": "clicked 2",
        "typed": "typed across origins",
        "frameOrigin": site.other_origin,
    }


def test_it_reaches_an_iframe_inside_an_iframe_of_another_origin(script: Script) -> None:
    assert script.facts("nested") == {"clicked": "clicked 1"}


def test_it_fills_in_and_sends_a_form(script: Script) -> None:
    assert script.facts("form") == {"name": "Ada", "colour": "Blue", "agree": "on"}


@in_either_browser
def test_it_uploads_twenty_megabytes(script: Script, large_file: LargeFile) -> None:
    facts = script.facts("upload", file=str(large_file.path))

    if script.client == "puppeteer":
        assert facts.pop("refusal").endswith("upload it to the session first.")
    assert facts == {"size": large_file.size, "sha256": large_file.sha256}


@in_either_browser
def test_it_sees_a_download_through(script: Script) -> None:
    through = {
        "playwright": {"failure": None},
        "puppeteer": {"state": "completed", "bytes": DOWNLOAD_BYTES},
    }

    assert script.facts("download") == {"name": "report.bin", **through[script.client]}


@in_either_browser
def test_it_takes_a_full_page_screenshot_and_a_pdf(script: Script) -> None:
    facts = script.facts("pictures")

    assert (facts["pngMagic"], facts["pdfMagic"]) == ("PNG", "%PDF-")
    assert (facts["width"], facts["height"]) == (facts["viewport"], TALL_PAGE_PX)
    assert facts["pdfBytes"] > 5_000


@in_either_browser
def test_it_follows_popups_of_links_and_of_scripts(script: Script) -> None:
    assert script.facts("popups") == {"titles": ["popup", "popup"], "pages": 3}


@in_either_browser
def test_its_contexts_do_not_share_cookies(script: Script) -> None:
    assert script.facts("contexts") == {"own": "who=one", "foreign": ""}


@in_either_browser
def test_it_comes_back_to_the_same_url_and_finds_everything_as_it_was(
    script: Script, site: Site
) -> None:
    assert script.facts("reconnect") == {
        "wasConnected": False,
        "url": site.url("/cookie/set?name=kept&value=yes"),
        "variable": 42,
        "cookies": ["kept=yes"],
    }


def test_playwright_finds_the_session_through_its_http_address(
    node: NodeClient, remote: RemoteBrowser
) -> None:
    facts = node.facts("playwright", "discover", httpUrl=remote.http_url)

    assert facts["pages"] == 1
    assert facts["version"]


def test_puppeteers_close_ends_a_session_without_keep_alive(
    stack: Stack, node: NodeClient, new_session: NewSession
) -> None:
    browser = new_session(keepAlive=False)

    facts = node.facts("puppeteer", "close", connectUrl=browser.connect_url)

    assert facts == {"connected": False}
    stack.wait_ended(browser, status="ended", reason="browser_closed")


def test_puppeteers_close_leaves_a_session_with_keep_alive_running(
    stack: Stack, node: NodeClient, remote: RemoteBrowser
) -> None:
    facts = node.facts("puppeteer", "close", connectUrl=remote.connect_url)

    assert facts == {"connected": False}
    assert stack.status(remote) == ("active", None)
