from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from cdp_proxy.core.messages import Answer
from cdp_proxy.transport import download_names
from cdp_proxy.transport.caller import CallFailed
from cdp_proxy.transport.download_names import DownloadNames
from tests.fakes.container import clock_at
from tests.fakes.scripted_browser import ScriptedBrowser


def began(guid: str, name: str) -> dict[str, Any]:
    params = {"frameId": "F", "guid": guid, "url": "http://x/", "suggestedFilename": name}
    return {"method": "Browser.downloadWillBegin", "params": params}


def started(browser: ScriptedBrowser) -> DownloadNames:
    names = DownloadNames(browser.caller, "/downloads")
    Deferred.fromCoroutine(names.start())
    return names


def test_downloads_are_let_into_the_folder_with_events() -> None:
    browser = ScriptedBrowser(clock_at())

    started(browser)

    (command,) = browser.received
    assert command["method"] == "Browser.setDownloadBehavior"
    assert command["params"] == {
        "behavior": "allowAndName",
        "downloadPath": "/downloads",
        "eventsEnabled": True,
    }


def test_a_guid_has_the_name_that_its_event_told() -> None:
    browser = ScriptedBrowser(clock_at())
    names = started(browser)

    browser.emit(began("guid-1", "report.pdf"))

    assert names.of("guid-1") == "report.pdf"
    assert names.of("named by Chromium.pdf") == "named by Chromium.pdf"


def test_others_hear_the_same_events() -> None:
    browser = ScriptedBrowser(clock_at())
    heard: list[Answer] = []
    browser.caller.listen(None, heard.append)
    started(browser)

    browser.emit(began("guid-1", "report.pdf"))
    browser.emit({"method": "Target.targetCreated", "params": {}})

    assert [event.method for event in heard] == [
        "Browser.downloadWillBegin",
        "Target.targetCreated",
    ]


def test_only_so_many_names_are_remembered() -> None:
    browser = ScriptedBrowser(clock_at())
    names = started(browser)
    limit = download_names._NAMES_MAX

    for number in range(limit + 1):
        browser.emit(began(f"guid-{number}", "a name"))

    assert names.of("guid-0") == "guid-0"
    assert names.of("guid-1") == names.of(f"guid-{limit}") == "a name"


def test_a_browser_that_has_gone_is_an_error() -> None:
    browser = ScriptedBrowser(clock_at())
    browser.kill()
    names = DownloadNames(browser.caller, "/downloads")
    failed: list[object] = []
    Deferred.fromCoroutine(names.start()).addErrback(lambda failure: failed.append(failure.value))

    assert [type(error) for error in failed] == [CallFailed]
