from __future__ import annotations

import cdp.target
import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from cdp_proxy.transport.caller import CallFailed
from cdp_proxy.transport.page_client import attach_to_page
from shared.errors import NothingHere
from tests.fakes.scripted_browser import ScriptedBrowser, detached_event, flat_session
from tests.unit.cdp_proxy.transport.test_registry import outcome_of

ANCHOR, PAGE = flat_session(1), flat_session(2)


@pytest.fixture
def browser() -> ScriptedBrowser:
    return ScriptedBrowser(Clock(), results={"Target.attachToTarget": {"sessionId": PAGE}})


def attach(browser: ScriptedBrowser, gone: list[None]) -> list[object]:
    anchor = cdp.target.SessionID(ANCHOR)
    attaching = attach_to_page(browser.caller, anchor, "T", lambda: gone.append(None))
    return outcome_of(Deferred.fromCoroutine(attaching))


def test_the_root_is_on_the_target_under_the_anchor(browser: ScriptedBrowser) -> None:
    assert attach(browser, []) == [PAGE]

    (command,) = browser.received
    assert command["params"] == {"targetId": "T", "flatten": True}
    assert command["sessionId"] == ANCHOR


def test_the_targets_end_is_told(browser: ScriptedBrowser) -> None:
    gone: list[None] = []
    attach(browser, gone)

    browser.emit({"method": "Target.targetInfoChanged", "params": {}}, ANCHOR)
    assert gone == []
    browser.emit(detached_event(PAGE), ANCHOR)
    assert gone == [None]


def test_a_target_that_is_not_there_leaves_nothing_attached(browser: ScriptedBrowser) -> None:
    browser.errors["Target.attachToTarget"] = "No target with given id found"
    gone: list[None] = []

    (error,) = attach(browser, gone)

    assert isinstance(error, NothingHere)
    assert browser.received[-1]["method"] == "Target.detachFromTarget"
    assert browser.received[-1]["params"] == {"sessionId": ANCHOR}
    browser.emit(detached_event(PAGE), ANCHOR)
    assert gone == []


def test_a_browser_that_is_gone_is_no_missing_target(browser: ScriptedBrowser) -> None:
    browser.crash()

    (error,) = attach(browser, [])

    assert isinstance(error, CallFailed)
