"""The live page under fingers."""

from __future__ import annotations

from playwright.sync_api import (
    Page,
    expect,
)

from tests.integration.live.events import seen
from tests.integration.live_page import GREEN, SWATCH, LivePage


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
