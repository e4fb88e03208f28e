from __future__ import annotations

from cdp_proxy.core.actions.snapshot import make_snapshot
from tests.fakes.captured import FRAME, SESSION, Tag, capture


def test_a_snapshot_holds_what_is_perceived_in_reading_order() -> None:
    hidden = Tag("button", {}, ["Hidden"], box=None)
    page = Tag("body", {}, [Tag("h1", {}, ["Hello"]), hidden, Tag("button", {}, ["Go"])])

    snapshot = make_snapshot(capture(page))

    found = [(e.tag, e.role, e.name, e.parent) for e in snapshot.elements]
    assert found == [
        ("body", "generic", "", None),
        ("h1", "heading", "Hello", 0),
        ("button", "button", "Go", 0),
    ]
    assert snapshot.children == {0: (1, 2)}
    assert snapshot.elements[1].key == (SESSION, 3)
    assert snapshot.elements[1].frame_id == FRAME


def test_options_are_visible_with_their_list() -> None:
    option = Tag("option", {}, ["Red"], box=None, flags=frozenset({"optionSelected"}))

    select, red = make_snapshot(capture(Tag("select", {}, [option]))).elements

    assert (select.value, red.name, red.visible, red.states) == ("Red", "Red", True, {"selected"})


def test_a_hidden_checkbox_stays_behind_its_visible_label() -> None:
    box = Tag("input", {"type": "checkbox"}, style={"opacity": "0"})

    label, check = make_snapshot(capture(Tag("label", {}, ["Agree", box]))).elements

    assert (label.text, check.name, check.visible) == ("Agree", "Agree", True)


def test_a_file_input_stays_behind_its_drop_zone() -> None:
    field = Tag("input", {"type": "file"}, box=None)

    _zone, upload = make_snapshot(capture(Tag("div", {}, ["Drop here", field]))).elements

    assert (upload.visible, upload.box) == (False, None)


def test_the_focus_is_a_state() -> None:
    (field,) = make_snapshot(capture(Tag("input"), live={2: ("focused",)})).elements

    assert "focused" in field.states
