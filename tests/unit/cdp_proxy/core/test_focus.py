from __future__ import annotations

import pytest

from cdp_proxy.core.actions.ports import CommandFailed
from cdp_proxy.core.focus import PATIENCE_SECONDS, focused, told_of
from tests.fakes.attached_tab import FRAME, TAB, Asked, TabOfBrowser
from tests.fakes.focused_page import FocusedPage


@pytest.fixture
def at() -> TabOfBrowser:
    return TabOfBrowser()


def test_the_focus_of_a_page_without_frames_is_in_it(at: TabOfBrowser) -> None:
    FocusedPage(at.browser)

    assert Asked(focused(at.tab())).values == [("node-", TAB)]


def test_it_is_followed_into_frames_of_the_same_process_and_of_others(at: TabOfBrowser) -> None:
    tab = at.tab()
    at.frame(FRAME, "other")
    FocusedPage(at.browser, "same", "other")

    assert Asked(focused(tab)).values == [("node-other", FRAME)]


def test_a_document_without_a_body_has_none(at: TabOfBrowser) -> None:
    FocusedPage(at.browser)
    at.browser.results["Runtime.evaluate"] = {"result": {"type": "object", "subtype": "null"}}

    assert Asked(focused(at.tab())).values == [None]


def test_frames_that_hold_each_other_end(at: TabOfBrowser) -> None:
    FocusedPage(at.browser)
    at.browser.results["DOM.describeNode"] = {"node": {"frameId": "round"}}

    assert Asked(focused(at.tab())).values == [None]


def test_a_page_that_does_not_answer_is_not_waited_for_for_long(at: TabOfBrowser) -> None:
    tab = at.tab()
    at.browser.silent.add("Page.createIsolatedWorld")
    asked = Asked(focused(tab))
    assert not asked.ended

    at.clock.advance(PATIENCE_SECONDS)

    assert isinstance(asked.errors[0], CommandFailed)


def test_a_node_that_an_event_names_is_reached_in_the_world_of_its_frame(at: TabOfBrowser) -> None:
    FocusedPage(at.browser)

    assert Asked(told_of(at.tab(), FRAME, "other", 7)).values == [("chosen", FRAME)]
    (asked,) = [it for it in at.browser.received if it["method"] == "DOM.resolveNode"]
    assert asked["params"] == {"backendNodeId": 7, "executionContextId": 1}
