"""The live page behind proxies, after its line was cut, and in frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Page,
    WebSocket,
    expect,
)

from bench.certificate import write_certificate
from tests.integration.api import RemoteBrowser
from tests.integration.live.conftest import Open
from tests.integration.live.events import seen
from tests.integration.live_page import BLUE, GREEN, RED, SWATCH, LivePage, live_url
from tests.integration.prefix_proxy import PrefixProxy
from tests.integration.stack import Stack


@pytest.fixture
def proxy(stack: Stack, tmp_path: Path) -> Iterator[PrefixProxy]:
    with PrefixProxy(stack.http_base, "/tools/browser", write_certificate(tmp_path)) as running:
        yield running


@pytest.fixture
def behind(
    stack: Stack, there: Page, opened: Open, remote: RemoteBrowser, proxy: PrefixProxy
) -> LivePage:
    return opened(live_url(stack, remote, base=proxy.base), ignore_https_errors=True)


def test_it_works_behind_tls_and_a_path_prefix(behind: LivePage, there: Page) -> None:
    behind.wait_colour(SWATCH, RED)

    behind.click(there, "#paint")
    behind.click(there, "#text")
    behind.page.keyboard.type("through TLS")

    behind.wait_colour(SWATCH, GREEN)
    expect(there.locator("#text")).to_have_value("through TLS")


@pytest.mark.parametrize("sandbox", ["", "sandbox='allow-scripts allow-same-origin'"])
def test_another_sites_page_may_frame_it(
    stack: Stack, live: LivePage, remote: RemoteBrowser, sandbox: str
) -> None:
    url = live_url(stack, remote)
    live.page.goto(url.replace("127.0.0.1", "localhost").replace("/live?", "/health?"))
    frame = f'<iframe width=1000 height=700 {sandbox} src="{url}"></iframe>'

    live.page.set_content(frame)

    inside = live.page.frame_locator("iframe")
    expect(inside.locator("#connection")).to_have_text("Live")
    expect(inside.locator("#size")).to_have_text("1280 \u00d7 720")
    expect(inside.locator("#tabs")).to_contain_text("A page to watch")


def test_a_slash_too_many_leads_to_the_page(
    stack: Stack, opened: Open, there: Page, remote: RemoteBrowser, proxy: PrefixProxy
) -> None:
    url = live_url(stack, remote, base=proxy.base)

    live = opened(url.replace("/live?", "/live/?"), ignore_https_errors=True)

    assert live.page.url == url


def test_it_comes_back_by_itself_after_its_line_was_cut(
    behind: LivePage, there: Page, proxy: PrefixProxy
) -> None:
    behind.wait_colour(SWATCH, RED)
    behind.click(there, "#text")
    behind.page.keyboard.down("Shift")
    seen(there, "keydown Shift")

    proxy.broken.set()
    proxy.cut()
    expect(behind.page.locator("#curtain-title")).to_have_text("Connection lost")
    there.evaluate("() => { swatch.style.background = 'rgb(30, 30, 200)' }")
    proxy.broken.clear()
    # Not `click`, which waits for a button that goes when the next attempt comes first.
    behind.page.dispatch_event("#curtain-button", "click")
    behind.wait_connected()

    behind.wait_colour(SWATCH, BLUE)
    seen(there, "keyup Shift")
    behind.page.keyboard.up("Shift")
    behind.page.keyboard.type("again")
    expect(there.locator("#text")).to_have_value("again")


def test_it_comes_back_without_being_told_to(
    behind: LivePage, there: Page, proxy: PrefixProxy
) -> None:
    proxy.cut()
    there.evaluate("() => { swatch.style.background = 'rgb(30, 30, 200)' }")

    behind.wait_colour(SWATCH, BLUE)
    behind.wait_connected()


def test_it_does_not_come_back_to_a_session_that_ended_meanwhile(
    stack: Stack, behind: LivePage, remote: RemoteBrowser, proxy: PrefixProxy
) -> None:
    proxy.broken.set()
    proxy.cut()
    expect(behind.page.locator("#curtain-title")).to_have_text("Connection lost")
    stack.api.delete(remote.id)
    proxy.broken.clear()

    expect(behind.page.locator("#connection")).to_have_text("Ended")
    expect(behind.page.locator("#curtain-text")).to_contain_text("released")


def test_pictures_stop_when_nobody_looks(live: LivePage) -> None:
    def stopped(message: str | bytes) -> bool:
        return isinstance(message, str) and '"SCREENCAST_STOPPED"' in message

    sockets: list[WebSocket] = []
    live.page.on("websocket", lambda socket: sockets.append(socket))  # noqa: PLW0108
    live.page.reload()
    live.wait_connected()

    with sockets[-1].expect_event("framereceived", stopped):
        live.page.evaluate(
            "() => { Object.defineProperty(document, 'hidden', { value: true });"
            " document.dispatchEvent(new Event('visibilitychange')); }"
        )
