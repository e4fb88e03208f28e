"""Playwright for Python, unmodified, on a remote browser: the project's main job."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.integration.api import RemoteBrowser
from tests.integration.files import LargeFile
from tests.integration.site import TALL_PAGE_PX, Site, download_body
from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS, wait_until

_PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with sync_playwright() as started:
        yield started
    expect.set_options(timeout=5_000)


@pytest.fixture
def browser(playwright: Playwright, remote: RemoteBrowser) -> Iterator[Browser]:
    connected = playwright.chromium.connect_over_cdp(remote.connect_url)
    connected.contexts[0].set_default_timeout(2_000 * PATIENCE_SECONDS)
    yield connected
    connected.close()


@pytest.fixture
def page(browser: Browser) -> Page:
    return browser.contexts[0].pages[0]


def test_a_new_session_has_one_context_with_one_blank_page(browser: Browser) -> None:
    assert [page.url for page in browser.contexts[0].pages] == ["about:blank"]


def test_it_connects_through_the_http_address_with_the_token_in_its_query(
    playwright: Playwright, remote: RemoteBrowser
) -> None:
    connected = playwright.chromium.connect_over_cdp(remote.http_url)

    assert connected.is_connected()
    assert connected.contexts[0].pages[0].evaluate("6 * 7") == 42
    connected.close()


def test_it_connects_through_the_http_address_with_a_header(
    playwright: Playwright, remote: RemoteBrowser
) -> None:
    connected = playwright.chromium.connect_over_cdp(
        remote.http_url.partition("?")[0], headers={"Authorization": f"Bearer {remote.token}"}
    )

    assert connected.contexts[0].pages[0].evaluate("6 * 7") == 42
    connected.close()


def test_it_clicks_and_types_inside_cross_origin_iframes(page: Page, site: Site) -> None:
    page.goto(site.url("/"))
    frame = page.frame_locator("#cross")
    nested = page.frame_locator("#nested").frame_locator("iframe")

    frame.get_by_role("button", name="Press").click()
    frame.get_by_label("Field").press_sequentially("typed across origins")
    nested.get_by_role("button", name="Press").click()

    expect(frame.locator("#out")).to_have_text("clicked 1")
    expect(frame.locator("#echo")).to_have_text("typed across origins")
    expect(nested.locator("#out")).to_have_text("clicked 1")
    cross = page.frame("cross")
    assert cross is not None
    assert cross.url.startswith(site.other_origin)


def test_it_fills_in_and_sends_a_form(page: Page, site: Site) -> None:
    page.goto(site.url("/form"))

    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Colour").select_option("Blue")
    page.get_by_label("Agree").check()
    page.get_by_role("button", name="Send").click()

    page.wait_for_url("**/submitted*")
    sent = json.loads(page.locator("pre").inner_text())
    assert sent == {"name": "Ada", "colour": "Blue", "agree": "on"}


def test_it_uploads_twenty_megabytes(page: Page, site: Site, large_file: LargeFile) -> None:
    page.goto(site.url("/upload"))

    page.set_input_files("#file", large_file.path)

    page.wait_for_selector("#result:has-text('sha256')")
    got = json.loads(page.locator("#result").inner_text())
    assert got == {"size": large_file.size, "sha256": large_file.sha256}


def test_a_download_lands_in_the_sessions_own_folder(stack: Stack, page: Page, site: Site) -> None:
    page.goto(site.url("/plain"))

    with page.expect_download() as started:
        page.evaluate("location.href = '/download'")
    download = started.value

    assert download.suggested_filename == "report.bin"
    assert download.failure() is None
    wanted = hashlib.sha256(download_body()).digest()
    wait_until(
        lambda: [hashlib.sha256(data).digest() for data in downloaded(stack)] == [wanted],
        "the one file among the downloads",
    )


def downloaded(stack: Stack) -> list[bytes]:
    files = [file for file in stack.scratch.glob("*/*/downloads/*") if file.is_file()]
    return [file.read_bytes() for file in files]


def test_it_reads_a_files_content_through_the_page(page: Page, site: Site) -> None:
    page.goto(site.url("/plain"))

    digest = page.evaluate(
        """async () => {
          const bytes = await (await fetch('/download')).arrayBuffer();
          const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
          return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
        }"""
    )

    assert digest == hashlib.sha256(download_body()).hexdigest()


def test_it_takes_a_full_page_screenshot(page: Page, site: Site) -> None:
    page.goto(site.url("/tall"))

    png = page.screenshot(full_page=True)

    assert png.startswith(_PNG)
    assert int.from_bytes(png[16:20]) == page.evaluate("innerWidth")
    assert int.from_bytes(png[20:24]) == TALL_PAGE_PX


def test_it_prints_a_pdf(page: Page, site: Site) -> None:
    page.goto(site.url("/tall"))

    pdf = page.pdf()

    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")


@pytest.mark.parametrize(("opener", "by"), [("#blank", "link"), ("#open", "script")])
def test_it_follows_a_popup(page: Page, site: Site, opener: str, by: str) -> None:
    page.goto(site.url("/popups"))

    with page.expect_popup() as opened:
        page.click(opener)
    popup = opened.value
    popup.wait_for_load_state()

    assert popup.url == site.url(f"/popup?by={by}")
    assert popup.inner_text("h1") == "Popup"


def test_its_contexts_do_not_share_cookies(browser: Browser, site: Site) -> None:
    one, other = browser.new_context(), browser.new_context()
    page, foreign = one.new_page(), other.new_page()

    page.goto(site.url("/cookie/set?name=who&value=one"))
    page.goto(site.url("/cookie/read"))
    foreign.goto(site.url("/cookie/read"))

    assert page.inner_text("body") == "who=one"
    assert foreign.inner_text("body") == ""
    assert browser.contexts[0].cookies() == []


def test_it_comes_back_to_the_same_url_and_finds_everything_as_it_was(
    playwright: Playwright, remote: RemoteBrowser, site: Site
) -> None:
    first = playwright.chromium.connect_over_cdp(remote.connect_url)
    page = first.contexts[0].pages[0]
    page.goto(site.url("/cookie/set?name=kept&value=yes"))
    page.evaluate("globalThis.kept = 42")
    first.close()

    second = playwright.chromium.connect_over_cdp(remote.connect_url)
    (again,) = second.contexts[0].pages

    assert again.url == site.url("/cookie/set?name=kept&value=yes")
    assert again.evaluate("globalThis.kept") == 42
    assert [cookie["value"] for cookie in second.contexts[0].cookies()] == ["yes"]
    second.close()


def test_it_intercepts_requests(page: Page, site: Site) -> None:
    page.route("**/plain", lambda route: route.fulfill(body="<title>mine</title>"))

    page.goto(site.url("/plain"))

    assert page.title() == "mine"


def test_it_hears_the_reason_when_its_session_is_released(
    stack: Stack, playwright: Playwright
) -> None:
    remote = stack.api.create()
    connected = playwright.chromium.connect_over_cdp(remote.connect_url)
    page = connected.contexts[0].pages[0]
    gone: list[Browser] = []
    connected.on("disconnected", lambda left: gone.append(left))  # noqa: PLW0108

    stack.api.delete(remote.id)

    with pytest.raises(Exception, match="closed"):
        page.evaluate("1")
    wait_until(lambda: heard(playwright, gone), "the browser is disconnected")
    assert gone == [connected]


def heard(playwright: Playwright, news: list[Browser]) -> list[Browser]:
    """What has been told so far; Playwright tells only while it is waited for."""
    playwright.request.new_context().dispose()
    return news
