"""Clients of one page alone, at the addresses that `/json/list` gives away."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from websockets.exceptions import InvalidStatus

from tests.integration.api import RemoteBrowser, request
from tests.integration.cdp import CdpClient, CdpError
from tests.integration.conftest import NewSession
from tests.integration.site import Site
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until


@pytest.fixture
def browser(new_session: NewSession) -> RemoteBrowser:
    return new_session()


def address_of(stack: Stack, browser: RemoteBrowser, target_id: str | None = None) -> str:
    """Of the session's first page, or of a target."""
    listed = request(stack.http_base, "GET", f"/json/list?token={browser.token}").json()
    found: str = next(
        target["webSocketDebuggerUrl"]
        for target in listed
        if target["id"] == target_id or (target_id is None and target["type"] == "page")
    )
    return found


def test_what_has_no_address_is_for_the_page(
    stack: Stack, browser: RemoteBrowser, site: Site
) -> None:
    with CdpClient(address_of(stack, browser)) as client:
        client.call("Page.enable")
        client.call("Page.navigate", {"url": site.url("/")})
        loaded = client.wait_for(
            lambda message: message.get("method") == "Page.loadEventFired", what="the page"
        )
        answer = client.call("Runtime.evaluate", {"expression": "location.href"})

        assert "sessionId" not in loaded
        assert answer["result"]["value"] == site.url("/")


def test_what_the_page_brings_along_has_flat_sessions(stack: Stack, browser: RemoteBrowser) -> None:
    with CdpClient(address_of(stack, browser)) as client:
        params = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        client.call("Target.setAutoAttach", params)
        script = "data:text/javascript," + quote("self.answer = 42")
        client.call("Runtime.evaluate", {"expression": f"new Worker({json.dumps(script)})"})
        worker = client.wait_event("Target.attachedToTarget")["sessionId"]
        client.call("Runtime.runIfWaitingForDebugger", session_id=worker)

        found = wait_until(
            lambda: client.call("Runtime.evaluate", {"expression": "self.answer"}, worker)[
                "result"
            ].get("value"),
            "the worker to have run",
        )

        assert found == 42


def test_a_client_goes_with_its_page_and_not_before(stack: Stack, browser: RemoteBrowser) -> None:
    with CdpClient(browser.connect_url) as whole:
        page = whole.new_page()
        with CdpClient(address_of(stack, browser, page.target_id)) as client:
            client.call("Runtime.enable")
        assert page.evaluate("6 * 7") == 42

        with CdpClient(address_of(stack, browser, page.target_id)) as client:
            whole.call("Target.closeTarget", {"targetId": page.target_id})
            told = client.wait_for(
                lambda message: message.get("method") == "Inspector.detached", what="its end"
            )

            assert told["params"] == {"reason": "target_closed"}
            assert client.wait_closed() == (1000, "The target has been closed.")
        assert whole.page().evaluate("6 * 7") == 42


def test_nothing_stays_of_a_client_that_has_left(stack: Stack, browser: RemoteBrowser) -> None:
    with CdpClient(address_of(stack, browser)) as client:
        client.call("Emulation.setDeviceMetricsOverride", {
            "width": 111, "height": 222, "deviceScaleFactor": 1, "mobile": False,
        })  # fmt: skip
        assert (
            client.call("Runtime.evaluate", {"expression": "innerWidth"})["result"]["value"] == 111
        )

    with CdpClient(browser.connect_url) as whole:
        targets = wait_until(
            lambda: [
                target
                for target in whole.call("Target.getTargets")["targetInfos"]
                if not target["attached"]
            ],
            "the page to be nobody's",
        )
        assert len(targets) == 1
        assert whole.page().evaluate("innerWidth") != 111


def test_what_clients_may_not_do_they_may_not_do_here(stack: Stack, browser: RemoteBrowser) -> None:
    with CdpClient(address_of(stack, browser)) as client:
        with pytest.raises(CdpError, match="file: URLs are not allowed"):
            client.call("Page.navigate", {"url": "file:///etc/hostname"})
        with pytest.raises(CdpError, match="outside the session's folders"):
            client.call("DOM.setFileInputFiles", {"files": ["/etc/hostname"], "nodeId": 1})


@pytest.mark.parametrize("target_id", ["0" * 32, "x", "%20"])
def test_a_target_that_is_not_there_is_not_found(browser: RemoteBrowser, target_id: str) -> None:
    address = browser.connect_url.replace("/cdp?", f"/devtools/page/{target_id}?")

    with pytest.raises(InvalidStatus) as refused:
        CdpClient(address)

    assert refused.value.response.status_code == 404
    assert json.loads(refused.value.response.body)["code"] == "NOT_FOUND"


def test_a_token_that_may_only_look_opens_no_page(stack: Stack, browser: RemoteBrowser) -> None:
    view = stack.api.send("POST", f"/sessions/{browser.id}/tokens", {"scopes": ["view"]}).data
    address = address_of(stack, browser).replace(browser.token, view["token"])

    with pytest.raises(InvalidStatus) as refused:
        CdpClient(address)

    assert refused.value.response.status_code == 403
