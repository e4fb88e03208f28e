from __future__ import annotations

from tests.fakes.captured import Tag, nodes


def test_nodes_come_in_reading_order_with_their_parents() -> None:
    found = nodes(Tag("div", {}, [Tag("b", {}, ["one"]), Tag("i", {}, ["two"])]))

    assert [node.tag for node in found] == ["#document", "div", "b", "#text", "i", "#text"]
    assert found[4].parent is found[1]


def test_an_empty_attribute_is_empty() -> None:
    _document, field = nodes(Tag("input", {"REQUIRED": ""}))

    assert field.attributes == {"required": ""}


def test_an_element_is_found_by_its_id() -> None:
    document, field = nodes(Tag("input", {"id": "field"}))

    assert document.document.by_id("field", None) is field
    assert document.document.by_id("other", None) is None
