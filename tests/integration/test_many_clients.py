"""Several clients on one session: each minds its own business, however the others leave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.integration.api import RemoteBrowser
from tests.integration.cdp import CdpClient, CdpError, Page
from tests.integration.node_client import NodeClient, run_node
from tests.integration.site import Site
from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS, wait_until


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


def _holding_popups(client: CdpClient) -> None:
    """Have every new target wait for this client's permission to run."""
    client.call(
        "Target.setAutoAttach",
        {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True},
    )


def _open_held_popup(holder: CdpClient, opener: Page, site: Site) -> str:
    """Have a page open a popup that `holder` keeps paused; the popup's target id."""
    # Not awaited: a paused popup holds up its opener too when both share a process.
    params = {"expression": f"window.open('{site.url('/popup?by=held')}')"}
    opener.client.start("Runtime.evaluate", params, opener.session_id)
    attached = holder.wait_event(
        "Target.attachedToTarget",
        wanted=lambda params: (
            params["targetInfo"]["type"] == "page" and params["waitingForDebugger"]
        ),
    )
    return str(attached["targetInfo"]["targetId"])


def _title_of(client: CdpClient, target_id: str) -> str:
    found = client.call("Target.getTargetInfo", {"targetId": target_id})["targetInfo"]["title"]
    return str(found)


def test_playwright_and_puppeteer_and_a_client_that_dies_share_a_session(
    remote: RemoteBrowser, playwright: Playwright, site: Site, node: NodeClient
) -> None:
    connected: Browser = playwright.chromium.connect_over_cdp(remote.connect_url)
    page = connected.contexts[0].new_page()
    page.goto(site.url("/form"))
    with run_node(node, "companion.cjs", remote.connect_url, site.url("/form")) as puppeteer:
        assert puppeteer.next_fact()["connected"] is True
        third = CdpClient(remote.connect_url)
        observer = CdpClient(remote.connect_url)
        opener = observer.new_page(site.url("/plain"))
        _holding_popups(third)
        popup = _open_held_popup(third, opener, site)

        third.reset()

        wait_until(lambda: _title_of(observer, popup) == "popup", "the popup goes on")
        page.fill("#name", "still here")
        assert page.input_value("#name") == "still here"
        puppeteer.tell("go on")
        assert puppeteer.next_fact() == {"typed": "puppeteer", "title": "form"}
        observer.close()
    connected.close()


def test_a_popup_that_a_reset_client_held_goes_on(remote: RemoteBrowser, site: Site) -> None:
    with CdpClient(remote.connect_url) as observer:
        opener = observer.new_page(site.url("/plain"))
        holder = CdpClient(remote.connect_url)
        _holding_popups(holder)
        popup = _open_held_popup(holder, opener, site)
        assert _title_of(observer, popup) != "popup"

        holder.reset()

        wait_until(lambda: _title_of(observer, popup) == "popup", "the popup goes on")


def test_a_popup_that_a_leaving_client_held_goes_on(remote: RemoteBrowser, site: Site) -> None:
    with CdpClient(remote.connect_url) as observer:
        opener = observer.new_page(site.url("/plain"))
        holder = CdpClient(remote.connect_url)
        _holding_popups(holder)
        popup = _open_held_popup(holder, opener, site)

        holder.close()

        wait_until(lambda: _title_of(observer, popup) == "popup", "the popup goes on")


def test_clients_may_use_the_same_message_ids_at_once(remote: RemoteBrowser) -> None:
    with CdpClient(remote.connect_url) as one, CdpClient(remote.connect_url) as other:
        pages = {one: one.new_page(), other: other.new_page()}
        for number in range(200):
            for client, page in pages.items():
                params = {"expression": f"'{id(client)}-{number}'", "returnByValue": True}
                client.start("Runtime.evaluate", params, page.session_id)

        for number in range(200):
            for client in pages:
                answer = client.wait_for(lambda message: "result" in message)
                assert answer["result"]["result"]["value"] == f"{id(client)}-{number}"


def test_a_flat_session_belongs_to_the_client_that_made_it(remote: RemoteBrowser) -> None:
    with CdpClient(remote.connect_url) as one, CdpClient(remote.connect_url) as other:
        page = one.page()

        with pytest.raises(CdpError) as refused:
            other.call("Runtime.evaluate", {"expression": "1"}, page.session_id)

        assert refused.value.code == -32001
        assert page.evaluate("2") == 2


def test_events_go_only_to_the_client_that_asked_for_them(remote: RemoteBrowser) -> None:
    with CdpClient(remote.connect_url) as listening, CdpClient(remote.connect_url) as other:
        listening.call("Target.setDiscoverTargets", {"discover": True})
        created = other.new_page("about:blank#made")

        listening.wait_event(
            "Target.targetCreated",
            wanted=lambda params: params["targetInfo"]["targetId"] == created.target_id,
        )
        other.call("Browser.getVersion")  # its answer would come after the event
        with pytest.raises(AssertionError, match="not within"):
            other.wait_event("Target.targetCreated", seconds=0)


def test_the_sixty_fifth_client_is_refused_and_the_others_go_on(remote: RemoteBrowser) -> None:
    clients = [CdpClient(remote.connect_url) for _ in range(64)]
    try:
        with pytest.raises(InvalidStatus, match="429"):
            CdpClient(remote.connect_url)
        assert clients[0].page().evaluate("1") == 1
        clients.pop().close()
        clients.append(_connected_in_the_end(remote))
    finally:
        for client in clients:
            client.close()


def _connected_in_the_end(remote: RemoteBrowser) -> CdpClient:
    def attempt() -> CdpClient | None:
        try:
            return CdpClient(remote.connect_url)
        except InvalidStatus:
            return None

    return wait_until(attempt, "room for one more client")


def test_a_client_that_does_not_read_is_dropped_and_holds_nobody_up(
    stack: Stack, remote: RemoteBrowser
) -> None:
    with (
        CdpClient(remote.connect_url) as other,
        connect(
            remote.connect_url,
            proxy=None,
            max_size=None,
            max_queue=1,
            open_timeout=PATIENCE_SECONDS,
        ) as deaf,
    ):
        mine = other.page()
        mine.evaluate(f"globalThis.large = 'x'.repeat({_RESULT_BYTES}); 0")
        target = {"targetId": mine.target_id, "flatten": True}
        deaf.send(json.dumps({"id": 0, "method": "Target.attachToTarget", "params": target}))
        deaf.recv(timeout=PATIENCE_SECONDS)  # Target.attachedToTarget
        session_id = json.loads(deaf.recv(timeout=PATIENCE_SECONDS))["result"]["sessionId"]
        params = {"expression": "large", "returnByValue": True}
        for number in range(1, _RESULTS + 1):
            message = {"id": number, "method": "Runtime.evaluate", "params": params}
            deaf.send(json.dumps({**message, "sessionId": session_id}))

        wait_until(lambda: stack.cdp_clients() == 1, "the client that does not read is dropped")

        assert [mine.evaluate(f"{number}") for number in range(20)] == list(range(20))
        with pytest.raises(ConnectionClosed):
            _read_all(deaf)


_RESULT_BYTES = 8 * 1024 * 1024
_RESULTS = 16
"""Together far more than the proxy keeps for a client that does not read."""


def _read_all(connection: ClientConnection) -> NoReturn:
    while True:
        connection.recv(timeout=PATIENCE_SECONDS)
