from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from cdp_proxy.transport.caller import CallFailed
from cdp_proxy.transport.target_settings import TargetSettings
from shared.records import BrowserSettings
from tests.fakes.scripted_browser import ScriptedBrowser, attached_event, flat_session

SETTINGS = BrowserSettings(locale="de-DE", extra_http_headers={"X-A": "1"})
PAGE, POPUP = flat_session(1), flat_session(2)


@pytest.fixture
def browser() -> ScriptedBrowser:
    return ScriptedBrowser(Clock())


def start(browser: ScriptedBrowser) -> list[object]:
    """Begin; the outcome is put into the list once it is there."""
    outcome: list[object] = []
    deferred = Deferred.fromCoroutine(TargetSettings(browser.caller, SETTINGS).start())
    deferred.addCallbacks(outcome.append, lambda failure: outcome.append(failure.value))
    return outcome


def sent_to(browser: ScriptedBrowser, cdp_session_id: str) -> list[Any]:
    return [
        command["method"]
        for command in browser.received
        if command.get("sessionId") == cdp_session_id
    ]


APPLIED = [
    "Network.enable",
    "Network.setExtraHTTPHeaders",
    "Emulation.setLocaleOverride",
    "Target.setAutoAttach",
    "Runtime.runIfWaitingForDebugger",
]


def test_new_targets_get_the_settings_before_they_run(browser: ScriptedBrowser) -> None:
    assert start(browser) == [None]

    browser.emit(attached_event(POPUP, waiting=True))

    assert sent_to(browser, POPUP) == APPLIED
    assert browser.received[0]["params"] == {
        "autoAttach": True,
        "waitForDebuggerOnStart": True,
        "flatten": True,
    }


def test_the_start_waits_for_the_targets_that_are_open(browser: ScriptedBrowser) -> None:
    browser.silent.update({"Target.setAutoAttach", "Emulation.setLocaleOverride"})
    outcome = start(browser)
    browser.emit(attached_event(PAGE, waiting=True))
    browser.answer("Target.setAutoAttach")
    assert outcome == []

    locale = next(c for c in browser.received if c["method"] == "Emulation.setLocaleOverride")
    browser.emit({"id": locale["id"], "result": {}}, PAGE)

    assert outcome == [None]
    browser.caller.lose("done")


def test_a_setting_refused_on_an_open_target_fails_the_start(browser: ScriptedBrowser) -> None:
    browser.silent.add("Target.setAutoAttach")
    browser.errors["Emulation.setLocaleOverride"] = "Invalid locale name"
    outcome = start(browser)
    browser.emit(attached_event(PAGE, waiting=True))
    browser.answer("Target.setAutoAttach")

    (error,) = outcome
    assert isinstance(error, CallFailed)
    assert str(error) == "Invalid locale name"
    browser.caller.lose("done")


def test_a_target_that_goes_before_its_settings_hurts_nobody(browser: ScriptedBrowser) -> None:
    start(browser)
    browser.errors["Network.enable"] = "Session with given id not found."
    browser.emit(attached_event(POPUP, waiting=True))

    assert sent_to(browser, POPUP) == APPLIED


def test_a_target_without_children_is_fine(browser: ScriptedBrowser) -> None:
    start(browser)
    browser.errors["Target.setAutoAttach"] = "'Target.setAutoAttach' wasn't found"
    browser.emit(attached_event(POPUP, kind="worker", waiting=True))

    assert sent_to(browser, POPUP)[-1] == "Runtime.runIfWaitingForDebugger"


def test_the_roots_of_clients_are_left_alone(browser: ScriptedBrowser) -> None:
    start(browser)
    browser.emit(attached_event(POPUP, kind="browser"))

    assert sent_to(browser, POPUP) == []


def test_other_events_are_not_looked_at(browser: ScriptedBrowser) -> None:
    start(browser)
    browser.emit({"method": "Target.targetInfoChanged", "params": {}})

    assert len(browser.received) == 1


def test_a_browser_that_refuses_to_auto_attach_fails_the_start(browser: ScriptedBrowser) -> None:
    browser.errors["Target.setAutoAttach"] = "no"

    (error,) = start(browser)
    assert isinstance(error, CallFailed)
