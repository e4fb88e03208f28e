from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cdp_proxy.transport.channel_cdp import _PENDING_MAX, _SUBSCRIPTIONS_MAX
from cdp_proxy.transport.session import CLIENTS_MAX
from shared.envelope.outgoing import CdpEvent, Subscribed
from shared.session_state import EndReason
from tests.fakes.container import FakeSocket
from tests.fakes.one_channel import OneChannel, TabbedSession
from tests.fakes.records import make_spec
from tests.fakes.scripted_browser import detached_event, flat_session
from tests.unit.cdp_proxy.transport.test_session import admitted

CONSOLE = "Runtime.consoleAPICalled"
ROOT = flat_session(2)
"""The channel's own root; the first is the proxy's."""


@pytest.fixture
def one() -> OneChannel:
    one = OneChannel()
    one.said()
    return one


def sent(one: OneChannel, method: str) -> dict[str, Any]:
    (command,) = one.session.sent(method)
    return command


def emit(one: OneChannel, method: str, session: str | None, **params: Any) -> None:
    one.browser.emit({"method": method, "params": params}, session)


class TestCommands:
    def test_one_goes_to_the_active_tab_and_its_result_comes_back(self, one: OneChannel) -> None:
        one.browser.results["Page.getResourceTree"] = {"frameTree": 3}

        told = one.answer("CDP_COMMAND", method="Page.getResourceTree", params={"a": [1]})

        command = sent(one, "Page.getResourceTree")
        assert (command["sessionId"], command["params"]) == (flat_session(100), {"a": [1]})
        assert told == {"type": "CDP_RESPONSE", "id": 7, "result": {"frameTree": 3}}

    def test_an_error_is_chromiums(self, one: OneChannel) -> None:
        one.browser.errors["Page.enable"] = "no"

        told = one.answer("CDP_COMMAND", method="Page.enable")

        assert told == {
            "type": "CDP_RESPONSE",
            "id": 7,
            "error": {"code": -32000, "message": "no"},
        }

    def test_a_tab_is_attached_once(self, one: OneChannel) -> None:
        one.session.open_tab("T2")
        for target_id in ("T1", "T2", "T1", None):
            one.say("CDP_COMMAND", method="DOM.enable", targetId=target_id)

        flat = [command["sessionId"] for command in one.session.sent("DOM.enable")]
        assert flat == [flat_session(number) for number in (100, 101, 100, 101)]
        assert one.session.live.clients == 1

    def test_a_tab_that_was_detached_is_attached_anew(self, one: OneChannel) -> None:
        one.say("CDP_COMMAND", method="DOM.enable")
        one.browser.emit(detached_event(flat_session(100)), ROOT)

        one.say("CDP_COMMAND", method="DOM.enable")

        assert one.session.sent("DOM.enable")[-1]["sessionId"] == flat_session(101)

    @pytest.mark.parametrize(
        "fields", [{"method": "Browser.getVersion"}, {"method": "DOM.x", "targetId": "browser"}]
    )
    def test_one_for_the_browser_goes_to_the_clients_root(
        self, one: OneChannel, fields: dict[str, Any]
    ) -> None:
        one.say("CDP_COMMAND", **fields)

        assert sent(one, fields["method"])["sessionId"] == ROOT

    def test_one_goes_to_a_flat_session_of_its_own_and_to_no_other(self, one: OneChannel) -> None:
        params = {"targetId": "T1", "flatten": True}
        flat = one.answer("CDP_COMMAND", method="Target.attachToTarget", params=params)
        own = flat["result"]["sessionId"]

        one.say("CDP_COMMAND", method="DOM.enable", cdpSessionId=own)
        told = one.answer("CDP_COMMAND", method="DOM.disable", cdpSessionId=flat_session(1))

        assert sent(one, "DOM.enable")["sessionId"] == own
        assert told["error"]["code"] == -32001
        assert one.session.sent("DOM.disable") == []

    def test_a_tab_that_closes_while_it_is_attached_is_told(self, one: OneChannel) -> None:
        one.browser.errors["Target.attachToTarget"] = "No target with given id found"

        told = one.answer("CDP_COMMAND", method="DOM.enable", targetId="T1")

        assert (told["error"]["code"], told["error"]["details"]) == (
            "INVALID_REQUEST",
            {"field": "targetId"},
        )

    def test_without_a_tab_there_is_nowhere_to_send_it(self, one: OneChannel) -> None:
        one.session.close_tab("T1")

        told = one.answer("CDP_COMMAND", method="DOM.enable")

        assert told["error"]["code"] == "TARGET_NOT_FOUND"

    def test_so_many_wait_for_their_answers_and_no_more(self, one: OneChannel) -> None:
        one.browser.silent.add("Browser.getVersion")
        for _ in range(_PENDING_MAX):
            one.say("CDP_COMMAND", method="Browser.getVersion")

        told = one.answer("CDP_COMMAND", method="Browser.getVersion")

        assert told["error"]["code"] == "INVALID_REQUEST"

    def test_a_full_session_takes_no_more(self, one: OneChannel) -> None:
        for _ in range(CLIENTS_MAX):
            admitted(one.session, FakeSocket())

        told = one.answer("CDP_COMMAND", method="Browser.getVersion")

        assert told["error"]["code"] == "NO_CAPACITY"

    def test_as_many_channels_as_may_come_may_all_send_commands(self, one: OneChannel) -> None:
        others = [OneChannel(session=one.session) for _ in range(CLIENTS_MAX - 1)]

        told = [each.answer("CDP_COMMAND", method="Browser.getVersion") for each in (one, *others)]

        assert {each["type"] for each in told} == {"CDP_RESPONSE"}
        assert one.session.live.clients == CLIENTS_MAX

    def test_browser_close_ends_the_client_alone_and_the_next_is_another(
        self, one: OneChannel
    ) -> None:
        one.say("SUBSCRIBE", events=[CONSOLE])
        one.said()

        told = one.answer("CDP_COMMAND", method="Browser.close")
        closed = one.session.live.clients
        one.say("CDP_COMMAND", method="DOM.enable")

        assert told["result"] == {}
        assert (closed, one.session.live.clients) == (0, 1)
        emit(one, CONSOLE, flat_session(100))
        assert one.of(CdpEvent) == []

    def test_a_command_that_waits_for_the_human_is_answered_in_the_end(
        self, one: OneChannel
    ) -> None:
        one.session.live.takeover.take()
        one.said()
        one.say("CDP_COMMAND", id=7, method="Input.insertText", params={"text": "x"})
        assert [told["type"] for told in one.said()] == ["CONTROL_STATE"]

        one.session.live.takeover.hand_back()

        assert {"type": "CDP_RESPONSE", "id": 7, "result": {}} in one.said()

    def test_what_waits_behind_a_browser_close_goes_with_its_client(self, one: OneChannel) -> None:
        other = OneChannel(session=one.session)
        one.session.live.takeover.take()
        for number in (7, 8):
            one.say("CDP_COMMAND", id=number, method="Browser.close")
        other.say("CDP_COMMAND", id=9, method="Target.activateTarget", params={"targetId": "T1"})

        one.session.live.takeover.hand_back()

        outcomes = {it["id"]: "result" in it for it in one.said() if it["type"] == "CDP_RESPONSE"}
        assert outcomes == {7: True, 8: False}
        assert one.session.sent("Target.activateTarget")

    def test_what_waits_for_a_tab_that_closes_is_answered(self, one: OneChannel) -> None:
        one.browser.silent |= {"DOM.enable", "Browser.getVersion"}
        one.say("CDP_COMMAND", id=7, method="DOM.enable")
        one.say("CDP_COMMAND", id=8, method="Browser.getVersion")

        one.browser.emit(detached_event(flat_session(100)), ROOT)

        (told,) = one.said()
        assert told["id"] == 7
        assert told["error"] == {
            "code": -32000,
            "message": "Inspected target navigated or closed",
        }

    def test_what_waits_for_a_tab_that_crashes_is_answered_but_for_navigations(
        self, one: OneChannel
    ) -> None:
        one.browser.silent |= {"DOM.enable", "Page.reload"}
        one.say("CDP_COMMAND", id=7, method="DOM.enable")
        one.say("CDP_COMMAND", id=8, method="Page.reload")

        emit(one, "Inspector.targetCrashed", flat_session(100))
        (crashed,) = one.said()
        one.browser.answer("DOM.enable")
        one.browser.answer("Page.reload")

        assert (crashed["id"], crashed["error"]["message"]) == (7, "Target crashed")
        assert one.said() == [{"type": "CDP_RESPONSE", "id": 8, "result": {}}]

    def test_what_was_sent_before_the_end_is_answered_with_it(self, one: OneChannel) -> None:
        one.browser.silent.add("DOM.enable")
        one.say("CDP_COMMAND", id=7, method="DOM.enable")

        one.session.live.end(EndReason.RELEASED)

        told, _ended = one.said()
        assert (told["type"], told["id"]) == ("ERROR", 7)
        assert told["error"] == {
            "code": "SESSION_ENDED",
            "message": EndReason.RELEASED.text,
            "details": {"endReason": "released"},
        }

    def test_a_browser_close_that_ends_the_session_is_answered_before(self) -> None:
        one = OneChannel(
            session=TabbedSession(msgspec.structs.replace(make_spec(), keep_alive=False))
        )
        one.said()

        one.say("CDP_COMMAND", id=7, method="Browser.close")

        answer, ended = one.said()
        assert answer == {"type": "CDP_RESPONSE", "id": 7, "result": {}}
        assert ended["reason"] == "browser_closed"


class TestSubscriptions:
    def test_events_of_tabs_are_reported(self, one: OneChannel) -> None:
        told = one.answer("SUBSCRIBE", events=[CONSOLE])

        emit(one, CONSOLE, flat_session(100), type="log")
        emit(one, "Runtime.exceptionThrown", flat_session(100))

        assert told == {"type": "SUBSCRIBED", "id": 7, "events": [CONSOLE]}
        assert sent(one, "Runtime.enable")["sessionId"] == flat_session(100)
        assert one.said() == [
            {"type": "CDP_EVENT", "method": CONSOLE, "params": {"type": "log"}, "targetId": "T1"}
        ]

    def test_a_domain_that_chromium_refuses_is_told_and_not_reported(self, one: OneChannel) -> None:
        one.browser.errors["Nope.enable"] = "'Nope.enable' wasn't found"

        told = one.answer("SUBSCRIBE", events=[CONSOLE, "Nope"])
        emit(one, "Nope.happened", flat_session(100))

        assert (told["type"], told["error"]["details"]) == ("ERROR", {"field": "events"})
        assert "'Nope.enable' wasn't found" in told["error"]["message"]
        assert one.said() == []

    def test_a_tab_that_closes_before_it_agrees_refuses_nothing(self, one: OneChannel) -> None:
        one.browser.silent.add("Runtime.enable")
        one.say("SUBSCRIBE", id=7, events=[CONSOLE])

        one.browser.emit(detached_event(flat_session(100)), ROOT)

        assert [told["type"] for told in one.said()] == ["SUBSCRIBED"]

    def test_what_a_domain_needs_is_enabled_before_it(self, one: OneChannel) -> None:
        one.say("SUBSCRIBE", events=["CSS", "Accessibility.loadComplete"])

        sent_now = [it["method"] for it in one.browser.received if it["method"].endswith(".enable")]
        assert sent_now[-3:] == ["DOM.enable", "Accessibility.enable", "CSS.enable"]
        emit(one, "DOM.documentUpdated", flat_session(100))
        assert one.of(CdpEvent) == []

    @pytest.mark.parametrize("name", ["Input.dragIntercepted", "PerformanceTimeline"])
    def test_domains_without_an_enable_of_their_own_are_sent_none(
        self, one: OneChannel, name: str
    ) -> None:
        told = one.answer("SUBSCRIBE", events=[name])

        assert told["type"] == "SUBSCRIBED"
        assert not one.session.sent(f"{name.partition('.')[0]}.enable")

    def test_it_is_answered_when_the_page_agrees_and_holds_nothing_up(
        self, one: OneChannel
    ) -> None:
        one.browser.silent.add("Runtime.enable")
        one.say("SUBSCRIBE", id=7, events=[CONSOLE])
        assert one.said() == []
        assert one.answer("PING")["type"] == "PONG"

        one.browser.answer("Runtime.enable")

        (told,) = one.said()
        assert told["type"] == "SUBSCRIBED"

    def test_a_session_that_ends_before_the_page_agrees_is_told(self, one: OneChannel) -> None:
        one.browser.silent.add("Runtime.enable")
        one.say("SUBSCRIBE", id=7, events=[CONSOLE])

        one.session.live.end(EndReason.RELEASED)

        assert one.said()[0]["error"]["code"] == "SESSION_ENDED"

    def test_domains_of_the_browser_report_by_themselves(self, one: OneChannel) -> None:
        one.say("SUBSCRIBE", events=["Target"])
        one.said()

        emit(one, "Target.targetInfoChanged", ROOT, x=1)

        assert one.session.sent("Target.enable") == []
        assert one.said() == [
            {"type": "CDP_EVENT", "method": "Target.targetInfoChanged", "params": {"x": 1}}
        ]

    def test_events_of_a_flat_session_of_its_own_name_it(self, one: OneChannel) -> None:
        one.say("SUBSCRIBE", events=["Runtime"])
        params = {"targetId": "T1", "flatten": True}
        told = one.answer("CDP_COMMAND", method="Target.attachToTarget", params=params)
        flat = told["result"]["sessionId"]

        emit(one, CONSOLE, flat)

        assert one.said() == [
            {"type": "CDP_EVENT", "method": CONSOLE, "params": {}, "cdpSessionId": flat}
        ]

    def test_tabs_that_open_later_are_enabled_too(self, one: OneChannel) -> None:
        one.say("SUBSCRIBE", events=["Runtime", "Network.loadingFinished"])

        one.session.open_tab("T2")

        later = [it["method"] for it in one.browser.received
                 if it.get("sessionId") == flat_session(101)]  # fmt: skip
        assert later == ["Network.enable", "Runtime.enable"]

    def test_a_tab_that_closes_at_once_is_no_accident(self, one: OneChannel) -> None:
        one.say("SUBSCRIBE", events=["Runtime"])
        one.said()
        one.browser.errors["Target.attachToTarget"] = "gone"

        one.session.open_tab("T2")

        assert [told["type"] for told in one.said()] == ["TABS"]

    def test_those_of_one_tab_are_not_enabled_elsewhere(self, one: OneChannel) -> None:
        one.session.open_tab("T2")
        one.say("SUBSCRIBE", events=["Runtime"], targetId="T1")
        one.session.open_tab("T3")

        assert list(one.session.flat) == ["T1"]

    def test_a_tab_that_is_not_there_is_told(self, one: OneChannel) -> None:
        told = one.answer("SUBSCRIBE", events=["Runtime"], targetId="T9")

        assert told["error"]["details"] == {"field": "targetId"}

    def test_one_of_all_tabs_that_cannot_be_attached_is_told_if_it_is_there(
        self, one: OneChannel
    ) -> None:
        one.browser.errors["Target.attachToTarget"] = "busy"

        assert one.answer("SUBSCRIBE", events=["Runtime"])["error"]["code"] == "INVALID_REQUEST"

    def test_so_much_is_subscribed_to_and_no_more(self, one: OneChannel) -> None:
        for hundred in range(_SUBSCRIPTIONS_MAX // 100):
            names = [f"D{'abcdefghij'[hundred]}.e{'x' * number}" for number in range(60)]
            one.say("SUBSCRIBE", events=names)
            one.say("SUBSCRIBE", events=[name + "Y" for name in names[:40]])
        one.said()

        told = one.answer("SUBSCRIBE", events=["Runtime"])

        assert told["error"]["code"] == "INVALID_REQUEST"
        assert one.of(Subscribed) == []

    def test_they_end(self, one: OneChannel) -> None:
        one.say("SUBSCRIBE", events=[CONSOLE])

        told = one.answer("UNSUBSCRIBE", events=[CONSOLE])
        emit(one, CONSOLE, flat_session(100))

        assert told == {"type": "UNSUBSCRIBED", "id": 7, "events": [CONSOLE]}
        assert one.said() == []


def test_who_left_while_it_joined_is_no_client(one: OneChannel) -> None:
    one.browser.silent.add("Target.attachToBrowserTarget")
    one.say("CDP_COMMAND", method="Browser.getVersion")

    one.channel.left()
    one.browser.answer("Target.attachToBrowserTarget")

    assert one.session.live.clients == 0
    assert one.session.sent("Target.detachFromTarget")
