"""Clients that come to the wrong one of two containers are served all the same."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from tests.integration.api import request
from tests.integration.cdp import CdpClient
from tests.integration.multipart import CONTENT_TYPE, form
from tests.integration.raw_websocket import RawWebSocket, frame
from tests.integration.relay.pair import Pair, get
from tests.integration.waiting import PATIENCE_SECONDS


def test_playwright_works_through_the_wrong_container(pair: Pair) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(pair.url)
        page = browser.contexts[0].new_page()
        page.set_content("<button onclick='document.title = 1'>press</button>")
        page.click("button")

        assert page.title() == "1"
        assert page.screenshot()[:4] == b"\x89PNG"
        browser.close()


def test_discovery_answers_with_the_address_that_was_asked(pair: Pair) -> None:
    token = pair.session.token

    answer = get(pair.wrong, f"/json/version/?token={token}")
    behind = get(
        pair.wrong,
        f"/json/version?token={token}",
        **{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "cdp.example"},
    ).json()

    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert answer.json()["webSocketDebuggerUrl"] == f"{pair.wrong.cdp}?token={token}"
    assert behind["webSocketDebuggerUrl"] == f"wss://cdp.example/cdp?token={token}"
    listed = get(pair.wrong, f"/json/list?token={token}").json()
    assert {target["type"] for target in listed} == {"page"}


def test_both_containers_serve_clients_of_one_session(pair: Pair) -> None:
    with CdpClient(pair.url) as through, CdpClient(pair.session.at(pair.owner)) as direct:
        page = through.new_page()
        page.evaluate("document.title = 'shared'")

        found = direct.attach(page.target_id).evaluate("document.title")

    assert found == "shared"


@pytest.mark.parametrize("megabytes", [1, 24])
def test_large_messages_cross_both_ways(pair: Pair, megabytes: int) -> None:
    size = megabytes * 1_000_000
    with CdpClient(pair.url) as client:
        page = client.page()
        sent = page.evaluate(f"'{'x' * size}'.length")
        received = page.evaluate(f"'y'.repeat({size})")

    assert sent == size
    assert received == "y" * size


def test_many_messages_keep_their_order_and_lose_none(pair: Pair) -> None:
    with CdpClient(pair.url) as client:
        page = client.page()
        numbers = [
            client.start("Runtime.evaluate", {"expression": f"{n} * 2"}, page.session_id)
            for n in range(500)
        ]
        values = [
            client.wait_for(lambda message, n=number: message.get("id") == n)["result"]["result"][
                "value"
            ]
            for number in numbers
        ]

    assert values == [n * 2 for n in range(500)]


def test_uploads_and_downloads_cross_too(pair: Pair) -> None:
    content = bytes(range(256)) * 20_000
    path = f"/sessions/{pair.session.spec.session_id}/uploads?token={pair.session.token}"

    kind = {"Content-Type": CONTENT_TYPE}
    sent = request(pair.wrong.http, "POST", path, form(("a.bin", content)), kind)
    listed = get(pair.wrong, path.replace("/uploads?", "/downloads?format=list&"))

    assert (sent.status, listed.status) == (200, 200), (sent, listed)
    assert str(len(content)) in sent.text.decode()


def test_channels_cross_too(pair: Pair) -> None:
    url = pair.url.replace("/cdp?", "/internal/ws?")

    with RawWebSocket(url) as channel:
        channel.send(frame(json.dumps({"type": "PING", "id": "1"}).encode()))
        types = set()
        while "PONG" not in types:
            types.add(json.loads(channel.receive_text())["type"])


def test_the_live_page_is_given_at_either_door(pair: Pair) -> None:
    answer = get(pair.wrong, f"/live?token={pair.session.token}")

    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text == get(pair.owner, f"/live?token={pair.session.token}").text


@pytest.mark.parametrize("token", ["nonsense", ""])
def test_a_stranger_is_refused_at_the_first_door(pair: Pair, token: str) -> None:
    assert get(pair.wrong, f"/cdp?token={token}").status == 401


def test_the_owners_refusal_reaches_the_client(pair: Pair) -> None:
    answer = get(pair.wrong, f"/cdp?token={pair.session.token}")

    assert (answer.status, answer.headers["upgrade"]) == (426, "websocket")
    assert answer.json()["code"] == "UPGRADE_REQUIRED"


def test_nothing_but_the_one_request_reaches_the_owner(pair: Pair) -> None:
    """A second request on the connection would come from a neighbour's address: no metrics."""
    path = urlsplit(pair.url)
    for extra in ("", "Connection: Upgrade\r\nUpgrade: websocket\r\n"):
        first = f"GET /json/nothing?{path.query} HTTP/1.1\r\nHost: x\r\n{extra}\r\n"
        second = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
        address = (path.hostname or "", path.port or 0)
        with socket.create_connection(address, timeout=PATIENCE_SECONDS) as client:
            client.sendall((first + second).encode())
            answer = b"".join(iter(lambda: client.recv(65536), b""))

        assert answer.startswith(b"HTTP/1.1 404 ")
        assert b"wallcrawler_" not in answer


def test_a_request_that_was_handed_on_is_not_handed_on_again(pair: Pair) -> None:
    answer = get(
        pair.wrong, f"/json/version?token={pair.session.token}", **{"X-Wallcrawler-Relayed": "x"}
    )

    assert (answer.status, "retry-after" in answer.headers) == (503, True)
