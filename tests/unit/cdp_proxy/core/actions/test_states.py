from __future__ import annotations

import pytest

from cdp_proxy.core.actions.states import color_of, is_interactive, states_of, value_of
from tests.fakes.captured import Tag, nodes


@pytest.mark.parametrize(
    ("tag", "states"),
    [
        (Tag("input", {"required": ""}), {"required", "editable"}),
        (Tag("input", {"readonly": ""}), {"readonly"}),
        (Tag("input", {"type": "password"}), {"password", "editable"}),
        (Tag("input", {"type": "radio"}, flags=frozenset({"inputChecked"})), {"checked"}),
        (Tag("button", {"disabled": "", "aria-expanded": "false"}), {"disabled", "collapsed"}),
        (Tag("details", {"open": ""}), {"expanded"}),
        (Tag("div", {"contenteditable": ""}), {"editable"}),
    ],
)
def test_states_come_from_html_and_aria(tag: Tag, states: set[str]) -> None:
    assert states_of(nodes(tag)[1]) == states


def test_a_fieldset_disables_what_is_not_in_its_legend() -> None:
    legend = Tag("legend", {}, [Tag("input", {"id": "in"})])
    found = nodes(Tag("fieldset", {"disabled": ""}, [legend, Tag("input", {"id": "out"})]))

    disabled = {
        node.attributes["id"]: "disabled" in states_of(node)
        for node in found
        if "id" in node.attributes
    }
    assert disabled == {"in": False, "out": True}


@pytest.mark.parametrize(
    ("kind", "held", "value"),
    [
        ("text", "a  b", "a b"),
        ("password", "abc", "•••"),
        ("checkbox", "on", ""),
        ("file", "C:\\fakepath\\r.pdf", "r.pdf"),
    ],
)
def test_a_field_tells_its_value_but_no_password(kind: str, held: str, value: str) -> None:
    assert value_of(nodes(Tag("input", {"type": kind}, value=held))[1]) == value


@pytest.mark.parametrize(
    ("tag", "interactive"),
    [
        (Tag("div", {"tabindex": "-1"}), True),
        (Tag("div", flags=frozenset({"isClickable"})), True),
        (Tag("label", flags=frozenset({"isClickable"})), False),
        (Tag("body", flags=frozenset({"isClickable"})), False),
        (Tag("span", style={"cursor": "pointer"}), True),
        (Tag("input", {"type": "hidden"}), False),
    ],
)
def test_interactive_is_what_one_can_operate(tag: Tag, interactive: bool) -> None:
    assert is_interactive(nodes(tag)[1], "generic") is interactive


@pytest.mark.parametrize(
    ("tag", "style", "color"),
    [
        ("div", {"background-color": "rgba(0, 0, 0, 0)"}, ""),
        ("div", {"background-color": "rgba(1, 2, 3, 0.5)"}, "rgb(1, 2, 3)"),
        ("circle", {"fill": "rgb(255, 0, 0)"}, "rgb(255, 0, 0)"),
        ("line", {"fill": "rgb(0, 0, 0)", "stroke": "rgb(0, 0, 9)"}, "rgb(0, 0, 9)"),
    ],
)
def test_colors_are_of_the_fill_or_background(tag: str, style: dict[str, str], color: str) -> None:
    assert color_of(nodes(Tag(tag, style=style))[1]) == color
