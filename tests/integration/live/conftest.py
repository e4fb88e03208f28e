"""A person's browser on one side, the remote page on the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from cdp_proxy.transport.chromium import find_binary
from tests.integration.api import RemoteBrowser
from tests.integration.live_page import SECONDS, LivePage, live_url
from tests.integration.site import Site
from tests.integration.stack import Stack

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3}

Open = Callable[..., LivePage]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as started:
        yield started
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def local(playwright: Playwright) -> Iterator[Browser]:
    """The browser of the person who watches."""
    program = find_binary("headless-shell", None)
    browser = playwright.chromium.launch(executable_path=program)
    yield browser
    browser.close()


@pytest.fixture
def there(playwright: Playwright, remote: RemoteBrowser, site: Site) -> Iterator[Page]:
    """The remote page, as a client of the session has it."""
    connected = playwright.chromium.connect_over_cdp(remote.connect_url)
    page = connected.contexts[0].pages[0]
    page.context.set_default_timeout(SECONDS * 1000)
    page.goto(site.url("/actions/live.html"))
    yield page
    connected.close()


@pytest.fixture
def opened(stack: Stack, local: Browser, remote: RemoteBrowser) -> Iterator[Open]:
    """Opens live pages of the session; none of them may have complained in the end."""
    pages: list[LivePage] = []

    def open_page(
        url: str = "", before: Callable[[Page], object] | None = None, **context: object
    ) -> LivePage:
        size = {"viewport": {"width": 1280, "height": 800}, **context}
        page = local.new_context(**size).new_page()  # type: ignore[arg-type]
        if before is not None:
            before(page)
        pages.append(LivePage(page, url or live_url(stack, remote)))
        return pages[-1]

    yield open_page
    for live in pages:
        live.page.context.close()
        assert live.errors == []


@pytest.fixture
def live(there: Page, opened: Open) -> LivePage:
    return opened()


@pytest.fixture
def phone(there: Page, opened: Open) -> LivePage:
    return opened(**PHONE, has_touch=True, is_mobile=True)
