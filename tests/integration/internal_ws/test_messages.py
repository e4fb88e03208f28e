"""`/internal/ws`: its messages, who may send them, and what comes of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.integration.api import RemoteBrowser
from tests.integration.channels import (
    ChannelClient,
    ChannelError,
    channel_url,
    refusal,
    scoped_token,
)
from tests.integration.site import Site
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until

_LARGE = 1_200_000
"""Characters of a result that has to be cut into chunks."""


class TestGreeting:
    def test_hello_says_where_one_is(self, client: ChannelClient, remote: RemoteBrowser) -> None:
        hello = client.wait("HELLO")

        (tab,) = hello["tabs"]
        assert client.lanes[0] == "HELLO"
        assert hello["sessionId"] == remote.id
        assert hello["scopes"] == ["cdp", "input", "view"]
        assert hello["control"] == {"holder": "agent", "expiresAt": None, "waiting": 0}
        assert (tab["url"], tab["targetId"]) == ("about:blank", hello["activeTargetId"])

    @pytest.mark.parametrize("token", ["", "nonsense"])
    def test_without_a_token_one_is_not_let_in(self, stack: Stack, token: str) -> None:
        with pytest.raises(InvalidStatus) as refused:
            ChannelClient(channel_url(stack, token))

        assert refused.value.response.status_code == 401

    def test_a_plain_request_is_told_to_upgrade(self, stack: Stack, remote: RemoteBrowser) -> None:
        api = type(stack.api)(stack.http_base, "")

        answer = api.send("GET", f"/internal/ws?token={remote.token}")

        assert answer.status == 426


class TestCommands:
    def test_one_goes_to_the_active_tab(self, client: ChannelClient) -> None:
        assert client.evaluate("6 * 7") == 42

    def test_one_goes_to_the_tab_that_is_named(self, client: ChannelClient) -> None:
        first = client.wait("HELLO")["activeTargetId"]
        client.ask("TAB_COMMAND", action="open")

        client.evaluate("window.mark = 1", targetId=first)

        assert client.evaluate("window.mark", targetId=first) == 1
        assert client.evaluate("window.mark") is None

    def test_those_of_the_browsers_domains_go_to_the_browser(self, client: ChannelClient) -> None:
        assert "Chrome" in client.cdp("Browser.getVersion")["product"]
        answer = client.ask("CDP_COMMAND", method="Page.enable", targetId="browser")
        assert answer["error"]["message"] == "'Page.enable' wasn't found"

    def test_one_goes_to_a_flat_session_of_the_clients_own(self, client: ChannelClient) -> None:
        target = client.wait("HELLO")["activeTargetId"]
        params = {"targetId": target, "flatten": True}
        flat = client.cdp("Target.attachToTarget", params=params)["sessionId"]

        assert client.evaluate("1 + 1", cdpSessionId=flat) == 2
        client.cdp("Target.detachFromTarget", params={"sessionId": flat})
        answer = client.ask("CDP_COMMAND", method="Runtime.enable", cdpSessionId=flat)
        assert "not found" in answer["error"]["message"]

    def test_chromiums_errors_are_its_own(self, client: ChannelClient) -> None:
        answer = client.ask("CDP_COMMAND", method="Page.doNothing")

        assert answer["error"] == {"code": -32601, "message": "'Page.doNothing' wasn't found"}
        assert "result" not in answer

    def test_the_policy_holds_here_too(self, client: ChannelClient) -> None:
        answer = client.ask("CDP_COMMAND", method="Browser.crash")

        assert "error" in answer

    def test_results_come_in_whatever_order_they_are_ready(self, client: ChannelClient) -> None:
        slow = {"expression": "new Promise(done => window.done = done)", "awaitPromise": True}
        waiting = client.start("CDP_COMMAND", method="Runtime.evaluate", params=slow)

        client.evaluate("done(1)")

        assert client.answer_to(waiting)["result"]["result"]["value"] == 1

    def test_browser_close_ends_that_client_and_the_channel_stays(
        self, client: ChannelClient
    ) -> None:
        assert client.cdp("Browser.close") == {}

        assert client.evaluate("1 + 1") == 2

    def test_a_long_result_comes_in_chunks_with_pictures_between(
        self, client: ChannelClient, site: Site
    ) -> None:
        moving = site.url("/actions/moving.html#move")
        client.ask("TAB_COMMAND", action="navigate", url=moving)
        client.ask("START_SCREENCAST", options={"format": "png"})
        client.wait_frame()
        already = len(client.lanes)
        results = 0
        while results < 40 and not among_chunks(client.lanes[already:], "frame"):
            assert len(client.evaluate(f"'\\\\\"ü'.repeat({_LARGE} / 3)")) == _LARGE
            results += 1

        kinds = client.lanes[already:]
        assert among_chunks(kinds, "frame")
        assert kinds.count("CHUNK") > results * _LARGE / 64_000

    def test_a_long_command_may_come_in_chunks(self, client: ChannelClient) -> None:
        expression = f"'{'ü' * 500_000}'.length"
        params = {"expression": expression, "returnByValue": True}
        message = {"type": "CDP_COMMAND", "id": "long", "method": "Runtime.evaluate"}
        text = json.dumps({**message, "params": params}, ensure_ascii=False)
        pieces = [text[at : at + 100_000] for at in range(0, len(text), 100_000)]

        for seq, piece in enumerate(pieces):
            client.send(type="CHUNK", id="set", seq=seq, total=len(pieces), data=piece)

        assert client.answer_to("long")["result"]["result"]["value"] == 500_000


def among_chunks(kinds: list[str], kind: str) -> bool:
    """Whether something came after the first chunk and before the last."""
    at = [place for place, each in enumerate(kinds) if each == "CHUNK"]
    return bool(at) and kind in kinds[at[0] : at[-1]]


class TestSubscriptions:
    def test_events_are_reported_once_asked_for(self, client: ChannelClient) -> None:
        target = client.wait("HELLO")["activeTargetId"]
        asked = client.ask("SUBSCRIBE", events=["Runtime.consoleAPICalled"])

        client.evaluate("console.log('hello')")

        event = client.wait("CDP_EVENT")
        assert asked["events"] == ["Runtime.consoleAPICalled"]
        assert event["method"] == "Runtime.consoleAPICalled"
        assert event["targetId"] == target
        assert event["params"]["args"][0]["value"] == "hello"

    def test_tabs_that_open_later_report_too(self, client: ChannelClient, site: Site) -> None:
        client.ask("SUBSCRIBE", events=["Network"])
        opened = client.ask("TAB_COMMAND", action="open")["targetId"]
        wait_until(lambda: client.evaluate("1", targetId=opened), "the tab")

        client.ask("TAB_COMMAND", action="navigate", url=site.url("/plain"))

        event = client.wait("CDP_EVENT", lambda it: it["method"] == "Network.requestWillBeSent")
        assert event["targetId"] == opened
        assert event["params"]["request"]["url"] == site.url("/plain")

    def test_those_of_one_tab_are_not_anothers(self, client: ChannelClient) -> None:
        first = client.wait("HELLO")["activeTargetId"]
        client.ask("SUBSCRIBE", events=["Runtime"], targetId=first)
        second = client.ask("TAB_COMMAND", action="open")["targetId"]

        client.evaluate("console.log('second')", targetId=second)
        client.evaluate("console.log('first')", targetId=first)

        logged = client.wait("CDP_EVENT", lambda it: it["method"].endswith("consoleAPICalled"))
        assert logged["params"]["args"][0]["value"] == "first"

    def test_they_end_when_they_are_asked_to(self, client: ChannelClient) -> None:
        client.ask("SUBSCRIBE", events=["Runtime.consoleAPICalled"])
        client.ask("UNSUBSCRIBE", events=["Runtime.consoleAPICalled"])

        client.evaluate("console.log('hello')")
        client.ask("PING")

        assert "CDP_EVENT" not in client.lanes

    @pytest.mark.parametrize("domain", ["Nope", "Cast"])
    def test_a_domain_that_chromium_does_not_report_is_an_error(
        self, client: ChannelClient, domain: str
    ) -> None:
        error = refusal(client, "SUBSCRIBE", events=[domain])

        assert error.details == {"field": "events"}
        assert f"{domain}.enable" in error.text

    def test_a_domain_that_needs_another_is_reported(self, client: ChannelClient) -> None:
        client.ask("SUBSCRIBE", events=["CSS"])

        client.evaluate("document.head.append(document.createElement('style'))")

        client.wait("CDP_EVENT", lambda it: it["method"] == "CSS.styleSheetAdded")

    def test_a_blocked_page_holds_nothing_else_up(self, client: ChannelClient) -> None:
        client.ask("START_SCREENCAST")
        alert = {"expression": "alert('Hi')"}
        client.start("CDP_COMMAND", method="Runtime.evaluate", params=alert)
        client.wait("DIALOG", lambda it: "kind" in it)
        subscribing = client.start("SUBSCRIBE", events=["Runtime.consoleAPICalled"])

        client.ask("PING")
        client.ask("TAB_COMMAND", action="acceptDialog")

        assert client.answer_to(subscribing)["type"] == "SUBSCRIBED"


class TestScopes:
    MESSAGES = (
        ("START_SCREENCAST", {}, "view"),
        ("STOP_SCREENCAST", {}, "view"),
        ("INPUT_EVENT", {"event": {"kind": "text", "text": "x"}}, "input"),
        ("TAB_COMMAND", {"action": "reload"}, "input"),
        ("CONTROL", {"holder": "agent"}, "input"),
        ("CDP_COMMAND", {"method": "Browser.getVersion"}, "cdp"),
        ("AI_ACTION", {"action": "observe", "params": {}}, "cdp"),
        ("SUBSCRIBE", {"events": ["Page"]}, "cdp"),
        ("UNSUBSCRIBE", {"events": ["Page"]}, "cdp"),
        ("PING", {}, None),
    )

    @pytest.mark.parametrize("scope", ["view", "input", "cdp"])
    def test_each_message_needs_its_own(
        self, stack: Stack, remote: RemoteBrowser, scope: str
    ) -> None:
        allowed: dict[str, bool] = {}
        with ChannelClient(channel_url(stack, scoped_token(stack, remote, scope))) as client:
            assert client.wait("HELLO")["scopes"] == [scope]
            for kind, fields, _ in self.MESSAGES:
                client.send(type=kind, id=kind, **fields)
                answer = client.wait_for(lambda it, kind=kind: it.get("id") == kind)
                code = answer.get("error", {}).get("code")
                allowed[kind] = code != "FORBIDDEN"
                assert allowed[kind] is (code is None)

        assert allowed == {kind: needed in (scope, None) for kind, _, needed in self.MESSAGES}

    @pytest.mark.parametrize("scope", ["view", "input"])
    def test_who_may_not_send_commands_has_no_use_for_long_messages(
        self, stack: Stack, remote: RemoteBrowser, scope: str
    ) -> None:
        with ChannelClient(channel_url(stack, scoped_token(stack, remote, scope))) as client:
            client.send(type="PING", id=1, padding="x" * (2 * 1024 * 1024))

            assert client.wait_closed()[0] == 1009

    def test_who_may_does(self, client: ChannelClient) -> None:
        text = "x" * (2 * 1024 * 1024)

        assert client.evaluate(f"{text!r}.length") == len(text)


class TestErrors:
    @pytest.mark.parametrize(
        ("message", "field"),
        [
            ({"type": "NOTHING"}, "type"),
            ({"type": "CDP_COMMAND"}, "method"),
            ({"type": "CDP_COMMAND", "method": "no"}, "method"),
            ({"type": "PING", "more": 1}, "more"),
            ({"type": "TAB_COMMAND", "action": "dance"}, "action"),
            ({"type": "TAB_COMMAND", "action": "open", "url": "file:///etc/passwd"}, "url"),
            ({"type": "TAB_COMMAND", "action": "navigate"}, "url"),
            ({"type": "CONTROL", "holder": "human", "ttlSeconds": 1}, "ttlSeconds"),
            ({"type": "SUBSCRIBE", "events": []}, "events"),
            ({"type": "AI_ACTION", "action": "navigate", "params": {}}, "params.url"),
            ({"type": "INPUT_EVENT", "event": {"kind": "smell"}}, "event.kind"),
        ],
    )
    def test_a_wrong_message_is_answered_with_its_field(
        self, client: ChannelClient, message: dict[str, Any], field: str
    ) -> None:
        client.send(**message, id="mine")

        with pytest.raises(ChannelError) as refused:
            client.answer_to("mine")

        assert refused.value.code == "INVALID_REQUEST"
        assert refused.value.details["field"] == field

    @pytest.mark.parametrize("text", ["", "{", "[]", "null", '"PING"', '{"type":'])
    def test_what_is_no_message_is_answered_and_forgiven(
        self, client: ChannelClient, text: str
    ) -> None:
        client.send_text(text)

        error = client.wait("ERROR")
        assert error["id"] is None
        assert error["error"]["code"] == "INVALID_REQUEST"
        assert client.ask("PING")["type"] == "PONG"

    def test_a_tab_that_is_not_there_is_told(self, client: ChannelClient) -> None:
        for kind, fields in (
            ("CDP_COMMAND", {"method": "Page.enable"}),
            ("SUBSCRIBE", {"events": ["Page"]}),
            ("TAB_COMMAND", {"action": "reload"}),
        ):
            error = refusal(client, kind, targetId="0" * 32, **fields)
            assert (error.code, error.details["field"]) == ("INVALID_REQUEST", "targetId")

    def test_a_place_that_cannot_be_opened_is_told(self, client: ChannelClient) -> None:
        error = refusal(client, "TAB_COMMAND", action="navigate", url="http://127.0.0.1:1/")

        assert error.code == "NAVIGATION_FAILED"
