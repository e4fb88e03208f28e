from __future__ import annotations

import pytest

from cdp_proxy.core.actions.elements import Box
from cdp_proxy.core.actions.placing import Placing
from tests.fakes.captured import Tag, nodes


def test_boxes_are_relative_to_the_viewport() -> None:
    found = nodes(Tag("div", box=(10, 500, 50, 20)), scroll_y=450)

    assert Placing(found).boxes[found[1]] == Box(10, 50, 50, 20)


@pytest.mark.parametrize(
    ("box", "style"),
    [
        (None, {}),
        ((0, 0, 0, 20), {}),
        ((0, 0, 10, 10), {"visibility": "hidden"}),
        ((0, 0, 10, 10), {"opacity": "0"}),
        ((0, 0, 10, 10), {"position": "absolute", "clip": "rect(0px, 0px, 0px, 0px)"}),
        ((-9999, 0, 10, 10), {}),
    ],
)
def test_what_nobody_sees_is_not_shown(
    box: tuple[float, float, float, float] | None, style: dict[str, str]
) -> None:
    found = nodes(Tag("div", box=box, style=style))

    assert found[1] not in Placing(found).shown


@pytest.mark.parametrize(("overflow", "shown"), [("hidden", False), ("auto", True)])
def test_what_overflows_is_shown_where_one_can_scroll(overflow: str, shown: bool) -> None:
    inner = Tag("button", box=(0, 90, 40, 20))
    style = {"overflow-x": overflow, "overflow-y": overflow}
    found = nodes(Tag("div", {}, [inner], (0, 0, 50, 50), style))

    assert (found[2] in Placing(found).shown) is shown


def test_a_wrapper_without_a_size_takes_the_box_of_what_is_within() -> None:
    found = nodes(Tag("div", {}, [Tag("b", box=(5, 6, 7, 8))], (0, 0, 0, 0)))

    assert Placing(found).boxes[found[1]] == Box(5, 6, 7, 8)


def test_a_level_line_is_shown_although_its_edges_are_rounded() -> None:
    x, width = 0.1, 0.2
    assert x + width - x != width
    found = nodes(Tag("line", box=(x, 5, width, 0)))

    assert found[1] in Placing(found).shown
