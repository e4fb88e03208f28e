"""`/internal/ws`: tabs, dialogs and actions of a session, and its end."""

from __future__ import annotations

import os
import signal

import pytest

from tests.integration.api import RemoteBrowser
from tests.integration.cdp import CdpClient
from tests.integration.channels import ChannelClient, ChannelError, channel_url, refusal
from tests.integration.conftest import NewSession
from tests.integration.site import Site
from tests.integration.socket_client import SocketClient
from tests.integration.stack import Stack


class TestTabs:
    def test_their_coming_and_going_is_told(self, client: ChannelClient, site: Site) -> None:
        first = client.wait("HELLO")["activeTargetId"]

        opened = client.ask("TAB_COMMAND", action="open", url=site.url("/popup"))["targetId"]
        told = client.wait(
            "TABS",
            lambda it: it["tabs"][-1]["title"] == "popup" and it["activeTargetId"] == opened,
        )
        assert [tab["targetId"] for tab in told["tabs"]] == [first, opened]

        client.ask("TAB_COMMAND", action="close", targetId=opened)
        client.wait("TABS", lambda it: len(it["tabs"]) == 1 and it["activeTargetId"] == first)

    def test_their_history_goes_back_and_forward(self, client: ChannelClient, site: Site) -> None:
        def leads_to(path: str, action: str, **fields: str) -> None:
            client.forget()
            client.ask("TAB_COMMAND", action=action, **fields)
            client.wait("TABS", lambda it: it["tabs"][0]["url"] == site.url(path))

        for path in ("/plain", "/popup"):
            leads_to(path, "navigate", url=site.url(path))
        leads_to("/plain", "back")
        leads_to("/popup", "forward")
        client.ask("TAB_COMMAND", action="forward")  # nothing is there

    def test_their_dialogs_are_told_and_answered(self, client: ChannelClient) -> None:
        client.ask("START_SCREENCAST")
        client.wait_frame()
        asking = {"expression": "prompt('How many?')", "returnByValue": True}
        waiting = client.start("CDP_COMMAND", method="Runtime.evaluate", params=asking)
        dialog = client.wait("DIALOG")
        client.ask("TAB_COMMAND", action="acceptDialog", text="seven")

        assert (dialog["kind"], dialog["text"]) == ("prompt", "How many?")
        assert client.answer_to(waiting)["result"]["result"]["value"] == "seven"
        assert "kind" not in client.wait("DIALOG")

    def test_a_page_that_anothers_dialog_blocks_is_shown_all_the_same(
        self, client: ChannelClient, remote: RemoteBrowser
    ) -> None:
        with CdpClient(remote.connect_url) as direct:
            page = direct.page()
            page.call("Page.enable")
            page.call("Page.captureScreenshot")  # one that is blocked before it paints never does
            direct.start("Runtime.evaluate", {"expression": "alert('Hi')"}, page.session_id)
            direct.wait_event("Page.javascriptDialogOpening")
            client.ask("START_SCREENCAST")
            client.wait_frame()

            page.call("Page.handleJavaScriptDialog", {"accept": True})
            client.ask("INPUT_EVENT", event={"kind": "mouse", "action": "move", "x": 1, "y": 1})

    def test_a_dialog_that_another_was_told_of_first_is_told_and_answered(
        self, remote: RemoteBrowser, url: str
    ) -> None:
        with CdpClient(remote.connect_url) as direct:
            page = direct.page()
            page.call("Page.enable")
            asking = {"expression": "prompt('Name?', 'Ada')", "returnByValue": True}
            waiting = direct.start("Runtime.evaluate", asking, page.session_id)
            direct.wait_event("Page.javascriptDialogOpening")

            with ChannelClient(url) as late:
                dialog = late.wait("DIALOG")
                late.ask("TAB_COMMAND", action="acceptDialog", text="Grace")
                assert "kind" not in late.wait("DIALOG")

            assert (dialog["text"], dialog["defaultText"]) == ("Name?", "Ada")
            answer = direct.wait_for(lambda it: it.get("id") == waiting)
            assert answer["result"]["result"]["value"] == "Grace"

    def test_an_action_answers_a_dialog_that_another_was_told_of_first(
        self, remote: RemoteBrowser, client: ChannelClient
    ) -> None:
        with CdpClient(remote.connect_url) as direct:
            page = direct.page()
            page.call("Page.enable")
            asking = {"expression": "confirm('Sure?')", "returnByValue": True}
            waiting = direct.start("Runtime.evaluate", asking, page.session_id)
            direct.wait_event("Page.javascriptDialogOpening")
            picture = refusal(client, "AI_ACTION", action="screenshot")

            client.ask("AI_ACTION", action="act", params={"instruction": "accept the alert"})

            assert picture.code == "DIALOG_OPEN"
            answer = direct.wait_for(lambda it: it.get("id") == waiting)
            assert answer["result"]["result"]["value"] is True

    def test_the_tab_that_a_client_brings_to_the_front_is_active(
        self, client: ChannelClient, remote: RemoteBrowser
    ) -> None:
        first = client.wait("HELLO")["activeTargetId"]
        with CdpClient(remote.connect_url) as direct:
            page = direct.attach(first)
            second = direct.new_page()
            client.wait("TABS", lambda it: it["activeTargetId"] == second.target_id)

            page.call("Page.bringToFront")
            client.wait("TABS", lambda it: it["activeTargetId"] == first)
            direct.call("Target.activateTarget", {"targetId": second.target_id})
            client.wait("TABS", lambda it: it["activeTargetId"] == second.target_id)

    def test_a_tab_that_crashes_is_told_and_mended(self, client: ChannelClient, site: Site) -> None:
        client.ask("TAB_COMMAND", action="navigate", url=site.url("/plain"))
        client.ask("START_SCREENCAST")
        client.wait_frame()
        client.start("CDP_COMMAND", method="Page.crash")  # which nobody is left to answer
        client.wait("TABS", lambda it: it["tabs"][0].get("crashed", False))

        client.ask("TAB_COMMAND", action="reload")

        client.wait("TABS", lambda it: "crashed" not in it["tabs"][0])

    def test_who_comes_late_hears_of_an_open_dialog(self, client: ChannelClient, url: str) -> None:
        client.ask("START_SCREENCAST")
        client.wait_frame()
        asking = {"expression": "confirm('Sure?')"}
        client.start("CDP_COMMAND", method="Runtime.evaluate", params=asking)
        client.wait("DIALOG")

        with ChannelClient(url) as late:
            assert late.wait("DIALOG")["text"] == "Sure?"
            late.ask("TAB_COMMAND", action="dismissDialog")

        assert "kind" not in client.wait("DIALOG")


def test_an_action_is_rests(client: ChannelClient, site: Site) -> None:
    client.ask("AI_ACTION", action="navigate", params={"url": site.url("/form")})
    act = {"instruction": "type Ada into Name"}

    done = client.ask("AI_ACTION", action="act", params=act)

    assert done["action"] == "act"
    assert done["result"]["performed"][0]["method"] == "fill"
    assert client.evaluate("document.querySelector('#name').value") == "Ada"


def test_an_action_that_fails_says_why(client: ChannelClient) -> None:
    error = refusal(client, "AI_ACTION", action="act", params={"instruction": "click Nowhere"})

    assert error.code == "TARGET_NOT_FOUND"


def test_the_end_of_the_session_is_the_last_that_is_said(
    stack: Stack, new_session: NewSession
) -> None:
    remote = new_session()
    with ChannelClient(channel_url(stack, remote.token)) as client:
        client.wait("HELLO")
        never = {"expression": "new Promise(() => {})", "awaitPromise": True}
        waiting = client.start("CDP_COMMAND", method="Runtime.evaluate", params=never)
        client.ask("START_SCREENCAST")
        client.wait_frame()

        stack.api.delete(remote.id)

        assert client.wait("SESSION_ENDED")["reason"] == "released"
        with pytest.raises(ChannelError) as ended:
            client.answer_to(waiting)
        assert ended.value.code == "SESSION_ENDED"
        client.wait_closed()
        assert client.lanes[-1] == "SESSION_ENDED"


def test_who_closes_the_browser_is_told_that_it_worked_and_then_of_the_end(
    stack: Stack, new_session: NewSession
) -> None:
    with SocketClient(stack.api.get(new_session(keepAlive=False).id)["webSocketUrl"]) as client:
        client.wait_for("HELLO")

        answer = client.ask("CDP_COMMAND", method="Browser.close")

        assert answer["result"] == {}
        assert client.receive()["reason"] == "browser_closed"


def test_a_browser_that_crashes_is_told(stack: Stack, new_session: NewSession) -> None:
    remote = new_session()
    with ChannelClient(channel_url(stack, remote.token)) as client:
        client.wait("HELLO")
        processes = client.cdp("SystemInfo.getProcessInfo")["processInfo"]
        (browser,) = [it["id"] for it in processes if it["type"] == "browser"]

        os.kill(browser, signal.SIGKILL)

        assert client.wait("SESSION_ENDED")["reason"] == "browser_crashed"
        client.wait_closed()


def test_clients_of_cdp_and_of_channels_see_each_others_doing(
    client: ChannelClient, remote: RemoteBrowser
) -> None:
    with CdpClient(remote.connect_url) as direct:
        direct.page().evaluate("window.mark = 'direct'")

        assert client.evaluate("window.mark") == "direct"
