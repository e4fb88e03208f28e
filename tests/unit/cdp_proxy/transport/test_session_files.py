"""What a live session does for its files (`transport.session`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from cdp_proxy.core.multiplexer import Member
from shared.errors import BrowserStartFailed
from shared.session_state import EndReason
from tests.fakes.container import FakeSocket, OneSession
from tests.fakes.scripted_browser import FOLDERS


@dataclass(eq=False)
class FakeTransfer:
    cut: bool = False

    def cut_off(self) -> None:
        self.cut = True


@pytest.fixture
def one() -> OneSession:
    one = OneSession()
    one.start()
    return one


def admitted(one: OneSession) -> Member:
    members: list[Member] = []
    admission = Deferred.fromCoroutine(one.live.admit(FakeSocket()))
    admission.addCallback(members.append)
    return members[0]


def behaviours(one: OneSession) -> list[dict[str, Any]]:
    return [
        command["params"]
        for command in one.browser.received
        if command["method"] == "Browser.setDownloadBehavior"
    ]


def test_downloads_go_to_the_sessions_folder_from_the_start(one: OneSession) -> None:
    (behaviour,) = behaviours(one)

    assert behaviour["downloadPath"] == FOLDERS.downloads
    assert behaviour["behavior"] == "allowAndName"


def test_a_client_that_had_set_them_up_does_not_take_them_with_it(one: OneSession) -> None:
    member = admitted(one)
    command = {"id": 1, "method": "Browser.setDownloadBehavior", "params": {"behavior": "deny"}}
    one.live.from_client(member, json.dumps(command).encode())
    one.live.flush()

    one.live.depart(member)

    assert [behaviour["behavior"] for behaviour in behaviours(one)] == [
        "allowAndName",
        "deny",
        "allowAndName",
    ]
    assert one.browser.methods()[-2:] == [
        "Target.detachFromTarget",
        "Browser.setDownloadBehavior",
    ]


def test_a_client_that_had_not_changes_nothing_by_leaving(one: OneSession) -> None:
    one.live.depart(admitted(one))

    assert len(behaviours(one)) == 1


def test_transfers_end_with_the_session(one: OneSession) -> None:
    transfer = FakeTransfer()
    one.live.transfers.add(transfer)

    one.live.end(EndReason.RELEASED)

    assert transfer.cut


def test_a_browser_that_goes_at_once_has_not_started() -> None:
    one = OneSession()
    one.browser.kill()
    errors: list[object] = []

    one.start().addErrback(lambda failure: errors.append(failure.value))

    assert [type(error) for error in errors] == [BrowserStartFailed]
