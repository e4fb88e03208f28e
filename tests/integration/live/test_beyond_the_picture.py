"""What no picture of the remote page shows: open lists, calendars, the clipboard, a crash."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from shared.tokens import Scope
from tests.integration.api import RemoteBrowser
from tests.integration.cdp import CdpClient
from tests.integration.live.conftest import PHONE, Open
from tests.integration.live.events import seen
from tests.integration.live_page import LivePage, inner, live_url
from tests.integration.site import Site
from tests.integration.stack import Stack


@pytest.fixture
def page(there: Page, site: Site) -> Page:
    there.goto(site.url("/actions/beyond.html"))
    there.frame_locator("iframe").locator("#text").wait_for()
    return there


@pytest.fixture
def live(page: Page, opened: Open) -> LivePage:
    return opened()


def lines(live: LivePage) -> list[str]:
    return live.page.locator("#picker-list button").all_text_contents()


class TestLists:
    def test_one_that_opens_is_shown_and_an_option_chosen(self, live: LivePage, page: Page) -> None:
        box = live.page.locator("#picker")

        live.click(page, "#colour")
        expect(box).to_contain_text("Colour")
        assert lines(live) == ["Red", "Navy", "Black"]
        expect(box.get_by_text("Dark")).to_be_visible()
        expect(box.get_by_role("option", name="Black")).to_be_disabled()
        expect(box.get_by_role("option", name="Red")).to_be_focused()
        box.get_by_role("option", name="Navy").click()

        seen(page, "colour n")
        expect(box).to_be_hidden()
        expect(live.page.locator("#keys")).to_be_focused()

    def test_it_is_used_with_keys(self, live: LivePage, page: Page) -> None:
        live.click(page, "#text")
        page.focus("#colour")
        live.page.keyboard.press("Alt+ArrowDown")
        expect(live.page.locator("#picker")).to_be_visible()

        live.page.keyboard.type("na")
        live.page.keyboard.press("Enter")
        seen(page, "colour n")
        live.page.keyboard.press("Alt+ArrowDown")
        expect(live.page.get_by_role("option", name="Navy")).to_be_focused()
        live.page.keyboard.press("Home")
        live.page.keyboard.press("Enter")

        seen(page, "colour Red")

    def test_it_closes_without_a_choice(self, live: LivePage, page: Page) -> None:
        box = live.page.locator("#picker")
        live.click(page, "#colour")
        expect(box).to_be_visible()
        live.page.keyboard.press("Escape")
        expect(box).to_be_hidden()
        live.click(page, "#colour")
        expect(box).to_be_visible()
        live.click(page, "#secret")
        expect(box).to_be_hidden()

        assert page.evaluate("() => seen") == []
        assert page.evaluate("() => colour.matches(':open')") is False

    def test_one_in_a_frame_of_another_site_is_used(self, live: LivePage, page: Page) -> None:
        frame = inner(page)
        box = frame.locator("#colour").bounding_box()
        assert box is not None
        live.page.mouse.click(*live.place(box["x"] + 20, box["y"] + 10))

        live.page.get_by_role("option", name="Navy").click()

        frame.wait_for_function("() => seen.includes('colour n')")

    def test_who_only_watches_sees_it(
        self, live: LivePage, page: Page, opened: Open, stack: Stack, remote: RemoteBrowser
    ) -> None:
        watching = opened(live_url(stack, remote, [Scope.VIEW]))
        live.click(page, "#colour")

        expect(watching.page.locator("#picker")).to_be_visible()
        assert watching.page.evaluate("() => document.querySelector('#picker').inert")
        live.page.get_by_role("option", name="Navy").click()
        expect(watching.page.locator("#picker")).to_be_hidden()

    def test_a_finger_opens_it_and_chooses(self, page: Page, opened: Open) -> None:
        phone = opened(**PHONE, has_touch=True, is_mobile=True)
        phone.tap(page, "#colour")

        phone.page.get_by_role("option", name="Navy").tap()

        seen(page, "colour n")


class TestPickers:
    def test_a_day_is_picked(self, live: LivePage, page: Page) -> None:
        box = page.locator("#day").bounding_box()
        assert box is not None
        icon = live.place(box["x"] + box["width"] - 14, box["y"] + box["height"] / 2)
        live.page.mouse.click(*icon)
        field = live.page.locator("#picker-value")
        expect(field).to_have_value("2026-01-31")
        expect(field).to_have_attribute("type", "date")

        field.fill("2026-02-28")
        field.press("Enter")

        seen(page, "day 2026-02-28")
        expect(live.page.locator("#picker")).to_be_hidden()

    def test_a_colour_is_picked(self, live: LivePage, page: Page) -> None:
        live.click(page, "#shade")
        field = live.page.locator("#picker-value")
        expect(field).to_have_value("#102030")
        field.fill("#ff8800")
        live.page.click("#picker [type=submit]")

        seen(page, "shade #ff8800")


class TestCopying:
    CLIPBOARD = "() => navigator.clipboard.readText()"

    @pytest.fixture
    def copies(self, live: LivePage) -> LivePage:
        live.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        return live

    def has(self, live: LivePage, text: str) -> None:
        """Wait until the local clipboard has it."""
        live.page.wait_for_function(
            "async (text) => await navigator.clipboard.readText() === text", arg=text
        )

    def test_what_is_copied_there_can_be_pasted_here(self, copies: LivePage, page: Page) -> None:
        copies.click(page, "#text")
        copies.page.keyboard.press("Control+a")
        copies.page.keyboard.press("Control+c")

        self.has(copies, "some words to copy")

    def test_what_is_cut_is_here_and_no_longer_there(self, copies: LivePage, page: Page) -> None:
        copies.click(page, "#text")
        copies.page.keyboard.press("Control+a")
        copies.page.keyboard.press("Control+x")
        copies.page.keyboard.type("new")

        self.has(copies, "some words to copy")
        page.wait_for_function("() => text.value === 'new'")

    def test_what_is_copied_in_a_frame_comes_too(self, copies: LivePage, page: Page) -> None:
        frame = inner(page)
        frame.fill("#text", "from within")
        box = frame.locator("#text").bounding_box()
        assert box is not None
        copies.page.mouse.click(*copies.place(box["x"] + 20, box["y"] + 10))
        copies.page.keyboard.press("Control+a")
        copies.page.keyboard.press("Control+c")

        self.has(copies, "from within")

    def test_a_password_stays_there(self, copies: LivePage, page: Page) -> None:
        copies.page.evaluate("() => navigator.clipboard.writeText('before')")
        copies.click(page, "#secret")
        copies.page.keyboard.press("Control+a")
        copies.page.keyboard.press("Control+c")
        copies.click(page, "#text")
        copies.page.keyboard.press("Control+a")
        copies.page.keyboard.type("x")
        page.wait_for_function("() => text.value === 'x'")

        assert copies.page.evaluate(self.CLIPBOARD) == "before"

    def test_where_a_page_has_no_clipboard_it_is_copied_all_the_same(
        self, copies: LivePage, page: Page, opened: Open
    ) -> None:
        bare = opened(
            before=lambda it: it.add_init_script(
                "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
            )
        )
        bare.click(page, "#text")
        bare.page.keyboard.press("Control+a")
        bare.page.keyboard.press("Control+c")
        self.has(copies, "some words to copy")

        bare.page.keyboard.press("End")
        bare.page.keyboard.type("!")
        page.wait_for_function("() => text.value === 'some words to copy!'")


def test_a_page_that_has_crashed_says_so_and_is_loaded_again(
    live: LivePage, remote: RemoteBrowser
) -> None:
    with CdpClient(remote.connect_url) as direct:
        tab = direct.page()
        direct.start("Page.crash", None, tab.session_id)  # which nobody is left to answer
        expect(live.page.locator("#curtain-title")).to_have_text("This page has crashed")

    live.page.click("#curtain-button")

    live.wait_connected()
