from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from twisted.internet.defer import Deferred

from cdp_proxy.core.close_codes import CloseCode
from cdp_proxy.core.multiplexer import Member
from cdp_proxy.transport.session import CLIENTS_MAX
from shared.errors import InvalidRequest, NoCapacity, NothingHere, SessionEnded
from shared.records import BrowserSettings
from shared.session_state import EndReason
from tests.fakes.container import FakeSocket, OneSession
from tests.fakes.records import make_spec
from tests.fakes.scripted_browser import attached_event, detached_event, flat_session

CHILD = flat_session(99)
PAGE = flat_session(77)


@pytest.fixture
def one() -> OneSession:
    one = OneSession()
    one.start()
    return one


def without_keep_alive() -> OneSession:
    one = OneSession(msgspec.structs.replace(make_spec(), keep_alive=False))
    one.start()
    return one


def admitted(
    one: OneSession, socket: FakeSocket | None = None, target_id: str | None = None
) -> Member:
    members: list[Member] = []
    admission = Deferred.fromCoroutine(one.live.admit(socket or FakeSocket(), target_id))
    admission.addCallback(members.append)
    (member,) = members
    return member


def refused(one: OneSession, target_id: str | None = None) -> BaseException:
    errors: list[BaseException] = []
    admission = Deferred.fromCoroutine(one.live.admit(FakeSocket(), target_id))
    admission.addErrback(lambda failure: errors.append(failure.value))
    (error,) = errors
    return error


def send(one: OneSession, member: Member, method: str, **more: Any) -> None:
    one.live.from_client(member, json.dumps({"id": 1, "method": method, **more}).encode())
    one.live.flush()


class TestClients:
    def test_a_command_goes_to_the_browser_and_its_answer_comes_back(self, one: OneSession) -> None:
        socket = FakeSocket()
        member = admitted(one, socket)
        one.browser.results["Browser.getWindowBounds"] = {"windowId": 3}

        send(one, member, "Browser.getWindowBounds")

        assert socket.got == [b'{"id":1,"result":{"windowId":3}}']
        assert socket.flushed > 0
        assert one.live.clients == 1

    def test_a_client_of_one_target_speaks_to_it_without_an_address(self, one: OneSession) -> None:
        socket = FakeSocket()
        one.browser.results["Target.attachToTarget"] = {"sessionId": PAGE}
        member = admitted(one, socket, "T")
        one.browser.results["Page.enable"] = {}

        send(one, member, "Page.enable")
        one.browser.emit({"method": "Page.loadEventFired", "params": {}}, PAGE)

        assert one.browser.received[-1]["sessionId"] == PAGE
        assert socket.got == [
            b'{"id":1,"result":{}}',
            b'{"method":"Page.loadEventFired","params":{}}',
        ]

    def test_a_client_of_one_target_goes_with_it(self, one: OneSession) -> None:
        socket = FakeSocket()
        one.browser.results["Target.attachToTarget"] = {"sessionId": PAGE}
        member = admitted(one, socket, "T")

        one.browser.emit(detached_event(PAGE), member.anchor)

        assert json.loads(socket.got[-1])["method"] == "Inspector.detached"
        assert socket.closed == (CloseCode.NORMAL, "The target has been closed.")

    def test_a_client_of_one_target_takes_its_browser_session_along(self, one: OneSession) -> None:
        one.browser.results["Target.attachToTarget"] = {"sessionId": PAGE}
        member = admitted(one, FakeSocket(), "T")

        one.live.depart(member)

        last = one.browser.received[-1]
        assert last["method"] == "Target.detachFromTarget"
        assert last["params"] == {"sessionId": member.anchor}
        assert member.anchor != PAGE

    def test_a_target_that_is_not_there_admits_nobody(self, one: OneSession) -> None:
        one.browser.errors["Target.attachToTarget"] = "No target with given id found"

        assert isinstance(refused(one, "T"), NothingHere)
        assert one.live.clients == 0
        assert one.browser.methods()[-1] == "Target.detachFromTarget"

    def test_a_refusal_goes_to_the_client_alone(self, one: OneSession) -> None:
        socket, other = FakeSocket(), FakeSocket()
        member = admitted(one, socket)
        admitted(one, other)

        send(one, member, "Browser.crash")

        assert "error" in json.loads(socket.got[0])
        assert other.got == []
        assert "Browser.crash" not in one.browser.methods()

    def test_a_session_has_so_many_clients_and_no_more(self, one: OneSession) -> None:
        for _ in range(CLIENTS_MAX):
            admitted(one)

        assert isinstance(refused(one), NoCapacity)

    def test_clients_that_come_together_are_counted_too(self, one: OneSession) -> None:
        one.browser.silent.add("Target.attachToBrowserTarget")
        coming = [Deferred.fromCoroutine(one.live.admit(FakeSocket())) for _ in range(CLIENTS_MAX)]

        assert isinstance(refused(one), NoCapacity)
        one.live.end(EndReason.RELEASED)
        for admission in coming:
            admission.addErrback(lambda failure: failure.trap(SessionEnded))

    def test_a_client_that_comes_to_the_end_is_told(self, one: OneSession) -> None:
        one.live.end(EndReason.RELEASED)

        assert isinstance(refused(one), SessionEnded)

    def test_pressure_of_the_browser_pauses_the_clients(self, one: OneSession) -> None:
        socket = FakeSocket()
        admitted(one, socket)
        one.browser.pressure(True)
        one.browser.pressure(False)

        assert socket.paused == [True, False]


class TestDeparture:
    def test_a_departed_clients_root_is_detached(self, one: OneSession) -> None:
        member = admitted(one)
        one.live.depart(member)

        detach = one.browser.received[-1]
        assert detach["method"] == "Target.detachFromTarget"
        assert detach["params"] == {"sessionId": member.root.decode()}
        assert one.live.clients == 0

    def test_departing_twice_detaches_once(self, one: OneSession) -> None:
        member = admitted(one)
        one.live.depart(member)
        one.live.depart(member)

        assert one.browser.methods().count("Target.detachFromTarget") == 1

    def test_what_the_client_paused_goes_on_before_it_is_detached(self, one: OneSession) -> None:
        member = admitted(one)
        one.browser.emit(attached_event(CHILD, waiting=True), member.root.decode())

        one.live.depart(member)

        assert one.browser.methods()[-3:] == [
            "Runtime.runIfWaitingForDebugger",
            "Browser.getVersion",
            "Target.detachFromTarget",
        ]

    def test_a_departed_client_is_sent_nothing(self, one: OneSession) -> None:
        socket = FakeSocket()
        member = admitted(one, socket)
        one.browser.silent.add("Target.detachFromTarget")
        one.live.depart(member)

        one.browser.emit({"method": "Target.targetCreated", "params": {}}, member.root.decode())

        assert socket.got == []
        one.live.end(EndReason.RELEASED)

    def test_a_root_that_cannot_be_detached_hurts_nobody(self, one: OneSession) -> None:
        one.browser.errors["Target.detachFromTarget"] = "No session with given id"
        one.live.depart(admitted(one))

        assert one.live.end_reason is None


class TestBrowserClose:
    def test_it_ends_a_session_without_keep_alive(self) -> None:
        one = without_keep_alive()
        socket = FakeSocket()
        member = admitted(one, socket)

        send(one, member, "Browser.close")

        assert socket.got == [b'{"id":1,"result":{}}']
        assert one.live.end_reason is EndReason.BROWSER_CLOSED
        assert one.browser.killed

    def test_it_ends_only_the_client_under_keep_alive(self, one: OneSession) -> None:
        socket, other = FakeSocket(), FakeSocket()
        member = admitted(one, socket)
        admitted(one, other)

        send(one, member, "Browser.close")

        assert socket.closed == (CloseCode.NORMAL, "Closed by Browser.close.")
        assert other.closed is None
        assert one.live.end_reason is None


class TestClocks:
    def test_a_session_nobody_uses_ends(self, one: OneSession) -> None:
        one.clock.pump([10.0] * 29)
        assert one.live.end_reason is None

        one.clock.pump([10.0])

        assert one.live.end_reason is EndReason.NEVER_CONNECTED

    def test_a_session_used_without_clients_is_not_idle(self, one: OneSession) -> None:
        one.live.used()
        one.clock.pump([10.0] * 179)
        one.live.used()
        one.clock.pump([10.0] * 179)

        assert one.live.end_reason is None

    def test_commands_keep_a_session_up_until_its_timeout(self, one: OneSession) -> None:
        member = admitted(one)
        for _ in range(359):
            one.clock.advance(10.0)
            send(one, member, "Browser.getVersion")
        assert one.live.end_reason is None

        one.clock.advance(10.0)

        assert one.live.end_reason is EndReason.HARD_TIMEOUT

    def test_a_silent_client_does_not_keep_it_up(self, one: OneSession) -> None:
        admitted(one)
        one.clock.pump([10.0] * 180)

        assert one.live.end_reason is EndReason.IDLE_TIMEOUT

    def test_without_keep_alive_it_waits_a_moment_for_the_last_client(self) -> None:
        one = without_keep_alive()
        one.live.depart(admitted(one))
        one.clock.advance(1.9)
        assert one.live.end_reason is None

        one.clock.advance(0.1)

        assert one.live.end_reason is EndReason.LAST_CLIENT_LEFT

    def test_who_joins_otherwise_keeps_it_as_a_client_does(self) -> None:
        one = without_keep_alive()
        one.live.joined()
        one.live.joined()
        one.live.departed()
        one.clock.advance(10)
        assert one.live.end_reason is None

        one.live.departed()
        one.clock.advance(2)

        assert one.live.end_reason is EndReason.LAST_CLIENT_LEFT

    def test_a_client_that_comes_back_in_time_keeps_it(self) -> None:
        one = without_keep_alive()
        one.live.depart(admitted(one))
        one.clock.advance(1.0)
        admitted(one)
        one.clock.pump([1.0] * 10)

        assert one.live.end_reason is None


class TestHungBrowser:
    def test_a_browser_that_answers_nothing_for_long_ends_it(self, one: OneSession) -> None:
        one.browser.silent.add("Browser.getVersion")
        one.clock.pump([1.0] * 60)

        assert one.live.end_reason is EndReason.BROWSER_HUNG


class TestEnd:
    def test_clients_are_told_and_the_browser_is_buried(self, one: OneSession) -> None:
        socket = FakeSocket()
        admitted(one, socket)
        one.live.end(EndReason.RELEASED)
        assert not one.live.ended.called

        one.buried.callback(None)

        assert socket.closed == (CloseCode.NORMAL, EndReason.RELEASED.text)
        assert one.browser.killed
        assert one.live.ended.called
        assert one.clock.getDelayedCalls() == []

    def test_only_the_first_reason_counts(self, one: OneSession) -> None:
        one.live.end(EndReason.RELEASED)
        one.live.end(EndReason.HARD_TIMEOUT)

        assert one.live.end_reason is EndReason.RELEASED

    def test_a_client_that_cannot_be_told_keeps_no_browser(self, one: OneSession) -> None:
        class Broken(FakeSocket):
            def close(self, code: CloseCode, reason: str) -> None:
                raise ZeroDivisionError(reason)

        admitted(one, Broken())

        with pytest.raises(ZeroDivisionError):
            one.live.end(EndReason.RELEASED)
        one.buried.callback(None)

        assert one.browser.killed
        assert one.live.ended.called

    def test_a_crash_ends_it(self, one: OneSession) -> None:
        socket = FakeSocket()
        member = admitted(one, socket)
        one.browser.crash()
        one.live.depart(member)

        assert one.live.end_reason is EndReason.BROWSER_CRASHED
        assert socket.closed == (CloseCode.BROWSER_GONE, EndReason.BROWSER_CRASHED.text)
        assert one.clock.getDelayedCalls() == []


class TestSettings:
    SETTINGS = BrowserSettings(locale="de-DE")

    def test_settings_are_applied_before_the_start_is_over(self) -> None:
        one = OneSession(make_spec(settings=self.SETTINGS))
        started = one.start()

        assert started.called
        assert "Target.setAutoAttach" in one.browser.methods()

    def test_a_setting_that_chromium_refuses_is_the_callers_fault(self) -> None:
        one = OneSession(make_spec(settings=self.SETTINGS))
        one.browser.errors["Target.setAutoAttach"] = "Invalid locale name"
        errors: list[BaseException] = []
        one.start().addErrback(lambda failure: errors.append(failure.value))

        (error,) = errors
        assert isinstance(error, InvalidRequest)
        assert error.details == {"field": "browserSettings"}
