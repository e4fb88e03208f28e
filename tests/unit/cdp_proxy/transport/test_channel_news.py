from __future__ import annotations

import pytest

from shared.envelope.outgoing import ControlState, DialogState, Tabs
from tests.fakes.one_channel import OneChannel


@pytest.fixture
def one() -> OneChannel:
    return OneChannel()


def test_tabs_that_change_are_told_once(one: OneChannel) -> None:
    one.session.open_tab("T2", title="two")
    one.session.live.pages._changed()

    (tabs,) = one.of(Tabs)
    assert [tab.title for tab in tabs.tabs] == ["", "two"]
    assert tabs.active_target_id == "T2"


def test_a_session_without_tabs_has_none_that_is_active(one: OneChannel) -> None:
    one.session.close_tab("T1")

    (tabs,) = one.of(Tabs)
    assert (tabs.tabs, tabs.active_target_id) == ((), None)


def test_dialogs_are_told_when_they_open_and_close(one: OneChannel) -> None:
    one.say("START_SCREENCAST")
    one.session.dialog("T1")
    closed = {"method": "Page.javascriptDialogClosed", "params": {"result": True}}
    one.browser.emit(closed, one.session.flat["T1"][0])

    assert [told.kind for told in one.of(DialogState)] == ["alert", None]


def test_a_tab_that_crashes_is_told_until_it_is_mended(one: OneChannel) -> None:
    one.say("START_SCREENCAST")
    for method in ("Inspector.targetCrashed", "Inspector.targetReloadedAfterCrash"):
        one.browser.emit({"method": method, "params": {}}, one.session.flat["T1"][0])

    told = [it["tabs"][0] for it in one.said() if it["type"] == "TABS"]
    assert [tab.get("crashed") for tab in told] == [True, None]


def test_a_dialog_that_is_open_is_told_next() -> None:
    first = OneChannel()
    first.say("START_SCREENCAST")
    first.session.dialog("T1", "confirm")

    late = OneChannel(session=first.session)

    (told,) = late.of(DialogState)
    assert (told.target_id, told.kind, told.text) == ("T1", "confirm", "Hi")
    assert len(first.of(DialogState)) == 1


def test_who_takes_and_who_returns_control_is_told(one: OneChannel) -> None:
    one.session.live.takeover.take()
    one.session.live.takeover.hand_back()

    assert [told.control.holder for told in one.of(ControlState)] == ["human", "agent"]


def test_nothing_is_told_to_who_has_left(one: OneChannel) -> None:
    one.carrier.sent.clear()

    one.channel.left()
    one.session.live.takeover.take()
    one.session.open_tab("T2")

    assert one.carrier.sent == []
    assert one.session.live.pages.watchers == set()
    assert one.session.live.takeover.watchers == set()
