from __future__ import annotations

import json

import pytest

from cdp_proxy.core.messages import Answer, decode_answer
from cdp_proxy.core.targets import Tabs


def event(name: str, target_id: str, **info: object) -> Answer:
    described = {"targetId": target_id, "type": "page", "title": "", "url": "about:blank", **info}
    params = {"targetInfo": described, "targetId": target_id}
    return decode_answer(json.dumps({"method": f"Target.{name}", "params": params}).encode())


def opened(*target_ids: str) -> Tabs:
    tabs = Tabs()
    for target_id in target_ids:
        tabs.receive(event("targetCreated", target_id))
    return tabs


def active(tabs: Tabs) -> str | None:
    return None if tabs.active is None else tabs.active.target_id


def test_without_tabs_none_is_active() -> None:
    assert Tabs().active is None
    assert Tabs().ids == ()


def test_the_newest_tab_is_the_active_one() -> None:
    assert active(opened("A", "B")) == "B"


def test_a_chosen_tab_is_active_and_keeps_its_place() -> None:
    tabs = opened("A", "B", "C")

    tabs.choose("A")

    assert active(tabs) == "A"
    assert tabs.ids == ("A", "B", "C")


def test_when_the_active_tab_closes_the_one_before_it_is_active() -> None:
    tabs = opened("A", "B", "C")
    tabs.choose("A")

    tabs.receive(event("targetDestroyed", "A"))

    assert active(tabs) == "C"
    assert tabs.get("A") is None


def test_a_change_is_known_and_does_not_make_a_tab_active() -> None:
    tabs = opened("A", "B")

    tabs.receive(event("targetInfoChanged", "A", title="Cart", url="http://shop/"))

    tab = tabs.get("A")
    assert tab is not None
    assert (tab.title, tab.url) == ("Cart", "http://shop/")
    assert active(tabs) == "B"


def test_only_pages_are_tabs() -> None:
    tabs = opened("A")

    tabs.receive(event("targetCreated", "W", type="worker"))
    tabs.receive(event("targetDestroyed", "W"))

    assert tabs.ids == ("A",)


def test_a_tab_knows_who_opened_it() -> None:
    tabs = opened("A", "B")
    tabs.receive(event("targetCreated", "P", openerId="A"))

    assert tabs.opened_by("A", "P")
    assert not tabs.opened_by("B", "P")
    assert not tabs.opened_by("A", "B")
    assert not tabs.opened_by("A", "gone")


def test_other_events_are_ignored() -> None:
    tabs = opened("A")

    tabs.receive(Answer(method="Target.attachedToTarget"))
    tabs.receive(event("targetDestroyed", "never seen"))

    assert tabs.ids == ("A",)


def test_a_tab_that_is_not_open_cannot_be_chosen() -> None:
    with pytest.raises(ValueError, match="not in list"):
        opened("A").choose("B")


def test_a_title_that_has_come_since_is_learnt() -> None:
    tabs = opened("A")
    described = {"targetId": "A", "type": "page", "title": "Orders", "url": "about:blank"}

    assert tabs.retitle([described])
    assert not tabs.retitle([described])
    assert tabs.active is not None
    assert tabs.active.title == "Orders"


def test_a_title_of_an_unknown_tab_opens_none() -> None:
    tabs = opened("A")

    assert not tabs.retitle([{"targetId": "B", "type": "page", "title": "B", "url": "x"}])
    assert tabs.ids == ("A",)
