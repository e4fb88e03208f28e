"""Files of a person's own machine, given to a remote page that asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bench.certificate import write_certificate
from shared.tokens import Scope
from tests.integration.api import Answer, RemoteBrowser, request
from tests.integration.channels import ChannelClient, channel_url, refusal, scoped_token
from tests.integration.live.conftest import PHONE, Open
from tests.integration.live.events import seen
from tests.integration.live_page import LivePage, inner, live_url
from tests.integration.multipart import CONTENT_TYPE, form
from tests.integration.prefix_proxy import PrefixProxy
from tests.integration.site import Site
from tests.integration.stack import Stack


@pytest.fixture
def page(there: Page, site: Site) -> Page:
    there.goto(site.url("/actions/attach.html"))
    there.frame_locator("iframe").locator("#papers").wait_for()
    return there


@pytest.fixture
def live(page: Page, opened: Open) -> LivePage:
    """Its own browser's choosers stay open, which no screen would be there for."""
    return opened(before=lambda it: it.on("filechooser", lambda _chooser: None))


@pytest.fixture
def one(tmp_path: Path) -> Path:
    file = tmp_path / "one.txt"
    file.write_text("first")
    return file


@pytest.fixture
def two(tmp_path: Path) -> Path:
    file = tmp_path / "zwei äöü.txt"
    file.write_text("second")
    return file


@pytest.fixture
def channel(stack: Stack, page: Page, remote: RemoteBrowser) -> Iterator[ChannelClient]:
    """A person's program: with the scope `input` alone."""
    token = scoped_token(stack, remote, "view", "input")
    with ChannelClient(channel_url(stack, token)) as client:
        yield client


def upload(stack: Stack, remote: RemoteBrowser, token: str, name: str) -> Answer:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": CONTENT_TYPE}
    path = f"/sessions/{remote.id}/uploads"
    return request(stack.http_base, "POST", path, form((name, b"text")), headers)


def press(channel: ChannelClient, page: Page, selector: str) -> None:
    box = page.locator(selector).bounding_box()
    assert box is not None
    place = {"x": box["x"] + 60, "y": box["y"] + box["height"] / 2}
    for action in ("down", "up"):
        channel.input("mouse", action=action, **place)


class TestOnTheLivePage:
    def test_files_that_are_chosen_here_are_the_remote_pages(
        self, live: LivePage, page: Page, one: Path, two: Path
    ) -> None:
        with live.page.expect_file_chooser() as choosing:
            live.click(page, "#papers")
        assert choosing.value.is_multiple()
        expect(live.page.locator("#picker-title")).to_have_text("Papers")
        expect(live.page.locator("#picker-files")).to_have_attribute("accept", ".txt,text/plain")
        choosing.value.set_files([one, two])

        seen(page, "papers change one.txt=first zwei äöü.txt=second")
        expect(live.page.locator("#picker")).to_be_hidden()

    def test_an_input_that_is_not_in_the_document_gets_one_too(
        self, live: LivePage, page: Page, one: Path
    ) -> None:
        with live.page.expect_file_chooser() as choosing:
            live.click(page, "#attach")
        assert not choosing.value.is_multiple()
        choosing.value.set_files(one)

        seen(page, "attach change one.txt=first")

    def test_it_is_closed_without_a_choice_and_may_be_opened_again(
        self, live: LivePage, page: Page, one: Path
    ) -> None:
        live.click(page, "#attach")
        expect(live.page.locator("#picker")).to_be_visible()
        live.page.click("#picker-cancel")
        seen(page, "attach cancel")
        expect(live.page.locator("#picker")).to_be_hidden()

        with live.page.expect_file_chooser() as choosing:
            live.click(page, "#attach")
        choosing.value.set_files(one)

        seen(page, "attach change one.txt=first")

    def test_it_is_opened_with_keys(self, live: LivePage, page: Page, one: Path) -> None:
        live.page.mouse.click(*live.place(900, 500))
        page.focus("#attach")
        live.page.keyboard.press("Enter")
        button = live.page.locator("#picker [type=submit]")
        expect(button).to_be_focused()
        with live.page.expect_file_chooser() as choosing:
            live.page.keyboard.press("Enter")
        choosing.value.set_files(one)

        seen(page, "attach change one.txt=first")

    def test_a_frame_of_another_site_gets_them(self, live: LivePage, page: Page, one: Path) -> None:
        frame = inner(page)
        box = frame.locator("#papers").bounding_box()
        assert box is not None
        with live.page.expect_file_chooser() as choosing:
            live.page.mouse.click(*live.place(box["x"] + 60, box["y"] + 15))
        choosing.value.set_files(one)

        frame.wait_for_function("() => seen.includes('papers change one.txt=first')")

    def test_a_finger_opens_it(self, page: Page, opened: Open, one: Path) -> None:
        phone = opened(**PHONE, has_touch=True, is_mobile=True)
        with phone.page.expect_file_chooser() as choosing:
            phone.tap(page, "#papers")
        choosing.value.set_files(one)

        seen(page, "papers change one.txt=first")

    def test_it_works_behind_a_path_prefix(
        self, stack: Stack, page: Page, opened: Open, remote: RemoteBrowser, one: Path
    ) -> None:
        certificate = write_certificate(one.parent)
        with PrefixProxy(stack.http_base, "/tools/browser", certificate) as proxy:
            behind = opened(live_url(stack, remote, base=proxy.base), ignore_https_errors=True)
            with behind.page.expect_file_chooser() as choosing:
                behind.click(page, "#papers")
            choosing.value.set_files(one)
            seen(page, "papers change one.txt=first")

    def test_what_is_too_much_is_told_and_others_may_be_chosen(
        self, live: LivePage, page: Page, one: Path
    ) -> None:
        full = {"status": 413, "json": {"code": "TOO_LARGE", "message": "That is too much."}}
        live.page.route("**/uploads?*", lambda route: route.fulfill(**full), times=1)
        with live.page.expect_file_chooser() as choosing:
            live.click(page, "#papers")
        choosing.value.set_files(one)
        expect(live.page.locator("#toast")).to_have_text("That is too much.")

        with live.page.expect_file_chooser() as choosing:
            live.page.click("#picker [type=submit]")
        choosing.value.set_files(one)

        seen(page, "papers change one.txt=first")

    def test_who_only_watches_sees_it_and_cannot_use_it(
        self, live: LivePage, page: Page, opened: Open, stack: Stack, remote: RemoteBrowser
    ) -> None:
        watching = opened(live_url(stack, remote, [Scope.VIEW]))
        live.click(page, "#papers")

        expect(watching.page.locator("#picker")).to_be_visible()
        assert watching.page.evaluate("() => document.querySelector('#picker').inert")
        answer = upload(stack, remote, scoped_token(stack, remote, "view"), "a.txt")
        assert (answer.status, answer.json()["code"]) == (403, "FORBIDDEN")


class TestOnTheChannel:
    def test_uploads_are_chosen_by_their_names_while_a_person_has_control(
        self, channel: ChannelClient, stack: Stack, page: Page, remote: RemoteBrowser
    ) -> None:
        token = scoped_token(stack, remote, "input")
        (file,) = upload(stack, remote, token, "a.txt").json()["files"]
        channel.ask("CONTROL", holder="human")

        press(channel, page, "#attach")
        picker = channel.wait("PICKER", lambda it: it.get("kind") == "file")
        channel.input("choose", files=[file["name"]])

        assert not picker.get("multiple", False)
        channel.wait("PICKER", lambda it: "kind" not in it)
        seen(page, "attach change a.txt=text")

    def test_what_was_not_uploaded_or_is_too_many_is_refused_and_it_stays_open(
        self, channel: ChannelClient, stack: Stack, page: Page, remote: RemoteBrowser
    ) -> None:
        upload(stack, remote, scoped_token(stack, remote, "input"), "a.txt")
        press(channel, page, "#attach")
        channel.wait("PICKER", lambda it: it.get("kind") == "file")

        for files in (["b.txt"], ["../uploads/a.txt"], ["a.txt", "a.txt"]):
            event = {"kind": "choose", "files": files}
            refused = refusal(channel, "INPUT_EVENT", event=event)
            assert (refused.code, refused.details["field"]) == ("INVALID_REQUEST", "event.files")
        channel.input("choose", files=["a.txt"])

        seen(page, "attach change a.txt=text")

    def test_a_press_elsewhere_leaves_it_open(
        self, channel: ChannelClient, stack: Stack, page: Page, remote: RemoteBrowser
    ) -> None:
        upload(stack, remote, scoped_token(stack, remote, "input"), "a.txt")
        press(channel, page, "#papers")
        channel.wait("PICKER", lambda it: it.get("kind") == "file")

        for action in ("down", "up"):
            channel.input("mouse", action=action, x=800, y=500)
        channel.input("choose", files=["a.txt"])

        seen(page, "papers change a.txt=text")

    def test_it_is_gone_with_its_page(self, channel: ChannelClient, page: Page, site: Site) -> None:
        press(channel, page, "#papers")
        channel.wait("PICKER", lambda it: it.get("kind") == "file")

        channel.ask("TAB_COMMAND", action="navigate", url=site.url("/plain"))
        channel.wait("PICKER", lambda it: "kind" not in it)
