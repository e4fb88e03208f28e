from __future__ import annotations

from cdp_proxy.core.actions.elements import Box
from tests.fakes.pages import page

NESTED = """
dialog "Settings" #dialog
  group "Sound" #group
    checkbox "Mute" #mute
  button "Close" #close
"""


def test_a_box_knows_its_edges_and_its_middle() -> None:
    box = Box(10, 20, 100, 40)

    assert (box.right, box.bottom) == (110, 60)
    assert box.center == (60, 40)


def test_ancestors_come_nearest_first() -> None:
    snapshot = page(NESTED)
    (mute,) = (e for e in snapshot.elements if e.attributes.get("id") == "mute")

    around = [e.attributes.get("id") for e in snapshot.ancestors(mute) if "id" in e.attributes]

    assert around == ["group", "dialog"]


def test_descendants_come_in_reading_order() -> None:
    snapshot = page(NESTED)
    (dialog,) = (e for e in snapshot.elements if e.attributes.get("id") == "dialog")

    within = [e.attributes["id"] for e in snapshot.descendants(dialog) if "id" in e.attributes]

    assert within == ["group", "mute", "close"]


def test_a_placeholder_is_an_attribute_of_its_own_name() -> None:
    snapshot = page('textbox "Search" #q placeholder="Find it"\nbutton "Go" #go')

    assert [e.placeholder for e in snapshot.elements if "id" in e.attributes] == ["Find it", ""]
