"""Pages whose texts are no Unicode: JavaScript cuts strings in the midst of an emoji."""

from __future__ import annotations

from tests.integration.api import RemoteBrowser
from tests.integration.channels import ChannelClient
from tests.integration.stack import Stack

_HALF = r"'\ud83d'"
"""In JavaScript."""
_PAGE = rf"""
document.title = 'cut ' + {_HALF};
document.body.innerHTML =
  '<p>text ' + {_HALF} + ' goes on</p><button>Press ' + {_HALF} + '</button>';
document.querySelector('button').onclick = () => {{ document.title = 'pressed'; }};
document.querySelector('button').outerHTML.length
"""


def test_a_result_has_the_replacement_character(client: ChannelClient) -> None:
    assert client.evaluate(_HALF) == "\ufffd"
    assert client.evaluate(r"'\ud83d\ude00'") == "\U0001f600"


def test_an_event_has_the_replacement_character(client: ChannelClient) -> None:
    client.ask("SUBSCRIBE", events=["Runtime.consoleAPICalled"])

    client.evaluate(f"console.log({_HALF})")

    event = client.wait("CDP_EVENT")
    assert event["params"]["args"][0]["value"] == "\ufffd"


def test_actions_read_and_use_such_a_page(
    stack: Stack, remote: RemoteBrowser, client: ChannelClient
) -> None:
    client.evaluate(_PAGE)

    extracted = stack.api.send("POST", f"/sessions/{remote.id}/extract", {"format": "text"})
    acted = stack.api.send(
        "POST", f"/sessions/{remote.id}/act", {"instruction": 'click the "Press" button'}
    )

    assert "text \ufffd goes on" in extracted.data["result"]
    assert acted.data["title"] == "pressed"


def test_what_a_client_sends_of_them_is_taken(client: ChannelClient) -> None:
    client.evaluate("document.body.innerHTML = '<input>'; document.body.firstChild.focus()")

    client.send_text(
        r'{"type": "INPUT_EVENT", "id": "\ud83d", "event": {"kind": "text", "text": "a\ud83d"}}'
    )

    assert client.answer_to("\ufffd")["type"] == "INPUT_RESULT"
    assert client.evaluate("document.body.firstChild.value") == "a\ufffd"
