from __future__ import annotations

import json
from typing import Any

import pytest

from cdp_proxy.core.actions import activity
from cdp_proxy.core.actions.activity import Activity
from cdp_proxy.core.actions.ports import Dialog
from cdp_proxy.core.messages import decode_answer

MAIN, SESSION = "main", "S"


class Watched:
    """A tab's activity, told of events at the times of a test."""

    def __init__(self) -> None:
        self.of = Activity(MAIN, SESSION)

    def tell(
        self, method: str, params: dict[str, Any] | None = None, now: float = 10.0,
        session: str = SESSION,
    ) -> bool:  # fmt: skip
        message = {"method": method, "params": params or {}, "sessionId": session}
        return self.of.receive(decode_answer(json.dumps(message).encode()), now)

    def request(self, request_id: str, kind: str = "Fetch", session: str = SESSION) -> bool:
        params = {"requestId": request_id, "type": kind}
        return self.tell("Network.requestWillBeSent", params, session=session)

    def navigated(self, **frame: str) -> bool:
        return self.tell("Page.frameNavigated", {"frame": {"id": MAIN, "url": "x", **frame}})


@pytest.fixture
def tab() -> Watched:
    return Watched()


def test_a_tab_is_at_rest_until_told_otherwise(tab: Watched) -> None:
    assert not tab.of.busy(0.0)
    assert not tab.of.navigating


def test_a_navigation_goes_from_commit_to_loaded(tab: Watched) -> None:
    tab.tell("Page.frameStartedLoading", {"frameId": MAIN})
    assert (tab.of.navigating, tab.of.navigation.count) == (True, 0)

    tab.navigated()
    assert tab.of.navigation.count == 1
    assert not tab.of.navigation.dom_ready
    assert not tab.of.navigation.loaded

    tab.tell("Page.domContentEventFired", {"timestamp": 1})
    assert (tab.of.navigation.dom_ready, tab.of.navigation.loaded) == (True, False)

    tab.tell("Page.loadEventFired", {"timestamp": 1})
    assert tab.of.navigation.loaded
    assert tab.of.busy(10.0), "its frame has not stopped loading"

    tab.tell("Page.frameStoppedLoading", {"frameId": MAIN})
    assert not tab.of.busy(10.0)
    assert not tab.of.navigating


def test_an_error_page_is_told_from_a_page(tab: Watched) -> None:
    tab.navigated(unreachableUrl="http://nowhere/")
    assert tab.of.navigation.unreachable

    tab.navigated()
    assert not tab.of.navigation.unreachable


def test_other_frames_do_not_count_as_navigations(tab: Watched) -> None:
    frame = {"id": "inner", "parentId": MAIN, "url": "x"}
    tab.tell("Page.frameNavigated", {"frame": frame})
    tab.tell("Page.frameStartedLoading", {"frameId": "inner"})

    assert tab.of.navigation.count == 0
    assert tab.of.busy(10.0)
    assert not tab.of.navigating


def test_load_events_of_other_targets_are_not_the_tabs(tab: Watched) -> None:
    tab.navigated()

    tab.tell("Page.loadEventFired", {"timestamp": 1}, session="a frame's")

    assert not tab.of.navigation.loaded


@pytest.mark.parametrize("end", ["frameStoppedLoading", "frameDetached", "navigatedWithinDocument"])
def test_a_frame_stops_being_loaded_in_three_ways(tab: Watched, end: str) -> None:
    tab.tell("Page.frameStartedLoading", {"frameId": "inner"})

    tab.tell(f"Page.{end}", {"frameId": "inner"})

    assert not tab.of.busy(10.0)


def test_a_requested_navigation_is_waited_for_but_not_for_long(tab: Watched) -> None:
    assert tab.tell("Page.frameRequestedNavigation", {"frameId": MAIN}, now=10.0)

    assert tab.of.busy(10.4)
    assert not tab.of.busy(10.6)


def test_a_navigation_that_has_begun_is_not_expected_any_more(tab: Watched) -> None:
    tab.tell("Page.frameRequestedNavigation", {"frameId": MAIN}, now=10.0)
    tab.tell("Page.frameStartedLoading", {"frameId": MAIN}, now=10.1)
    tab.tell("Page.frameStoppedLoading", {"frameId": MAIN}, now=10.2)

    assert not tab.of.busy(10.2)


@pytest.mark.parametrize("kind", ["Document", "Stylesheet", "Script", "XHR", "Fetch"])
def test_what_a_user_waits_for_is_work(tab: Watched, kind: str) -> None:
    assert tab.request("1", kind)
    assert tab.of.busy(10.0)

    assert tab.tell("Network.loadingFinished", {"requestId": "1"})
    assert not tab.of.busy(10.0)


@pytest.mark.parametrize("kind", ["Image", "Media", "Font", "EventSource", "WebSocket", "Ping"])
def test_streams_and_pictures_are_not_waited_for(tab: Watched, kind: str) -> None:
    assert not tab.request("1", kind)

    assert not tab.of.busy(10.0)
    assert not tab.tell("Network.loadingFinished", {"requestId": "1"})


def test_a_request_that_fails_has_ended_too(tab: Watched) -> None:
    tab.request("1")

    tab.tell("Network.loadingFailed", {"requestId": "1"})

    assert not tab.of.busy(10.0)


def test_requests_of_two_targets_are_kept_apart_by_session(tab: Watched) -> None:
    tab.request("1", session="S")
    tab.request("1", session="frame")

    tab.tell("Network.loadingFinished", {"requestId": "1"}, session="frame")
    assert tab.of.busy(10.0)

    tab.tell("Network.loadingFinished", {"requestId": "1"}, session="S")
    assert not tab.of.busy(10.0)


def test_a_redirect_is_the_same_request(tab: Watched) -> None:
    tab.request("1")
    tab.request("1")

    tab.tell("Network.loadingFinished", {"requestId": "1"})

    assert not tab.of.busy(10.0)


def test_only_so_many_requests_are_followed(tab: Watched) -> None:
    most = activity._REQUESTS_MAX
    followed = [tab.request(str(number)) for number in range(most + 10)]

    assert followed.count(True) == most
    for number in range(most):
        tab.tell("Network.loadingFinished", {"requestId": str(number)})
    assert not tab.of.busy(10.0)


def test_the_requests_of_a_target_go_with_it(tab: Watched) -> None:
    tab.request("1", session="frame")
    tab.request("2", session="S")

    tab.of.session_gone("frame")
    assert tab.of.busy(10.0)

    tab.of.session_gone("S")
    assert not tab.of.busy(10.0)


def test_the_status_is_that_of_the_main_document(tab: Watched) -> None:
    def answered(kind: str, frame: str, status: int) -> None:
        params = {"requestId": "1", "type": kind, "frameId": frame, "response": {"status": status}}
        tab.tell("Network.responseReceived", params)

    answered("Document", "inner", 500)
    answered("Fetch", MAIN, 503)
    assert tab.of.navigation.status is None

    answered("Document", MAIN, 404)
    tab.navigated()
    assert tab.of.navigation.status == 404


def test_a_dialog_is_open_until_it_is_closed(tab: Watched) -> None:
    assert tab.tell("Page.javascriptDialogOpening", {"type": "confirm", "message": "Sure?"})
    assert tab.of.dialog == Dialog("confirm", "Sure?")
    prompt = {"type": "prompt", "message": "Name?", "defaultPrompt": "Ada"}
    assert tab.tell("Page.javascriptDialogOpening", prompt)
    assert tab.of.dialog == Dialog("prompt", "Name?", "Ada")

    assert tab.tell("Page.javascriptDialogClosed", {"result": True, "userInput": ""})
    assert tab.of.dialog is None


def test_a_new_document_has_no_dialog(tab: Watched) -> None:
    tab.tell("Page.javascriptDialogOpening", {"type": "beforeunload", "message": ""})

    tab.navigated()

    assert tab.of.dialog is None


def test_a_file_chooser_is_remembered_with_its_session(tab: Watched) -> None:
    chooser = {"frameId": "inner", "mode": "selectSingle", "backendNodeId": 12}

    tab.tell("Page.fileChooserOpened", chooser, session="frame")

    assert tab.of.file_chooser == (12, "frame")


def test_a_file_chooser_without_an_input_is_none(tab: Watched) -> None:
    tab.tell("Page.fileChooserOpened", {"frameId": MAIN, "mode": "selectSingle"})

    assert tab.of.file_chooser is None


def test_a_crash_is_told_until_it_is_mended(tab: Watched) -> None:
    assert tab.tell("Inspector.targetCrashed")
    assert tab.of.crashed
    assert not tab.tell("Inspector.targetCrashed")

    assert tab.tell("Inspector.targetReloadedAfterCrash")
    assert not tab.of.crashed


def test_a_frame_that_crashes_is_not_the_tab(tab: Watched) -> None:
    assert not tab.tell("Inspector.targetCrashed", session="frame")
    assert not tab.tell("Inspector.detached")
    assert not tab.of.crashed


def test_changes_are_dated_and_other_events_are_none(tab: Watched) -> None:
    tab.tell("Page.frameStartedLoading", {"frameId": MAIN}, now=12.0)
    assert tab.of.last_change == 12.0

    for method in ("Page.screencastFrame", "Network.dataReceived", "Runtime.consoleAPICalled"):
        assert not tab.tell(method, {"requestId": "1"}, now=20.0)
    assert tab.of.last_change == 12.0
