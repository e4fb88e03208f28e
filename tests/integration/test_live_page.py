"""The live page in a real browser: what a person sees and does there is real on the other side."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    Page,
    Playwright,
    WebSocket,
    expect,
    sync_playwright,
)

from bench.certificate import write_certificate
from cdp_proxy.transport.chromium import find_binary
from shared.tokens import Scope
from tests.integration.api import RemoteBrowser
from tests.integration.conftest import NewSession
from tests.integration.live_page import BLUE, GREEN, RED, SECONDS, SWATCH, LivePage, live_url
from tests.integration.prefix_proxy import PrefixProxy
from tests.integration.site import Site
from tests.integration.stack import Stack

ASCII = "".join(map(chr, range(32, 127)))
EVERYTHING = ASCII + "漢字かな한국어 äßñ €" + "😀👩‍👩‍👧🇳🇴"
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
def remote(new_session: NewSession) -> RemoteBrowser:
    return new_session()


@pytest.fixture
def there(playwright: Playwright, remote: RemoteBrowser, site: Site) -> Iterator[Page]:
    """The remote page, as a client of the session has it."""
    connected = playwright.chromium.connect_over_cdp(remote.connect_url)
    page = connected.contexts[0].pages[0]
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


def seen(there: Page, what: str) -> None:
    """Wait until the remote page has noticed an event."""
    there.wait_for_function("what => seen.includes(what)", arg=what)


# What is seen


def test_it_shows_what_the_page_paints_and_follows_it(live: LivePage, there: Page) -> None:
    live.wait_colour(SWATCH, RED)

    there.evaluate("() => { swatch.style.background = 'rgb(30, 30, 200)' }")

    live.wait_colour(SWATCH, BLUE)
    expect(live.page.locator("#size")).to_have_text("1280 \u00d7 720")


def test_it_says_how_fast_pictures_come_and_how_old_they_are(live: LivePage, there: Page) -> None:
    there.evaluate("() => setInterval(() => { answer.textContent = performance.now() }, 50)")

    live.page.wait_for_function(
        r"() => /^\d+ fps · \d+ ms$/.test(document.querySelector('#pace').textContent)"
    )


def test_it_says_that_the_page_does_not_change(live: LivePage) -> None:
    expect(live.page.locator("#pace")).to_have_text("Page idle")


def test_every_control_has_a_name(live: LivePage) -> None:
    nameless = live.page.evaluate(
        """() => [...document.querySelectorAll("button, input, textarea, canvas")]
          .filter((it) => !(it.getAttribute("aria-label") || it.textContent.trim()))
          .filter((it) => it.id !== "curtain-button")
          .map((it) => it.outerHTML)"""
    )

    assert nameless == []


# The pointer


def test_a_click_presses_a_button_of_the_page(live: LivePage, there: Page) -> None:
    live.click(there, "#paint")

    live.wait_colour(SWATCH, GREEN)
    assert there.evaluate("seen.filter((it) => it.startsWith('click'))") == ["click 1"]


def test_double_and_right_clicks_are_what_they_are(live: LivePage, there: Page) -> None:
    live.click(there, "#swatch", click_count=2)
    live.click(there, "#swatch", button="right")

    seen(there, "contextmenu")
    clicks = there.evaluate("seen.filter((it) => /click|menu/.test(it))")
    assert clicks == ["click 1", "click 2", "dblclick 2", "contextmenu"]


@pytest.mark.parametrize(
    ("width", "height", "ratio"),
    [(1280, 800, 1), (900, 1000, 2), (1700, 500, 1.5), (2600, 1500, 1)],
)
def test_it_points_at_the_very_pixel_whatever_its_own_size(
    opened: Open, there: Page, width: int, height: int, ratio: float
) -> None:
    live = opened(viewport={"width": width, "height": height}, device_scale_factor=ratio)
    there.evaluate("() => onclick = (event) => { where = [event.clientX, event.clientY] }")

    for x, y in ((3, 3), (1276, 716), (700, 650)):
        there.evaluate("() => { where = null }")
        live.page.mouse.click(*live.place(x, y))
        where = there.wait_for_function("() => where").json_value()

        assert where == pytest.approx([x, y], abs=1.5)


def test_dragging_selects_text(live: LivePage, there: Page) -> None:
    there.fill("#text", "0123456789")
    field = there.locator("#text").bounding_box()
    assert field is not None
    middle = field["y"] + field["height"] / 2

    live.page.mouse.move(*live.place(field["x"] + 2, middle))
    live.page.mouse.down()
    live.page.mouse.move(*live.place(field["x"] + 60, middle))
    live.page.mouse.move(*live.place(field["x"] + field["width"] + 400, middle))
    live.page.mouse.up()

    there.wait_for_function("() => text.selectionEnd - text.selectionStart === 10")


def test_the_wheel_scrolls_the_page(live: LivePage, there: Page) -> None:
    live.page.mouse.move(*live.place(800, 500))

    live.page.mouse.wheel(0, 400)

    there.wait_for_function("() => scrollY === 400")


def test_a_wheel_that_counts_in_lines_scrolls_as_far(live: LivePage, there: Page) -> None:
    x, y = live.place(800, 500)

    live.page.evaluate(  # as Firefox tells of a notch
        "([clientX, clientY]) => document.querySelector('#screen').dispatchEvent("
        "new WheelEvent('wheel', { deltaY: 3, deltaMode: 1, clientX, clientY, cancelable: true }))",
        [x, y],
    )

    there.wait_for_function("() => scrollY === 120")


# The keyboard


def test_everything_typed_at_once_arrives_exactly(live: LivePage, there: Page) -> None:
    live.click(there, "#text")

    live.page.keyboard.type(EVERYTHING, delay=0)

    expect(there.locator("#text")).to_have_value(EVERYTHING)


def test_shortcuts_and_named_keys_are_the_pages(live: LivePage, there: Page) -> None:
    there.fill("#text", "old words")
    live.click(there, "#text")

    live.page.keyboard.press("Control+A")
    live.page.keyboard.press("Backspace")
    live.page.keyboard.type("new")
    live.page.keyboard.press("Home")
    live.page.keyboard.type(">")

    expect(there.locator("#text")).to_have_value(">new")
    seen(there, "keyup Home")


def test_an_input_methods_text_comes_when_it_is_done(live: LivePage, there: Page) -> None:
    there.evaluate("() => { values = []; text.oninput = () => values.push(text.value) }")
    live.click(there, "#text")
    cdp = live.page.context.new_cdp_session(live.page)
    process = {"key": "Process", "code": "KeyN", "windowsVirtualKeyCode": 229}

    for pinyin in ("n", "ni", "nih"):
        cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **process})
        caret = len(pinyin)
        composition = {"text": pinyin, "selectionStart": caret, "selectionEnd": caret}
        cdp.send("Input.imeSetComposition", composition)
    expect(live.page.locator("#preedit")).to_have_text("nih")
    cdp.send("Input.insertText", {"text": "你好"})

    expect(there.locator("#text")).to_have_value("你好")
    assert there.evaluate("values") == ["你好"]
    expect(live.page.locator("#preedit")).to_be_hidden()


def test_a_dead_key_makes_one_letter_with_the_next(live: LivePage, there: Page) -> None:
    live.click(there, "#text")
    cdp = live.page.context.new_cdp_session(live.page)

    cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Dead", "code": "Backquote"})
    letter = {"key": "ê", "code": "KeyE", "text": "ê", "unmodifiedText": "ê"}
    cdp.send("Input.dispatchKeyEvent", {"type": "keyDown", **letter})
    live.page.keyboard.type("tre")

    expect(there.locator("#text")).to_have_value("être")


def test_a_macs_command_is_control_there(opened: Open, there: Page) -> None:
    platform = "Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' })"
    live = opened(before=lambda page: page.add_init_script(platform))
    there.fill("#text", "old")
    live.click(there, "#text")

    live.page.keyboard.press("Meta+A")
    live.page.keyboard.type("new")

    expect(there.locator("#text")).to_have_value("new")
    seen(there, "keyup Control")
    assert "keydown Meta" not in there.evaluate("seen")


def test_the_local_clipboard_is_pasted(live: LivePage, there: Page) -> None:
    live.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    live.page.evaluate("text => navigator.clipboard.writeText(text)", "from here: 漢字 😀")
    live.click(there, "#text")

    live.page.keyboard.press("Control+V")

    expect(there.locator("#text")).to_have_value("from here: 漢字 😀")
    assert "keydown v" not in there.evaluate("seen")


def test_what_was_copied_there_is_pasted_there(live: LivePage, there: Page) -> None:
    there.fill("#text", "twice ")
    live.click(there, "#text")

    live.page.keyboard.press("Control+A")
    live.page.keyboard.press("Control+C")
    live.page.keyboard.press("End")
    live.page.keyboard.press("Control+V")

    expect(there.locator("#text")).to_have_value("twice twice ")


def test_a_very_long_text_is_pasted_whole(live: LivePage, there: Page) -> None:
    words = "word 😀 " * 20_000
    live.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    live.page.evaluate("text => navigator.clipboard.writeText(text)", words)
    live.click(there, "#text")

    live.page.keyboard.press("Control+V")

    there.wait_for_function("length => text.value.length === length", arg=len(words) + 20_000)
    assert there.input_value("#text") == words


def test_keys_that_are_held_when_the_focus_goes_are_released(live: LivePage, there: Page) -> None:
    live.click(there, "#text")
    live.page.keyboard.down("Shift")
    live.page.keyboard.down("KeyX")
    seen(there, "keydown X")

    live.page.focus("#address")

    seen(there, "keyup X")
    seen(there, "keyup Shift")


def test_the_keyboard_finds_its_way_out_of_the_page(live: LivePage, there: Page) -> None:
    live.click(there, "#text")
    live.page.keyboard.press("Tab")
    seen(there, "keydown Tab")

    live.page.keyboard.press("F6")

    expect(live.page.locator("#address")).to_be_focused()
    assert "keydown F6" not in there.evaluate("seen")


# The browser's own controls


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
    live.page.keyboard.type("twelve")
    live.page.keyboard.press("Enter")
    expect(box).to_be_hidden()
    expect(there.locator("#answer")).to_have_text("twelve")
    live.click(there, "#sure")
    expect(box).to_contain_text("Really?")
    live.page.click("#dialog-dismiss")

    expect(there.locator("#answer")).to_have_text("no")
    expect(box).to_be_hidden()


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


# Take-over


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
            taken.wait(SECONDS)
            page.click("#paint", timeout=60_000)
            outcome.append((page.input_value("#text"), page.evaluate("seen.slice()")))

    running = threading.Thread(target=script)
    running.start()
    assert midway.wait(SECONDS)
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
    running.join(SECONDS)
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


def test_control_is_extended_for_who_is_at_work_and_nobody_else(opened: Open, there: Page) -> None:
    def takes(text: str | bytes) -> bool:
        return '"holder":"human"' in str(text)

    live = opened(before=lambda page: page.clock.install())
    sockets: list[WebSocket] = []
    taken: list[str | bytes] = []
    live.page.on("websocket", lambda socket: sockets.append(socket))  # noqa: PLW0108
    live.page.reload()
    live.wait_connected()
    sockets[-1].on("framesent", lambda text: taken.append(text) if takes(text) else None)

    live.page.click("#control-button")
    expect(live.page.locator("#control-more")).to_contain_text("left")
    live.page.clock.fast_forward(250_000)
    expect(live.page.locator("#control-more")).to_contain_text("0:")
    assert len(taken) == 1

    live.click(there, "#paint")
    with sockets[-1].expect_event("framesent", takes):
        live.page.clock.run_for(2_000)


# Tokens


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


# Lines


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


# Phones


def test_a_finger_taps_and_scrolls(phone: LivePage, there: Page) -> None:
    phone.tap(there, "#paint")
    phone.wait_colour(SWATCH, GREEN)
    seen(there, "touchend")

    phone.drag_finger(phone.place(1000, 650), phone.place(1000, 250))

    there.wait_for_function("() => scrollY > 200")


def test_two_fingers_zoom_the_picture_and_not_the_page(phone: LivePage, there: Page) -> None:
    expect(phone.page.locator("#pinch-hint")).to_be_visible()
    x, y = phone.place(*SWATCH)
    beside = phone.place(*SWATCH)[1] + 250

    phone.move_fingers([(x - 15, y), (x + 15, y)], [(x - 22, y), (x + 22, y)])
    phone.move_fingers([(x - 15, y), (x + 15, beside)], [(x - 15, y), (x + 15, beside + 80)])

    expect(phone.page.locator("#fit")).to_be_visible()
    assert there.evaluate("scrollY") == 0
    phone.tap(there, "#paint")
    phone.wait_colour(SWATCH, GREEN)
    phone.page.tap("#fit")
    expect(phone.page.locator("#fit")).to_be_hidden()


def test_a_phones_keyboard_types_corrects_and_deletes(phone: LivePage, there: Page) -> None:
    phone.tap(there, "#text")
    button = phone.page.locator("#keyboard")
    button.tap()
    expect(button).to_have_attribute("aria-pressed", "true")
    cdp = phone.page.context.new_cdp_session(phone.page)

    for text in ("w", "wo", "wolrd"):  # as it is typed, before the keyboard corrects it
        composition = {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        cdp.send("Input.imeSetComposition", composition)
    expect(there.locator("#text")).to_have_value("wolrd")
    cdp.send("Input.insertText", {"text": "world 漢字😀"})
    expect(there.locator("#text")).to_have_value("world 漢字😀")
    phone.page.evaluate("() => document.execCommand('delete')")
    expect(there.locator("#text")).to_have_value("world 漢字")
    button.tap()

    expect(button).to_have_attribute("aria-pressed", "false")


def test_a_phone_pastes_with_a_button(phone: LivePage, there: Page) -> None:
    phone.tap(there, "#text")
    expect(there.locator("#text")).to_be_focused()
    phone.page.locator("#paste").tap()

    phone.page.fill("#paste-text", "from a phone")
    phone.page.locator("#paste-box .primary").tap()

    expect(there.locator("#text")).to_have_value("from a phone")


def test_nothing_on_a_phone_is_wider_than_the_phone(phone: LivePage) -> None:
    assert phone.page.evaluate("document.documentElement.scrollWidth") == 390
    for name in ("#control-button", "#keyboard", "#paste", "#back", "#reload", "#new-tab"):
        box = phone.page.locator(name).bounding_box()

        assert box is not None
        assert box["x"] + box["width"] <= 390
        assert min(box["width"], box["height"]) >= 40
