from __future__ import annotations

from cdp_proxy.core.actions.outline import outline
from cdp_proxy.core.actions.snapshot import make_snapshot
from tests.fakes.captured import Tag, capture

PAGE = Tag(
    "body",
    {},
    [
        Tag("nav", {"aria-label": "Main"}, [Tag("a", {"href": "http://site/home"}, ["Home"])]),
        Tag("p", {}, ["Some words"]),
        Tag("label", {"for": "e"}, ["Email"]),
        Tag("input", {"id": "e", "required": ""}, value="x"),
        Tag("select", {"aria-label": "Size"}, [Tag("option", {}, ["S"], box=None)]),
    ],
)


def test_an_outline_has_a_line_for_what_matters() -> None:
    lines = outline(make_snapshot(capture(PAGE)), 1_000).splitlines()

    assert lines == [
        '[1] navigation "Main"',
        '  [2] link "Home" -> site/home',
        "Some words",
        '[5] textbox "Email" value="x" required',
        '[6] combobox "Size" options: S',
    ]


def test_an_outline_leaves_out_whole_lines_and_says_so() -> None:
    text = outline(make_snapshot(capture(PAGE)), 60)

    assert text.splitlines() == ['[1] navigation "Main"', "(4 more lines are left out)"]
