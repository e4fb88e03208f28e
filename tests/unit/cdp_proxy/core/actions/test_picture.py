from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.actions.picture import Picture, take_picture
from shared.errors import TargetNotFound
from tests.fakes.tab import ScriptedTab, run

LAYOUT = {
    "cssLayoutViewport": {"pageX": 0, "pageY": 300, "clientWidth": 1280, "clientHeight": 720},
    "cssContentSize": {"x": 0, "y": 0, "width": 1280, "height": 40_000},
}


def tab() -> ScriptedTab:
    return ScriptedTab(
        "<body><button id=b>Save</button></body>",
        answers={"Page.captureScreenshot": {"data": "aW1hZ2U="}, "Page.getLayoutMetrics": LAYOUT},
    )


def asked(of: ScriptedTab) -> Any:
    (command,) = (sent for sent in of.sent if sent.method == "Page.captureScreenshot")
    return command.params


def test_what_is_in_view_is_taken_without_a_clip() -> None:
    scripted = tab()

    picture = run(take_picture(scripted, "jpeg", 70))

    assert picture == Picture("aW1hZ2U=", 1280, 720)
    assert asked(scripted) == {"format": "jpeg", "quality": 70}


def test_the_whole_page_is_taken_as_far_as_a_surface_goes() -> None:
    scripted = tab()

    picture = run(take_picture(scripted, full_page=True))

    assert (picture.width, picture.height) == (1280, 16_384)
    assert asked(scripted)["clip"] == {"x": 0, "y": 0, "width": 1280, "height": 16_384, "scale": 1}
    assert asked(scripted)["captureBeyondViewport"] is True


def test_an_element_that_is_not_there_has_no_picture() -> None:
    scripted = tab()

    with pytest.raises(TargetNotFound, match="nothing visible"):
        run(take_picture(scripted, selector="#nothing"))

    assert "Page.captureScreenshot" not in scripted.methods()
