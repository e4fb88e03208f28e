"""Compression is declined, and clients that offer it work: Chromium's port is slower with it."""

from __future__ import annotations

import json

from playwright.sync_api import sync_playwright
from websockets.sync.client import connect

from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS


def test_an_offer_of_permessage_deflate_is_declined(stack: Stack) -> None:
    browser = stack.api.create()
    with connect(
        browser.connect_url,
        compression="deflate",
        proxy=None,
        max_size=None,
        open_timeout=PATIENCE_SECONDS,
    ) as client:
        text = "x" * 1_000_000
        command = {"id": 1, "method": "Browser.getVersion", "params": {}}
        client.send(json.dumps(command))
        answer = json.loads(client.recv(PATIENCE_SECONDS))
        client.send(json.dumps({"id": 2, "method": "Target.getTargets", "params": {"note": text}}))
        large = json.loads(client.recv(PATIENCE_SECONDS))

        assert client.response is not None
        assert "Sec-WebSocket-Extensions" not in client.response.headers
        assert answer["id"] == 1
        assert "product" in answer["result"]
        assert large["id"] == 2
    stack.api.delete(browser.id)


def test_playwright_which_offers_it_moves_large_texts_both_ways(stack: Stack) -> None:
    session = stack.api.create()
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(session.connect_url)
        page = browser.contexts[0].pages[0]
        text = "grüße " * 500_000

        assert page.evaluate("text => text.length", text) == len(text)
        assert page.evaluate("'ab'.repeat(1_000_000)") == "ab" * 1_000_000
        browser.close()
    stack.api.delete(session.id)
