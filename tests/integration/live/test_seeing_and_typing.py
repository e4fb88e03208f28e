"""What a person sees, points at and types in the live page is real on the other side."""

from __future__ import annotations

import pytest
from playwright.sync_api import (
    Page,
    expect,
)

from tests.integration.live.conftest import Open
from tests.integration.live.events import EVERYTHING, seen
from tests.integration.live_page import BLUE, GREEN, RED, SWATCH, LivePage


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
