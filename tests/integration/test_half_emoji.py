"""Texts that are cut through an emoji: JavaScript's strings hold them, UTF-8 does not.

Each way on which such a text leaves a page ends in U+FFFD, and nobody's session ends with it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.api import RemoteBrowser
from tests.integration.cdp import CdpClient
from tests.integration.conftest import NewSession
from tests.integration.socket_client import SocketClient
from tests.integration.stack import Stack

PAGE = """<!doctype html><title>x</title><button></button><p></p><script>
const half = String.fromCharCode(0xd83d);
document.title = 'Title ' + half;
const button = document.querySelector('button');
button.textContent = 'Go ' + half;
button.onclick = () => console.log('Clicked ' + half);
document.querySelector('p').textContent = 'Text ' + half;
const data = document.createElement('script');
data.type = 'application/ld+json';
data.textContent = '{"@type": "Thing \\\\ud83d"}';
document.head.append(data);
</script>"""


@pytest.fixture
def browser(stack: Stack, new_session: NewSession) -> RemoteBrowser:
    """A session that shows the page."""
    browser = new_session()
    url = "data:text/html;base64," + base64.b64encode(PAGE.encode()).decode()
    done(stack, browser, "navigate", url=url)
    return browser


@pytest.fixture
def client(stack: Stack, browser: RemoteBrowser) -> Iterator[SocketClient]:
    with SocketClient(stack.api.get(browser.id)["webSocketUrl"]) as client:
        yield client


def done(stack: Stack, browser: RemoteBrowser, what: str, **body: object) -> Any:
    answer = stack.api.send("POST", f"/sessions/{browser.id}/{what}", body)
    assert answer.status == 200, answer.text
    return answer.data


def test_a_page_with_them_is_observed_and_acted_on(stack: Stack, browser: RemoteBrowser) -> None:
    (offered,) = done(stack, browser, "observe")["actions"]

    acted = done(stack, browser, "act", action=offered)

    assert offered["description"] == 'the "Go \ufffd" button'
    assert acted["title"] == "Title \ufffd"


def test_they_are_extracted_as_the_replacement_character(
    stack: Stack, browser: RemoteBrowser
) -> None:
    schema = {"type": "object", "properties": {"p": {"type": "string", "x-selector": "p"}}}

    found = done(stack, browser, "extract", schema=schema)
    read = done(stack, browser, "extract")

    assert found["result"] == {"p": "Text \ufffd"}
    assert "Text \ufffd" in read["result"]["markdown"]
    assert read["result"]["metadata"]["jsonLdTypes"] == ["Thing \ufffd"]


def test_events_and_results_of_the_websocket_api_have_the_replacement_character(
    client: SocketClient,
) -> None:
    client.ask("SUBSCRIBE", events=["Runtime.consoleAPICalled"])
    client.evaluate("button.click()")
    event = client.wait_for("CDP_EVENT")

    assert event["params"]["args"][0]["value"] == "Clicked \ufffd"
    assert client.evaluate("half") == "\ufffd"


def test_what_a_client_sends_of_them_is_taken(client: SocketClient) -> None:
    client.evaluate("document.body.innerHTML = '<input>'; document.body.firstChild.focus()")
    client.send_text(
        r'{"type": "INPUT_EVENT", "id": "\ud83d", "event": {"kind": "text", "text": "a\ud83d"}}'
    )

    assert client.answer_to("\ufffd")["type"] == "INPUT_RESULT"
    assert client.evaluate("document.body.firstChild.value") == "a\ufffd"


def test_a_client_of_raw_cdp_gets_them_as_they_are(browser: RemoteBrowser) -> None:
    with CdpClient(browser.connect_url) as raw:
        assert raw.page().evaluate("half") == "\ud83d"
