from __future__ import annotations

import pytest

from cdp_proxy.core.actions.names import Names
from tests.fakes.captured import Tag, nodes


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        (
            Tag("button", {}, ["Save ", Tag("b", {}, ["all"], style={"display": "inline"})]),
            "Save all",
        ),
        (Tag("button", {"aria-label": "Close"}, ["x"]), "Close"),
        (Tag("button", {"title": "Tip"}), "Tip"),
        (Tag("input", {"type": "submit"}), "Submit"),
        (Tag("input", {"placeholder": "Search"}), "Search"),
        (Tag("img", {"alt": "A cat"}), "A cat"),
        (Tag("fieldset", {}, [Tag("legend", {}, ["Size"])]), "Size"),
        (Tag("div", {}, ["text"]), ""),
    ],
)
def test_an_element_is_named_as_chromium_names_it(tag: Tag, name: str) -> None:
    found = nodes(tag)

    assert Names(found).name_of(found[1]) == name


def test_a_label_names_its_control_from_afar_and_from_around() -> None:
    found = nodes(
        Tag("label", {"for": "a"}, ["Email"]),
        Tag("input", {"id": "a"}),
        Tag("label", {}, ["Phone ", Tag("input", {"id": "b"}, value="1")]),
    )
    names = Names(found)

    labels = [names.label_of(node) for node in found if node.tag == "input"]
    assert labels == ["Email", "Phone"]


def test_aria_labelledby_reads_what_is_hidden_too() -> None:
    found = nodes(
        Tag("span", {"id": "a"}, ["First"]),
        Tag("span", {"id": "b"}, ["Second"], box=None),
        Tag("input", {"aria-labelledby": "a b"}),
    )

    assert Names(found).name_of(found[-1]) == "First Second"
