from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from cdp_proxy.transport.attached_tab import AttachedTab
from cdp_proxy.transport.live_choosers import PATIENCE_SECONDS, USED_SECONDS, Chooser, LiveChoosers
from shared.envelope.incoming import KeyInput
from tests.fakes.attached_tab import Asked
from tests.fakes.one_channel import TabbedSession
from tests.fakes.scripted_browser import attached_event, flat_session

INTERCEPT = "Page.setInterceptFileChooserDialog"
FRAME = flat_session(900)


class Choosers(TabbedSession):
    """A session with two tabs, and what is told of choosers in it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.open_tab("T1")
        self.open_tab("T2")
        self.told: list[tuple[str, str, Chooser]] = []
        self.choosers = LiveChoosers(
            self.clock,
            self.browser.caller,
            lambda tab, session, chooser: self.told.append((tab.target_id, session, chooser)),
        )

    def tab(self, target_id: str = "T1") -> AttachedTab:
        (tab,) = Asked(self.live.pages.attached(target_id)).values
        return tab

    def press(self, target_id: str = "T1") -> Asked:
        return Asked(self.choosers.expect(self.tab(target_id)))

    def opens(self, session: str, **params: Any) -> None:
        described = {"frameId": "F", "mode": "selectSingle", **params}
        self.browser.emit({"method": "Page.fileChooserOpened", "params": described}, session)

    def intercepted(self) -> list[tuple[str, bool]]:
        return [(it["sessionId"], it["params"]["enabled"]) for it in self.sent(INTERCEPT)]


@pytest.fixture
def at() -> Choosers:
    return Choosers()


def test_before_anything_is_pressed_choosers_are_nobodys(at: Choosers) -> None:
    at.opens(at.tab().session, backendNodeId=7)

    assert at.told == []
    assert at.intercepted() == []


def test_one_that_opens_after_a_press_is_told(at: Choosers) -> None:
    assert at.press().values == [None]

    session = at.tab().session
    at.opens(session, backendNodeId=7)

    assert at.told == [("T1", session, Chooser(frame_id="F", backend_node_id=7))]
    assert at.intercepted() == [(session, True)]


def test_one_of_a_frame_in_another_process_is_told(at: Choosers) -> None:
    tab = at.tab()
    at.browser.emit(attached_event(FRAME, kind="iframe"), tab.session)
    at.press()

    at.opens(FRAME, backendNodeId=7)

    assert [session for _, session, _ in at.told] == [FRAME]
    assert sorted(at.intercepted()) == sorted([(tab.session, True), (FRAME, True)])


def test_a_page_is_asked_once_for_as_long_as_it_is_used(at: Choosers) -> None:
    for _ in range(3):
        at.press()
        at.clock.advance(USED_SECONDS - 1)

    at.opens(at.tab().session)

    assert len(at.told) == len(at.intercepted()) == 1


def test_later_choosers_are_as_they_were(at: Choosers) -> None:
    at.press()
    session = at.tab().session

    at.clock.advance(USED_SECONDS)
    at.opens(session)

    assert at.intercepted() == [(session, True), (session, False)]
    assert at.told == []


def test_a_press_in_another_tab_leaves_the_one_before(at: Choosers) -> None:
    at.press("T1")
    at.press("T2")

    at.opens(at.tab("T1").session)
    at.opens(at.tab("T2").session)

    assert [target_id for target_id, _, _ in at.told] == ["T2"]


def test_a_tab_that_has_closed_is_told_nothing(at: Choosers) -> None:
    at.press()
    at.close_tab("T1")

    at.clock.advance(USED_SECONDS)

    assert [enabled for _, enabled in at.intercepted()] == [True]


def test_a_page_that_is_busy_is_not_waited_for_for_long(at: Choosers) -> None:
    at.browser.silent.add(INTERCEPT)
    pressed = at.press()
    assert not pressed.ended

    at.clock.advance(PATIENCE_SECONDS)

    assert pressed.values == [None]


def test_the_end_leaves_no_timer(at: Choosers) -> None:
    timers = len(at.clock.getDelayedCalls())
    at.press()

    at.choosers.close()
    at.choosers.close()

    assert len(at.clock.getDelayedCalls()) == timers


def test_people_are_waited_for_before_their_press_is_sent() -> None:
    session = TabbedSession()
    session.open_tab("T1")
    session.browser.silent.add(INTERCEPT)
    Deferred.fromCoroutine(session.live.input.dispatch(KeyInput(action="press", key="a"), None))
    assert session.sent("Input.dispatchKeyEvent") == []

    session.browser.answer(INTERCEPT)

    assert len(session.sent("Input.dispatchKeyEvent")) == 2
