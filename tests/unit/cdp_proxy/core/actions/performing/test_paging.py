from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cdp_proxy.core.actions.performing import paging
from cdp_proxy.core.actions.ports import CommandFailed, CommandRefused, Dialog
from cdp_proxy.core.messages import decode_answer
from shared.errors import (
    ActionTimeout,
    DialogOpen,
    InvalidRequest,
    NavigationFailed,
    WallCrawlerError,
)
from tests.fakes.tab import ScriptedTab, run

URL = "https://shop.example/"
DEADLINE = 110.0
STARTED = {"Page.navigate": {"frameId": "F", "loaderId": "L"}}


def tell(tab: ScriptedTab, method: str, **params: Any) -> Callable[[], object]:
    """Has Chromium tell of an event when it is called."""
    message = {"method": method, "params": params, "sessionId": tab.session}
    event = decode_answer(json.dumps(message).encode())
    return lambda: tab.activity.receive(event, tab.now())


def loading(tab: ScriptedTab) -> None:
    """A page that commits after 1 s, is parsed after 2 s, loaded after 3 s, idle after 4 s."""
    tab.at(1.0, tell(tab, "Page.frameNavigated", frame={"id": "F", "url": URL}))
    tab.at(1.0, tell(tab, "Network.requestWillBeSent", requestId="1", type="Fetch"))
    tab.at(2.0, tell(tab, "Page.domContentEventFired", timestamp=1))
    tab.at(3.0, tell(tab, "Page.loadEventFired", timestamp=1))
    tab.at(3.0, tell(tab, "Page.frameStoppedLoading", frameId="F"))
    tab.at(4.0, tell(tab, "Network.loadingFinished", requestId="1"))


@pytest.mark.parametrize(
    ("wait_until", "seconds"),
    [(paging.COMMIT, 1.0), (paging.DOM_CONTENT_LOADED, 2.0), (paging.LOAD, 3.0),
     (paging.NETWORK_IDLE, 4.5)],
)  # fmt: skip
def test_a_navigation_is_waited_for_as_far_as_asked(wait_until: str, seconds: float) -> None:
    tab = ScriptedTab(answers=STARTED)
    loading(tab)

    run(paging.navigate(tab, URL, wait_until, DEADLINE))

    assert tab.now() - 100.0 == pytest.approx(seconds)
    assert tab.methods() == ["Page.enable", "Page.navigate"]
    assert tab.sent[1].params["url"] == URL


def test_a_page_that_hangs_is_left_all_the_same() -> None:
    def hang(_params: object) -> None:
        raise CommandFailed("no answer")

    tab = ScriptedTab(answers={**STARTED, "Page.enable": hang})
    loading(tab)

    run(paging.navigate(tab, URL, paging.LOAD, DEADLINE))

    assert tab.activity.navigation.loaded


def test_a_page_that_keeps_asking_the_network_never_gets_idle() -> None:
    tab = ScriptedTab(answers=STARTED)
    loading(tab)
    tab.at(3.5, tell(tab, "Network.requestWillBeSent", requestId="2", type="Fetch"))

    with pytest.raises(ActionTimeout) as late:
        run(paging.navigate(tab, URL, paging.NETWORK_IDLE, DEADLINE))

    assert late.value.details["waitUntil"] == "networkidle"
    assert tab.now() == pytest.approx(DEADLINE)


def test_a_page_that_does_not_load_in_time_is_a_timeout() -> None:
    tab = ScriptedTab(answers=STARTED)
    tab.at(1.0, tell(tab, "Page.frameNavigated", frame={"id": "F", "url": URL}))

    with pytest.raises(ActionTimeout):
        run(paging.navigate(tab, URL, paging.LOAD, DEADLINE))

    assert tab.now() == pytest.approx(DEADLINE)


def test_chromiums_net_error_is_the_reason() -> None:
    refused = {"frameId": "F", "loaderId": "L", "errorText": "net::ERR_NAME_NOT_RESOLVED"}
    tab = ScriptedTab(answers={"Page.navigate": refused})

    with pytest.raises(NavigationFailed) as failed:
        run(paging.navigate(tab, URL, paging.LOAD, DEADLINE))

    assert failed.value.details == {"reason": "net::ERR_NAME_NOT_RESOLVED"}


def test_an_error_page_is_a_failure() -> None:
    tab = ScriptedTab(answers=STARTED)
    frame = {"id": "F", "url": "chrome-error://chromewebdata/", "unreachableUrl": URL}
    tab.at(0.5, tell(tab, "Page.frameNavigated", frame=frame))

    with pytest.raises(NavigationFailed) as failed:
        run(paging.navigate(tab, URL, paging.LOAD, DEADLINE))

    assert failed.value.details["reason"] == "unreachable"


@pytest.mark.parametrize(
    "answer", [{"frameId": "F"}, {"frameId": "F", "loaderId": "L", "isDownload": True}]
)
def test_a_fragment_or_a_download_brings_no_document_to_wait_for(answer: Any) -> None:
    tab = ScriptedTab(answers={"Page.navigate": answer})

    run(paging.navigate(tab, f"{URL}#part", paging.LOAD, DEADLINE))

    assert tab.waits == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "chrome://settings/"])
def test_an_address_that_the_policy_refuses_is_not_opened(url: str) -> None:
    tab = ScriptedTab()

    with pytest.raises(InvalidRequest) as refused:
        run(paging.navigate(tab, url, paging.LOAD, DEADLINE))

    assert refused.value.details["field"] == "url"
    assert tab.sent == []


def test_a_dialog_that_holds_the_old_page_is_told() -> None:
    tab = ScriptedTab(answers=STARTED)
    tab.at(0.5, lambda: setattr(tab, "dialog", Dialog("beforeunload", "Leave?")))

    with pytest.raises(DialogOpen) as held:
        run(paging.navigate(tab, URL, paging.LOAD, DEADLINE))

    assert held.value.details == {"kind": "beforeunload", "text": "Leave?"}


def test_a_dialog_that_comes_before_the_answer_is_told() -> None:
    with pytest.raises(DialogOpen):
        run(paging.navigate(ScriptedTab(dialog=Dialog("alert", "Hi")), URL, paging.LOAD, DEADLINE))


def test_an_address_that_is_none_is_no_time_out() -> None:
    tab = ScriptedTab(failures={"Page.navigate": CommandRefused("Cannot navigate to invalid URL")})

    with pytest.raises(NavigationFailed) as failed:
        run(paging.navigate(tab, URL, paging.LOAD, DEADLINE))

    assert failed.value.details == {"reason": "Cannot navigate to invalid URL"}


def test_no_answer_is_a_timeout() -> None:
    tab = ScriptedTab(failures={"Page.navigate": CommandFailed("not answered in 10 s")})

    with pytest.raises(ActionTimeout, match="not answered"):
        run(paging.navigate(tab, URL, paging.LOAD, DEADLINE))


def history(at: int) -> dict[str, Any]:
    entries = [
        {"id": number, "url": f"http://x/{number}", "title": "", "userTypedURL": "",
         "transitionType": "link"}
        for number in (5, 6, 7)
    ]  # fmt: skip
    return {"Page.getNavigationHistory": {"currentIndex": at, "entries": entries}}


@pytest.mark.parametrize(("step", "entry"), [(-1, 5), (1, 7)])
def test_travelling_goes_to_the_entry_beside_this_one(step: int, entry: int) -> None:
    tab = ScriptedTab(answers=history(1))
    loading(tab)

    run(paging.travel(tab, step, DEADLINE))

    assert tab.sent[-1][:2] == ("Page.navigateToHistoryEntry", {"entryId": entry})
    assert tab.now() - 100.0 == pytest.approx(3.0)


@pytest.mark.parametrize(("at", "step", "way"), [(0, -1, "back"), (2, 1, "forward")])
def test_the_history_ends_at_both_ends(at: int, step: int, way: str) -> None:
    tab = ScriptedTab(answers=history(at))

    with pytest.raises(NavigationFailed, match=f"no page to go {way} to"):
        run(paging.travel(tab, step, DEADLINE))

    assert tab.methods() == ["Page.getNavigationHistory"]


def test_a_document_that_the_browser_kept_is_not_waited_for_long() -> None:
    tab = ScriptedTab(answers=history(1))

    run(paging.travel(tab, -1, DEADLINE))

    assert tab.now() - 100.0 == pytest.approx(1.0)


def test_reloading_waits_for_the_new_document() -> None:
    tab = ScriptedTab()
    loading(tab)

    run(paging.reload(tab, DEADLINE))

    assert tab.methods() == ["Page.enable", "Page.reload"]
    assert tab.activity.navigation.loaded


def test_a_reload_that_brings_nothing_is_a_timeout() -> None:
    with pytest.raises(WallCrawlerError) as late:
        run(paging.reload(ScriptedTab(), DEADLINE))

    assert late.value.code == "ACTION_TIMEOUT"
