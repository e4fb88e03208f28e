"""Take-over: a human holds a session; what others do to its page waits, and nobody is cut off."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from tests.integration.api import RemoteBrowser
from tests.integration.cdp import CdpClient
from tests.integration.channels import ChannelClient, ChannelError, channel_url, scoped_token
from tests.integration.conftest import NewSession
from tests.integration.site import Site
from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS, wait_until

_CLICK = {"kind": "mouse", "x": 700, "y": 200}


@pytest.fixture
def human(stack: Stack, remote: RemoteBrowser, site: Site) -> Iterator[ChannelClient]:
    with ChannelClient(channel_url(stack, remote.token)) as client:
        client.ask("TAB_COMMAND", action="navigate", url=site.url("/actions/input.html"))
        wait_until(lambda: client.evaluate("!!window.log"), "the page")
        yield client


@pytest.fixture
def agent(remote: RemoteBrowser) -> Iterator[CdpClient]:
    with CdpClient(remote.connect_url) as client:
        yield client


def take(human: ChannelClient, **fields: Any) -> Any:
    return human.ask("CONTROL", holder="human", **fields)["control"]


def hand_back(human: ChannelClient) -> Any:
    return human.ask("CONTROL", holder="agent")["control"]


def waiting(human: ChannelClient, number: int) -> None:
    """Wait until so many commands wait."""
    human.wait("CONTROL_STATE", lambda state: state["control"]["waiting"] == number)


def clicks(human: ChannelClient) -> list[str]:
    log: list[str] = human.evaluate("log")
    return [entry for entry in log if entry.startswith("click")]


class TestHolding:
    def test_everybody_is_told_who_holds_it(
        self, human: ChannelClient, stack: Stack, remote: RemoteBrowser
    ) -> None:
        viewer_url = channel_url(stack, scoped_token(stack, remote, "view"))
        with ChannelClient(viewer_url) as viewer:
            viewer.wait("HELLO")
            state = take(human, ttlSeconds=60)
            told = viewer.wait("CONTROL_STATE")["control"]
            with ChannelClient(viewer_url) as late:
                assert late.wait("HELLO")["control"] == told
            hand_back(human)
            freed = viewer.wait("CONTROL_STATE")["control"]

        assert state == told
        assert told["holder"] == "human"
        assert told["expiresAt"] > human.evaluate("Date.now()") / 1000
        assert freed == {"holder": "agent", "expiresAt": None, "waiting": 0}

    def test_mutating_commands_wait_in_order_and_reads_go_on(
        self, human: ChannelClient, agent: CdpClient
    ) -> None:
        page = agent.page()
        press = {"type": "mousePressed", "x": 700, "y": 200, "button": "left", "clickCount": 1}
        take(human)

        held = [
            agent.start("Input.dispatchMouseEvent", event, page.session_id)
            for event in (press, {**press, "type": "mouseReleased"})
        ]
        waiting(human, 2)
        assert page.evaluate("log.filter(it => it.startsWith('click')).length") == 0
        assert page.call("Page.captureScreenshot")["data"]
        hand_back(human)
        answers = [agent.wait_for(lambda it, n=n: it.get("id") == n) for n in held]

        assert ["error" in answer for answer in answers] == [False, False]
        assert clicks(human) == ["click pad 700,200 0 1"]

    def test_the_human_acts_meanwhile(self, human: ChannelClient, agent: CdpClient) -> None:
        page = agent.page()
        take(human)
        held = agent.start("Page.reload", session_id=page.session_id)
        waiting(human, 1)

        for action in ("down", "up"):
            human.ask("INPUT_EVENT", event={**_CLICK, "action": action})
        assert clicks(human) == ["click pad 700,200 0 1"]
        opened = human.ask("TAB_COMMAND", action="open")["targetId"]
        human.ask("START_SCREENCAST")
        assert human.wait_frame()
        human.ask("TAB_COMMAND", action="close", targetId=opened)
        hand_back(human)

        assert "result" in agent.wait_for(lambda it: it.get("id") == held)

    def test_a_channels_own_commands_wait_like_any_others(self, human: ChannelClient) -> None:
        take(human)
        held = human.start("CDP_COMMAND", method="Input.insertText", params={"text": "x"})
        waiting(human, 1)

        human.ask("PING")
        hand_back(human)

        assert human.answer_to(held)["result"] == {}

    def test_a_client_that_leaves_takes_its_waiting_commands_along(
        self, human: ChannelClient, remote: RemoteBrowser
    ) -> None:
        take(human)
        with CdpClient(remote.connect_url) as leaving:
            leaving.start("Target.createTarget", {"url": "about:blank"})
            waiting(human, 1)

        waiting(human, 0)

    def test_when_the_time_is_over_the_agent_has_it_again(
        self, human: ChannelClient, agent: CdpClient
    ) -> None:
        page = agent.page()
        take(human, ttlSeconds=5)
        held = agent.start("Page.reload", session_id=page.session_id)

        human.wait("CONTROL_STATE", lambda state: state["control"]["holder"] == "agent")

        assert "result" in agent.wait_for(lambda it: it.get("id") == held)

    def test_the_end_of_the_session_ends_the_waiting(
        self, human: ChannelClient, agent: CdpClient, stack: Stack, remote: RemoteBrowser
    ) -> None:
        take(human)
        agent.start("Target.createTarget", {"url": "about:blank"})
        waiting(human, 1)

        stack.api.delete(remote.id)

        assert human.wait("SESSION_ENDED")["reason"] == "released"
        agent.wait_closed()

    def test_a_viewer_cannot_take_it(self, stack: Stack, remote: RemoteBrowser) -> None:
        with (
            ChannelClient(channel_url(stack, scoped_token(stack, remote, "view"))) as viewer,
            pytest.raises(ChannelError) as refused,
        ):
            take(viewer)

        assert refused.value.code == "FORBIDDEN"


def test_a_playwright_script_is_held_midway_and_goes_on(
    human: ChannelClient, remote: RemoteBrowser
) -> None:
    clicked, may_end = threading.Event(), threading.Event()

    def script() -> int:
        with sync_playwright() as playwright:
            page = playwright.chromium.connect_over_cdp(remote.connect_url).contexts[0].pages[0]
            done = 0
            while not may_end.is_set():
                page.click("#pad", timeout=4_000 * PATIENCE_SECONDS)
                done += 1
                clicked.set()
            return done

    def read() -> tuple[str, int]:
        with sync_playwright() as playwright:
            page = playwright.chromium.connect_over_cdp(remote.connect_url).contexts[0].pages[0]
            return page.title(), page.evaluate("6 * 7")

    with ThreadPoolExecutor() as threads:
        running = threads.submit(script)
        assert clicked.wait(PATIENCE_SECONDS)
        take(human)
        waiting(human, 1)
        before = len(clicks(human))
        assert threads.submit(read).result(2 * PATIENCE_SECONDS) == (
            "A page to type and point at",
            42,
        )
        human.ask("INPUT_EVENT", event={"kind": "mouse", "action": "move", "x": 5, "y": 5})
        assert len(clicks(human)) == before
        assert not running.done()
        may_end.set()
        hand_back(human)
        done = running.result(2 * PATIENCE_SECONDS)

    assert len(clicks(human)) == done
    assert done >= before


class TestRest:
    def control(self, stack: Stack, remote: RemoteBrowser, body: object) -> Any:
        return stack.api.send("POST", f"/sessions/{remote.id}/control", body)

    def test_control_is_rests_too(
        self, human: ChannelClient, stack: Stack, remote: RemoteBrowser
    ) -> None:
        taken = self.control(stack, remote, {"holder": "human", "ttlSeconds": 60}).data
        told = human.wait("CONTROL_STATE")["control"]
        freed = self.control(stack, remote, {"holder": "agent"}).data

        assert taken == told
        assert taken["holder"] == "human"
        assert freed == {"holder": "agent", "expiresAt": None, "waiting": 0}

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "holder"),
            ({"holder": "robot"}, "holder"),
            ({"holder": "human", "ttlSeconds": 4}, "ttlSeconds"),
            ({"holder": "human", "more": 1}, "more"),
        ],
    )
    def test_a_wrong_body_is_told(
        self, stack: Stack, remote: RemoteBrowser, body: object, field: str
    ) -> None:
        answer = self.control(stack, remote, body)

        assert (answer.status, answer.error["details"]["field"]) == (400, field)

    def test_an_act_waits_and_completes(
        self, human: ChannelClient, stack: Stack, remote: RemoteBrowser
    ) -> None:
        take(human)
        body = {"action": {"method": "click", "selector": "#pad"}}
        path = f"/sessions/{remote.id}"
        with ThreadPoolExecutor() as threads:
            acting = threads.submit(stack.api.send, "POST", f"{path}/act", body)
            waiting(human, 1)
            seen = stack.api.send("POST", f"{path}/observe", {})
            shot = stack.api.send("POST", f"{path}/screenshot", {})
            assert not acting.done()
            assert clicks(human) == []
            hand_back(human)
            answer = acting.result(2 * PATIENCE_SECONDS)

        assert (seen.status, shot.status) == (200, 200)
        assert answer.status == 200, answer.text
        assert len(clicks(human)) == 1

    def test_tokens_open_what_they_name(self, stack: Stack, remote: RemoteBrowser) -> None:
        path = f"/sessions/{remote.id}/tokens"
        viewing = stack.api.send("POST", path, {"scopes": ["view"], "ttlSeconds": 60})
        driving = stack.api.send("POST", path, {"scopes": ["cdp"]})

        assert (viewing.status, driving.status) == (201, 201)
        assert viewing.data["scopes"] == ["view"]
        assert viewing.data["liveUrl"].endswith(viewing.data["token"])
        assert "connectUrl" not in viewing.data
        with CdpClient(driving.data["connectUrl"]) as client:
            assert client.call("Browser.getVersion")

    def test_a_session_that_has_ended_is_nobodys(
        self, stack: Stack, new_session: NewSession
    ) -> None:
        remote = new_session()
        stack.api.delete(remote.id)

        control = self.control(stack, remote, {"holder": "human"})
        token = stack.api.send("POST", f"/sessions/{remote.id}/tokens", {"scopes": ["view"]})

        assert (control.status, control.error["code"]) == (410, "SESSION_ENDED")
        assert (token.status, token.error["code"]) == (410, "SESSION_ENDED")
