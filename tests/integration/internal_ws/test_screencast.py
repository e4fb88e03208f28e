"""The screencast on `/internal/ws`: one capture, many viewers, whatever the tabs do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.envelope.frames import FrameFlag
from tests.integration.api import RemoteBrowser
from tests.integration.cdp import CdpClient
from tests.integration.channels import ChannelClient, ChannelError, Frame, channel_url
from tests.integration.site import Site
from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS, wait_until

PNG, JPEG = b"\x89PNG", b"\xff\xd8"
_STALLED_FRAMES = 120
"""Pictures that another viewer gets while one reads none: far more than buffers hold of them."""


@pytest.fixture
def client(client: ChannelClient, site: Site) -> ChannelClient:
    """It looks at a page that moves when it is told to."""
    go(client, site.url("/actions/moving.html"))
    return client


_NOISY_BYTES = 1_000_000
"""A PNG of noise has more, one of a page at rest less."""
_NOISE_AND_REST = """(async () => {
  const canvas = document.body.appendChild(document.createElement('canvas'));
  canvas.style = 'position:fixed;inset:0';
  [canvas.width, canvas.height] = [innerWidth, innerHeight];
  const context = canvas.getContext('2d');
  const picture = context.createImageData(canvas.width, canvas.height);
  const values = new Uint32Array(picture.data.buffer);
  for (let count = 0; count < 30; count++) {
    for (let at = 0; at < values.length; at += 16384)
      crypto.getRandomValues(values.subarray(at, at + 16384));
    for (let at = 3; at < picture.data.length; at += 4) picture.data[at] = 255;
    context.putImageData(picture, 0, 0);
    await new Promise(requestAnimationFrame);
  }
  canvas.remove();
})()"""
"""Paints more than Chromium captures for a viewer that takes nothing, then nothing any more."""
_PAINTED = """(async (url) => {
  if (location.href !== url || document.readyState !== 'complete') return false;
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  return true;
})"""


def go(client: ChannelClient, url: str) -> None:
    """Navigate, and wait until the page has loaded and been painted."""
    client.ask("TAB_COMMAND", action="navigate", url=url)
    wait_until(lambda: client.evaluate(f"{_PAINTED}({json.dumps(url)})"), url)


def watch(client: ChannelClient, **options: Any) -> Any:
    """Become a viewer; the answer."""
    return client.ask("START_SCREENCAST", options=options)


def keep_coming(client: ChannelClient, count: int = 3) -> None:
    """Wait for so many more pictures."""
    after = len(client.frames) + count - 1
    client.wait_frame(after=after, seconds=PATIENCE_SECONDS + count)


def still(client: ChannelClient) -> Frame:
    """The last picture of a page that rests."""
    client.wait("SCREENCAST_IDLE", lambda message: message["idle"])
    return client.frames[-1]


def numbered(client: ChannelClient, number: int) -> Frame:
    """The picture of that number, as it came first."""
    return client.wait_frame(lambda frame: frame.header.number == number)


def health(stack: Stack) -> tuple[int, int]:
    body = stack.api.__class__(stack.http_base, "").send("GET", "/health").json()
    return body["screencasts"], body["viewers"]


class TestPictures:
    def test_they_have_a_header_that_is_true(self, client: ChannelClient) -> None:
        width, height = client.evaluate("[innerWidth, innerHeight]")

        watch(client)

        frame = client.wait_frame()
        assert frame.data.startswith(JPEG)
        assert (frame.header.width, frame.header.height) == (width, height)
        assert frame.header.flags == FrameFlag(0)
        assert abs(frame.header.captured_at - client.evaluate("Date.now()") / 1000) < 20

    def test_their_numbers_count_up(self, client: ChannelClient) -> None:
        watch(client)
        client.evaluate("move()")

        keep_coming(client, 10)

        numbers = [frame.header.number for frame in client.frames]
        assert numbers == sorted(set(numbers))
        times = [frame.header.captured_at for frame in client.frames]
        assert times == sorted(times)

    def test_they_are_as_the_viewer_wishes(self, client: ChannelClient) -> None:
        started = watch(client, format="png", maxWidth=320)
        frame = client.wait_frame()

        assert started["options"]["maxWidth"] == 320
        assert frame.data.startswith(PNG)
        assert frame.header.flags == FrameFlag.PNG
        assert frame.header.width == 320

    def test_less_quality_makes_them_smaller(self, client: ChannelClient, site: Site) -> None:
        go(client, site.url("/tall"))
        watch(client, quality=100)
        large = client.wait_frame()

        had = len(client.frames)
        watch(client, quality=5)
        small = client.wait_frame(lambda frame: len(frame.data) < len(large.data), after=had)

        assert small.data.startswith(JPEG)

    def test_of_every_nth_there_are_fewer(self, client: ChannelClient, url: str) -> None:
        with ChannelClient(url) as rare:
            watch(client)
            watch(rare, everyNthFrame=5)
            client.evaluate("move()")
            keep_coming(client, 50)
            stats = rare.ask("STOP_SCREENCAST")["stats"]

        assert stats["framesSkipped"] > stats["framesSent"] > 0

    def test_of_every_nth_there_is_the_last_look_of_a_page(self, client: ChannelClient) -> None:
        watch(client, everyNthFrame=600)
        first = client.wait_frame()

        client.evaluate("change()")

        client.wait_frame(lambda frame: frame.data != first.data)

    def test_wishes_out_of_bounds_are_refused_by_name(self, client: ChannelClient) -> None:
        with pytest.raises(ChannelError) as refused:
            watch(client, quality=101)

        assert refused.value.code == "INVALID_REQUEST"
        assert refused.value.details["field"] == "options.quality"


class TestViewers:
    def test_who_comes_late_gets_a_picture_of_a_page_that_rests(
        self, client: ChannelClient, url: str
    ) -> None:
        watch(client, idleThreshold=300)
        still(client)

        with ChannelClient(url) as late:
            watch(late)
            got = late.wait_frame()

        assert got.data == numbered(client, got.header.number).data

    def test_one_that_stalls_slows_nobody(
        self, client: ChannelClient, url: str, stack: Stack
    ) -> None:
        with ChannelClient(url) as stalled:
            watch(stalled, format="png")
            stalled.wait_frame()
            with stalled.stalled():
                watch(client, format="png")
                client.evaluate("move()")
                keep_coming(client, _STALLED_FRAMES)
                client.evaluate("rest()")
            newest = client.frames[-1].header.number
            stalled.wait_frame(lambda frame: frame.header.number >= newest)
            stats = stalled.ask("STOP_SCREENCAST")["stats"]

        assert stats["framesSkipped"] > _STALLED_FRAMES / 2

    def test_one_that_stalls_while_a_page_comes_to_rest_sees_it_rest(
        self, client: ChannelClient, url: str
    ) -> None:
        watch(client, format="png")
        client.wait_frame()
        with ChannelClient(url) as other, client.stalled():
            other.evaluate(_NOISE_AND_REST)

        noisy = client.wait_frame(lambda frame: len(frame.data) > _NOISY_BYTES).header.number
        client.wait_frame(
            lambda frame: frame.header.number > noisy and len(frame.data) < _NOISY_BYTES
        )

    def test_each_is_told_what_it_got(self, client: ChannelClient) -> None:
        watch(client)
        client.evaluate("move()")
        keep_coming(client, 5)

        stats = client.ask("STOP_SCREENCAST")["stats"]
        got = len(client.frames)

        assert stats["framesSent"] == got
        assert stats["bytesTransmitted"] == sum(len(frame.data) for frame in client.frames)
        assert stats["actualFps"] > 0
        assert client.ask("STOP_SCREENCAST").get("stats") is None

    def test_with_none_left_chromium_captures_nothing(
        self, client: ChannelClient, remote: RemoteBrowser, stack: Stack
    ) -> None:
        client.evaluate("move()")
        before = health(stack)
        watch(client)
        keep_coming(client)
        assert health(stack) == (before[0] + 1, before[1] + 1)

        client.ask("STOP_SCREENCAST")
        wait_until(lambda: health(stack) == before, "nobody watches")
        had = len(client.frames)
        with CdpClient(remote.connect_url) as direct:
            page = direct.page()
            page.call("Page.startScreencast", {"format": "jpeg"})  # its own, and no more
            for _ in range(10):
                params = direct.wait_event("Page.screencastFrame", page.session_id)
                page.call("Page.screencastFrameAck", {"sessionId": params["sessionId"]})

        assert len(client.frames) == had

    def test_one_that_hangs_up_is_a_viewer_no_more(
        self, client: ChannelClient, url: str, stack: Stack
    ) -> None:
        before = health(stack)
        with ChannelClient(url) as other:
            watch(other)
            other.wait_frame()

        wait_until(lambda: health(stack) == before, "nobody watches")


class TestIdleness:
    def test_it_is_told_and_so_is_its_end(self, client: ChannelClient) -> None:
        watch(client, idleThreshold=300)
        seen = still(client)

        client.evaluate("change()")

        assert not client.wait("SCREENCAST_IDLE")["idle"]
        client.wait_frame(lambda frame: frame.header.number > seen.header.number)

    def test_a_page_that_rests_is_shown_again_from_time_to_time(
        self, client: ChannelClient
    ) -> None:
        watch(client, idleThreshold=300)

        again = client.wait_frame(lambda frame: bool(frame.header.flags & FrameFlag.KEEP_ALIVE))

        seen = numbered(client, again.header.number)
        assert not seen.header.flags & FrameFlag.KEEP_ALIVE
        assert again.data == seen.data


class TestTabs:
    def shows(self, client: ChannelClient, target_id: str, after: int) -> None:
        """Wait until the capture is of a tab, and pictures come of it."""
        client.wait_frame(after=after)
        wait_until(lambda: watch(client)["targetId"] == target_id, f"{target_id} is shown")

    def test_the_active_one_is_shown(self, client: ChannelClient, site: Site) -> None:
        first = watch(client)["targetId"]
        client.wait_frame()

        had = len(client.frames)
        url = site.url("/actions/moving.html#move")
        second = client.ask("TAB_COMMAND", action="open", url=url)["targetId"]
        self.shows(client, second, had)
        keep_coming(client)
        had = len(client.frames)
        client.ask("TAB_COMMAND", action="activate", targetId=first)
        self.shows(client, first, had)

        assert first != second

    def test_a_pinned_one_is_shown_until_it_closes(self, client: ChannelClient) -> None:
        first = watch(client)["targetId"]
        watch(client, targetId=first)

        second = client.ask("TAB_COMMAND", action="open")["targetId"]
        client.wait("TABS", lambda tabs: tabs["activeTargetId"] == second)
        assert watch(client, targetId=first)["targetId"] == first
        client.evaluate("move()", targetId=first)
        keep_coming(client, 5)
        had = len(client.frames)
        client.ask("TAB_COMMAND", action="close", targetId=first)

        self.shows(client, second, had)

    def test_without_any_viewers_are_told_and_it_goes_on_with_the_next(
        self, client: ChannelClient, site: Site
    ) -> None:
        watch(client)
        client.wait_frame()
        client.ask("TAB_COMMAND", action="close")
        client.wait("SCREENCAST_FAILED")

        had = len(client.frames)
        url = site.url("/actions/moving.html#move")
        opened = client.ask("TAB_COMMAND", action="open", url=url)["targetId"]

        self.shows(client, opened, had)
        keep_coming(client)

    def test_one_that_is_not_there_cannot_be_pinned(self, client: ChannelClient) -> None:
        with pytest.raises(ChannelError) as refused:
            watch(client, targetId="0" * 32)

        assert refused.value.details["field"] == "options.targetId"

    def test_it_goes_along_with_navigations_to_other_sites(
        self, client: ChannelClient, site: Site
    ) -> None:
        watch(client)
        for origin in (site.other_origin, site.origin, site.other_origin):
            go(client, f"{origin}/actions/moving.html#move")
            keep_coming(client)
            client.evaluate("rest()")

    def test_it_goes_on_after_a_crash(
        self, client: ChannelClient, remote: RemoteBrowser, site: Site
    ) -> None:
        watch(client)
        client.evaluate("move()")
        keep_coming(client)
        with CdpClient(remote.connect_url) as other:
            page = other.page()
            page.call("Inspector.enable")
            other.start("Page.crash", session_id=page.session_id)
            other.wait_event("Inspector.targetCrashed", page.session_id)

        client.ask("TAB_COMMAND", action="navigate", url=site.url("/actions/moving.html#move"))

        keep_coming(client)

    def test_one_that_is_behind_in_full_chromium_comes_to_the_front(
        self, full_stack: Stack, site: Site
    ) -> None:
        remote = full_stack.api.create()
        with ChannelClient(channel_url(full_stack, remote.token)) as client:
            go(client, site.url("/actions/moving.html#move"))
            first = watch(client)["targetId"]
            keep_coming(client)
            client.ask("TAB_COMMAND", action="open")
            watch(client, targetId=first)
            had = len(client.frames)
            self.pinned(client, first, had)
        full_stack.api.delete(remote.id)

    def pinned(self, client: ChannelClient, target_id: str, after: int) -> None:
        client.wait_frame(after=after)
        assert watch(client, targetId=target_id)["targetId"] == target_id
        keep_coming(client, 10)
