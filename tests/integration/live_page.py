"""The live page as a person has it before them, and the remote page that it shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import FloatRect, Frame, Page, expect

from shared.tokens import Scope
from tests.integration.api import RemoteBrowser
from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS

SECONDS = PATIENCE_SECONDS
"""Within which everything must show."""
RED, GREEN, BLUE = (200, 30, 30), (20, 150, 60), (30, 30, 200)
SWATCH = (400, 200)
"""A point of `action_pages/live.html` that has the swatch's colour."""
_TOLERANCE = 12
"""A channel's; pictures are JPEG."""

_SHOWS = """([x, y, wanted, tolerance]) => {
  const screen = document.querySelector("#screen");
  const [...colour] = screen.getContext("2d").getImageData(x, y, 1, 1).data;
  return wanted.every((channel, index) => Math.abs(channel - colour[index]) <= tolerance);
}"""


def live_url(
    stack: Stack, remote: RemoteBrowser, scopes: Iterable[Scope] | None = None, base: str = ""
) -> str:
    """The live page's address: the session's own, or one with a token of these scopes.

    Args:
        stack: where the session is.
        remote: the session.
        scopes: None: those of the session's own `liveUrl`.
        base: of a proxy before the container.
    """
    if scopes is None:
        url = str(stack.api.get(remote.id)["liveUrl"])
    else:
        body = {"scopes": [scope.value for scope in scopes]}
        url = str(stack.api.send("POST", f"/sessions/{remote.id}/tokens", body).data["liveUrl"])
    return url.replace(stack.http_base, base) if base else url


def inner(remote: Page) -> Frame:
    """The frame of another site in a remote page, whose address ends with `#inner`."""
    (frame,) = [it for it in remote.frames if urlsplit(it.url).fragment == "inner"]
    return frame


class LivePage:
    """One opened live page; positions are CSS pixels of the remote page's viewport."""

    def __init__(self, page: Page, url: str) -> None:
        """Open it; `errors` gets what its scripts complain of."""
        self.page = page
        self.errors: list[str] = []
        page.set_default_timeout(SECONDS * 1000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._heard)
        page.goto(url)
        self.wait_connected()

    def wait_connected(self) -> None:
        """Wait until it is connected and shows a picture."""
        expect(self.page.locator("#connection")).to_have_text("Live", timeout=SECONDS * 1000)
        expect(self.page.locator("#curtain")).to_be_hidden(timeout=SECONDS * 1000)

    def wait_colour(self, point: tuple[int, int], colour: tuple[int, int, int]) -> None:
        """Wait until the picture has that colour there."""
        self.page.wait_for_function(_SHOWS, arg=[*point, list(colour), _TOLERANCE])

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the remote page is in this page's window."""
        box, size = self._box(), self._size()
        return box["x"] + x * box["width"] / size[0], box["y"] + y * box["height"] / size[1]

    def place_of(self, remote: Page, selector: str) -> tuple[float, float]:
        """Where the middle of an element of the remote page is in this page's window."""
        box = remote.locator(selector).bounding_box()
        assert box is not None, selector
        return self.place(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def click(self, remote: Page, selector: str, **how: Any) -> None:
        """Click at an element of the remote page."""
        self.page.mouse.click(*self.place_of(remote, selector), **how)

    def tap(self, remote: Page, selector: str) -> None:
        """Tap with a finger."""
        self.page.touchscreen.tap(*self.place_of(remote, selector))

    def drag_finger(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Put a finger on a point of this page's window, move it and lift it."""
        self.move_fingers([start], [end])

    def move_fingers(
        self, starts: list[tuple[float, float]], ends: list[tuple[float, float]]
    ) -> None:
        """Put fingers down one after the other, move them together, lift them."""
        steps = 12
        cdp = self.page.context.new_cdp_session(self.page)
        for count in range(1, len(starts) + 1):
            _touch(cdp, "touchStart", starts[:count])
        for step in range(1, steps + 1):
            between = [
                (x + (to_x - x) * step / steps, y + (to_y - y) * step / steps)
                for (x, y), (to_x, to_y) in zip(starts, ends, strict=True)
            ]
            _touch(cdp, "touchMove", between)
            self.page.evaluate("() => new Promise(requestAnimationFrame)")
        _touch(cdp, "touchEnd", [])
        cdp.detach()

    def _box(self) -> FloatRect:
        box = self.page.locator("#screen").bounding_box()
        assert box is not None
        return box

    def _size(self) -> tuple[int, int]:
        width, height = self.page.evaluate(
            "() => { const { width, height } = document.querySelector('#screen');"
            " return [width, height]; }"
        )
        return width, height

    def _heard(self, message: Any) -> None:
        # Chromium itself reports each WebSocket that fails.
        if message.type == "error" and "WebSocket" not in message.text:
            where = urlsplit(message.location["url"]).path
            if message.text.startswith("Failed to load resource"):
                return  # a line that is down, asked over HTTP why
            self.errors.append(f"{message.text} ({where})")


def _touch(cdp: Any, kind: str, points: list[tuple[float, float]]) -> None:
    described = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": described})
