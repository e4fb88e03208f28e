"""Starts an edition, has an agent wait while a person works, and takes the README's pictures.

They are written to `docs/images/`. Text is in the fonts of this machine: with Inter installed it
looks as in the repository.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench.edition import ROOT, Edition, RemoteSession
from cdp_proxy.transport.chromium import find_binary

FOLDER: Final = ROOT / "docs" / "images"
BYTES_MAX: Final = 200_000
_DESK: Final = Path(__file__).with_name("desk.html")
_ADDRESS: Final = "https://desk.northwind.example/claims"
_DESKTOP: Final = {"viewport": {"width": 1200, "height": 740}}
_SETTLE_MS: Final = 2_500
"""Until the figures in the status line are of a steady screencast."""
_PHONE: Final = {
    "viewport": {"width": 390, "height": 780},
    "device_scale_factor": 1.5,
    "is_mobile": True,
    "has_touch": True,
}


def main() -> int:
    """Take both pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, Edition("--max-sessions", "2") as edition:
        local = playwright.chromium.launch(executable_path=find_binary("headless-shell", None))
        wide = edition.create(browserSettings={"viewport": {"width": 1200, "height": 608}})
        _take(local, edition, wide, _DESKTOP, "live-desktop.png")
        narrow = edition.create(browserSettings={"viewport": {"width": 390, "height": 556}})
        _take(local, edition, narrow, _PHONE, "live-phone.png")
        local.close()
    return 0


def _take(
    local: Browser, edition: Edition, session: RemoteSession, window: Mapping[str, Any], name: str
) -> None:
    remote = local.browser_type.connect_over_cdp(session.connect_url)
    there = remote.contexts[0].pages[0]
    there.route("**/*", lambda route: route.fulfill(path=_DESK, content_type="text/html"))
    there.goto(_ADDRESS)
    here = local.new_context(**window).new_page()
    here.goto(session.live_url)
    expect(here.locator("#tabs")).to_contain_text("Claims")
    here.click("#control-button")
    expect(here.locator("#control-who")).to_have_text("You have control")
    agent = threading.Thread(target=_approve, args=(edition, session))
    agent.start()
    _work(here, there)
    expect(here.locator("#control-more")).to_contain_text("wait")
    here.wait_for_function("() => / fps /.test(document.querySelector('#pace').textContent)")
    here.wait_for_timeout(_SETTLE_MS)
    here.screenshot(path=FOLDER / name)
    here.click("#control-button")
    agent.join()
    remote.close()
    edition.delete(session)
    size = (FOLDER / name).stat().st_size
    print(f"{name}: {size} bytes")
    assert size < BYTES_MAX


def _approve(edition: Edition, session: RemoteSession) -> None:
    """The agent's next step, which waits for the person."""
    edition.post(f"/sessions/{session.id}/act", {"instruction": 'click the "Approve" button'})


def _work(here: Page, there: Page) -> None:
    """What only a person can do."""
    box, picture = there.locator("#code").bounding_box(), here.locator("#screen").bounding_box()
    assert box is not None
    assert picture is not None
    scale = picture["width"] / there.evaluate("innerWidth")
    x = picture["x"] + (box["x"] + 40) * scale
    y = picture["y"] + (box["y"] + box["height"] / 2) * scale
    if here.evaluate("navigator.maxTouchPoints > 0"):
        here.touchscreen.tap(x, y)
    else:
        here.mouse.click(x, y)
    expect(there.locator("#code")).to_be_focused()
    here.focus("#keys")
    here.keyboard.type("284 617")
    expect(there.locator("#code")).to_have_value("284 617")


if __name__ == "__main__":
    sys.exit(main())
