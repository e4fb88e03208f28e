"""The browser's own controls on the live page, take-over, and what a token allows."""

from __future__ import annotations

import re
import threading

from playwright.sync_api import (
    Browser,
    Error,
    Page,
    WebSocket,
    expect,
    sync_playwright,
)

from shared.tokens import Scope
from tests.integration.api import RemoteBrowser
from tests.integration.cdp import CdpClient
from tests.integration.live.conftest import Open
from tests.integration.live_page import BLUE, GREEN, RED, SECONDS, SWATCH, LivePage, live_url
from tests.integration.site import Site
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until


def test_the_address_goes_places_and_back_forward_and_reload_work(
    live: LivePage, there: Page, site: Site
) -> None:
    first, second = there.url, site.url("/plain")
    address = live.page.locator("#address")
    expect(address).to_have_value(first)

    address.fill(second.removeprefix("http://"))
    address.press("Enter")
    there.wait_for_url(second)
    expect(address).to_have_value(second)
    live.page.click("#back")
    there.wait_for_url(first)
    live.page.click("#forward")
    there.wait_for_url(second)
    there.evaluate("() => { globalThis.old = true }")
    live.page.click("#reload")
    there.wait_for_function("() => !globalThis.old")

    expect(live.page.locator("#tabs .active")).to_contain_text("plain")


def test_what_is_typed_becomes_an_address(live: LivePage) -> None:
    meant = {
        "example.com": "https://example.com",
        " example.com:8443/a?b#c ": "https://example.com:8443/a?b#c",
        "localhost:3000/x": "http://localhost:3000/x",
        "intranet": "http://intranet",
        "10.0.0.7": "http://10.0.0.7",
        "[::1]:80": "http://[::1]:80",
        "http://example.com": "http://example.com",
        "about:blank": "about:blank",
        "two words": "",
        "": "",
    }

    addresses = live.page.evaluate(
        "async (texts) => texts.map((await import('./live/tabs.js')).addressOf)", list(meant)
    )

    assert addresses == list(meant.values())


def test_an_address_that_leads_nowhere_says_so(live: LivePage) -> None:
    live.page.fill("#address", "http://127.0.0.1:9/")
    live.page.press("#address", "Enter")

    expect(live.page.locator("#toast")).to_contain_text("could not be opened")
    expect(live.page.locator("#toast")).to_contain_text("ERR_")


def test_tabs_are_opened_shown_and_closed(live: LivePage, there: Page, site: Site) -> None:
    tabs = live.page.locator("#tabs li")
    expect(tabs).to_have_count(1)

    with there.context.expect_page() as opening:
        live.page.click("#new-tab")
    expect(tabs).to_have_count(2)
    expect(live.page.locator("#hint")).to_be_visible()
    expect(tabs.nth(1)).to_contain_text("New tab")
    live.page.fill("#address", site.url("/popup"))
    live.page.press("#address", "Enter")
    expect(tabs.nth(1)).to_contain_text("popup")
    live.wait_colour(SWATCH, (255, 255, 255))
    tabs.nth(0).locator(".tab").click()
    live.wait_colour(SWATCH, RED)
    with opening.value.expect_event("close"):
        tabs.nth(1).locator(".close").click()

    expect(tabs).to_have_count(1)
    expect(tabs.nth(0)).to_contain_text("A page to watch")


def test_dialogs_of_the_page_are_answered(live: LivePage, there: Page) -> None:
    there.on("dialog", lambda _dialog: None)  # so that Playwright does not answer it
    box = live.page.locator("#dialog")

    live.click(there, "#ask")
    expect(box).to_contain_text("How many?")
    expect(live.page.locator("#dialog-answer")).to_be_focused()
    expect(live.page.locator("#dialog-answer")).to_have_value("ten")
    live.page.keyboard.type("twelve")
    live.page.keyboard.press("Enter")
    expect(box).to_be_hidden()
    expect(there.locator("#answer")).to_have_text("twelve")
    expect(live.page.locator("#keys")).to_be_focused()
    live.click(there, "#sure")
    expect(box).to_be_visible()
    expect(box).to_contain_text("Really?")
    live.page.click("#dialog-dismiss")

    expect(there.locator("#answer")).to_have_text("no")
    expect(box).to_be_hidden()
    there.focus("#sure")
    live.page.keyboard.press("Enter")
    expect(live.page.locator("#dialog-accept")).to_be_focused()
    expect(box).to_contain_text("Really?")
    live.page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(live.page.locator("#toast")).to_be_hidden()


def test_who_comes_while_a_dialog_is_open_sees_it(
    live: LivePage, opened: Open, there: Page
) -> None:
    there.on("dialog", lambda _dialog: None)
    live.click(there, "#ask")
    expect(live.page.locator("#dialog")).to_be_visible()

    late = opened()

    expect(late.page.locator("#dialog")).to_contain_text("How many?")
    late.page.click("#dialog-dismiss")
    expect(live.page.locator("#dialog")).to_be_hidden()
    expect(there.locator("#answer")).to_have_text("nothing")


def test_a_dialog_that_opens_before_the_first_picture_is_answered(
    stack: Stack, local: Browser, remote: RemoteBrowser
) -> None:
    with CdpClient(remote.connect_url) as direct:
        tab = direct.page()
        tab.call("Page.enable")
        url = "data:text/html,<script>alert('Before anything')</script>done"
        direct.start("Page.navigate", {"url": url}, tab.session_id)
        direct.wait_event("Page.javascriptDialogOpening", tab.session_id)
        page = local.new_page()
        page.goto(live_url(stack, remote))
        expect(page.locator("#dialog")).to_contain_text("Before anything")

        page.click("#dialog-accept")

        expect(page.locator("#dialog")).to_be_hidden()
        expect(page.locator("#curtain")).to_be_hidden()
        page.close()


def test_a_person_takes_over_from_a_script_and_gives_back(
    stack: Stack, opened: Open, remote: RemoteBrowser, site: Site
) -> None:
    midway, taken = threading.Event(), threading.Event()
    outcome: list[object] = []

    def script() -> None:
        with sync_playwright() as own:
            page = own.chromium.connect_over_cdp(remote.connect_url).contexts[0].pages[0]
            page.goto(site.url("/actions/live.html"))
            page.fill("#text", "script")
            midway.set()
            taken.wait(2 * SECONDS)
            page.click("#paint", timeout=4_000 * SECONDS)
            outcome.append((page.input_value("#text"), page.evaluate("seen.slice()")))

    running = threading.Thread(target=script)
    running.start()
    assert midway.wait(2 * SECONDS)
    live = opened()
    who, more = live.page.locator("#control-who"), live.page.locator("#control-more")
    live.wait_colour(SWATCH, RED)

    live.page.click("#control-button")
    expect(who).to_have_text("You have control")
    taken.set()
    expect(more).to_have_text(re.compile(r"\d:\d\d left · \d commands? waits?$"))
    live.page.mouse.click(*live.place(400, 432))
    live.page.keyboard.type(" and person")
    live.wait_colour(SWATCH, RED)
    assert outcome == []
    live.page.click("#control-button")

    live.wait_colour(SWATCH, GREEN)
    running.join(2 * SECONDS)
    expect(who).to_have_text("The agent has control")
    ((text, events),) = outcome
    assert text == "script and person"
    assert events[-1] == "click 1"  # the script's, once


def test_others_see_who_has_control(live: LivePage, opened: Open) -> None:
    other = opened()

    live.page.click("#control-button")

    expect(other.page.locator("#control-who")).to_have_text("A person has control")
    other.page.click("#control-button")
    expect(live.page.locator("#control-who")).to_have_text("The agent has control")


def stop_clock(page: Page) -> None:
    """Have a page's clock go on no more by itself; it leaps ahead by two seconds first."""

    def stopped() -> bool:
        try:
            page.clock.pause_at(page.evaluate("Date.now() / 1000") + 2)
        except Error:
            return False  # it is later than that already
        return True

    wait_until(stopped, "the clock stands still")


def test_control_is_extended_for_who_is_at_work_and_nobody_else(opened: Open, there: Page) -> None:
    sockets: list[WebSocket] = []
    sent: list[str] = []
    received: list[str] = []

    def watch(socket: WebSocket) -> None:
        sockets.append(socket)
        sent.clear()
        received.clear()
        socket.on("framesent", lambda text: sent.append(str(text)))
        socket.on("framereceived", lambda text: received.append(str(text)))

    def takes(text: str | bytes) -> bool:
        return '"holder":"human"' in str(text)

    def pings_are_answered() -> bool:
        live.page.evaluate("0")  # Playwright tells of frames only while it is waited for
        pings = sum('"PING"' in text for text in sent)
        return pings == sum('"PONG"' in text for text in received)

    live = opened(before=lambda page: page.clock.install())
    live.page.on("websocket", watch)
    live.page.reload()
    live.wait_connected()
    # Of a clock that had leapt before a new picture came it would think that it is a wrong one.
    there.evaluate("() => { swatch.style.background = 'rgb(30, 30, 200)' }")
    live.wait_colour(SWATCH, BLUE)

    live.page.click("#control-button")
    expect(live.page.locator("#control-more")).to_contain_text("left")
    stop_clock(live.page)
    # A leap would make a ping that is under way one that nobody has answered for too long.
    wait_until(pings_are_answered, "all pongs")
    live.page.clock.fast_forward(250_000)
    expect(live.page.locator("#control-more")).to_contain_text("0:")
    assert len([text for text in sent if takes(text)]) == 1

    with sockets[-1].expect_event("framesent", takes):
        live.click(there, "#paint")
        live.page.clock.run_for(2_000)


def test_who_may_only_watch_sees_everything_and_touches_nothing(
    stack: Stack, opened: Open, there: Page, remote: RemoteBrowser
) -> None:
    live = opened(live_url(stack, remote, [Scope.VIEW]))
    live.wait_colour(SWATCH, RED)

    live.click(there, "#paint")
    live.page.keyboard.type("x")
    there.evaluate("() => { swatch.style.background = 'rgb(30, 30, 200)' }")
    live.wait_colour(SWATCH, BLUE)

    expect(live.page.locator("#control-who")).to_have_text("View only")
    touching = live.page.locator("[data-touches]")
    assert touching.count() > 8
    assert touching.evaluate_all("all => all.filter((it) => !it.disabled).length") == 0
    expect(live.page.locator("#back")).to_have_attribute("title", "This link can only watch")
    expect(live.page.locator("#keys")).to_be_disabled()
    assert there.evaluate("seen") == []
    expect(live.page.locator("#toast")).to_have_text("This link can only watch")


def test_a_wrong_token_gets_a_page_that_says_so(stack: Stack, local: Browser) -> None:
    page = local.new_page()

    answer = page.goto(f"{stack.http_base}/live?token=nonsense")

    assert answer is not None
    assert answer.status == 401
    expect(page.locator("h1")).to_have_text("This link is not valid")
    expect(page.locator("body")).to_contain_text("The token is not valid.")
    page.close()


def test_the_end_of_the_session_is_told_and_final(
    stack: Stack, live: LivePage, remote: RemoteBrowser
) -> None:
    stack.api.delete(remote.id)

    expect(live.page.locator("#curtain-title")).to_have_text("The session has ended")
    expect(live.page.locator("#curtain-text")).not_to_be_empty()
    expect(live.page.locator("#connection")).to_have_text("Ended")
    expect(live.page.locator("#curtain-button")).to_be_hidden()
    answer = live.page.reload()
    assert answer is not None
    assert answer.status == 410
    expect(live.page.locator("h1")).to_have_text("The session has ended")
