"""What the WebSocket API refuses: messages, tokens, upgrades, sizes; each with its reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from shared.limits import WS_API_FRAME_BYTES_MAX, WS_API_MESSAGE_BYTES_MAX
from shared.tokens import Claims, Scope, parse_token
from tests.integration.api import RemoteBrowser
from tests.integration.socket_client import SocketClient, go_to, url_of
from tests.integration.stack import Stack
from tests.integration.websocket_api.pages import PAGE


@pytest.mark.parametrize(
    ("text", "message_id", "field"),
    [
        ("nothing", None, "body"),
        ('{"type": "NOPE", "id": 5}', 5, "type"),
        ('{"type": "CDP_COMMAND", "id": 6}', 6, "method"),
        ('{"type": "AI_ACTION", "id": 7, "action": "act"}', 7, "params.instruction"),
        ('{"type": "CDP_COMMAND", "id": 8, "method": "Page.enable", "targetId": "x"}', 8, None),
    ],
)
def test_bad_input_is_answered_with_the_field(
    client: SocketClient, text: str, message_id: int | None, field: str | None
) -> None:
    client.send_text(text)

    error = client.find(lambda message: message["type"] == "ERROR")

    assert (error["id"], error["error"]["code"]) == (message_id, "INVALID_REQUEST")
    if field is not None:
        assert error["error"]["details"] == {"field": field}


def test_an_error_fits_a_message_whatever_it_is_about(client: SocketClient) -> None:
    answer = client.ask("PING", **{"x" * 100_000: 1})

    assert answer["error"]["code"] == "INVALID_REQUEST"
    assert client.largest < WS_API_FRAME_BYTES_MAX


def test_an_error_of_chromium_is_chromiums_own(client: SocketClient) -> None:
    answer = client.ask("CDP_COMMAND", method="Page.nothing")

    assert answer["type"] == "CDP_RESPONSE"
    assert answer["error"]["code"] == -32601


def test_a_subscription_that_is_refused_takes_none_back(client: SocketClient) -> None:
    console = "Runtime.consoleAPICalled"
    client.ask("SUBSCRIBE", events=[console])

    refused = client.ask("SUBSCRIBE", events=[console, "Nonsense"])
    client.evaluate("console.log('still')")

    assert refused["error"]["details"] == {"field": "events"}
    assert client.wait_for("CDP_EVENT")["params"]["args"][0]["value"] == "still"


def test_a_failed_action_says_what_rest_would(client: SocketClient) -> None:
    go_to(client, PAGE)

    answer = client.ask("AI_ACTION", action="act", params={"instruction": "click the moon"})

    assert answer["error"]["code"] == "TARGET_NOT_FOUND"


@pytest.mark.parametrize(
    ("scope", "message", "allowed"),
    [
        (Scope.VIEW, {"kind": "START_SCREENCAST"}, True),
        (Scope.VIEW, {"kind": "CDP_COMMAND", "method": "Page.enable"}, False),
        (Scope.VIEW, {"kind": "INPUT_EVENT", "event": {"kind": "text", "text": "x"}}, False),
        (Scope.INPUT, {"kind": "START_SCREENCAST"}, False),
        (Scope.CDP, {"kind": "CONTROL", "holder": "agent"}, False),
    ],
)
def test_a_token_opens_what_its_scopes_say(
    stack: Stack, remote: RemoteBrowser, scope: Scope, message: dict[str, Any], allowed: bool
) -> None:
    whole = parse_token(remote.token, stack.jwt_secret)
    narrowed = Claims(
        whole.session_id,
        whole.owner_id,
        whole.token_id,
        frozenset({scope}),
        whole.issued_at,
        whole.expires_at,
    )
    url = url_of(stack, remote).replace(remote.token, stack.token(narrowed))
    with SocketClient(url) as client:
        answer = client.ask(**message)

    forbidden = answer["type"] == "ERROR" and answer["error"]["code"] == "FORBIDDEN"
    assert forbidden is not allowed


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 401, "UNAUTHORIZED"),
        ("?token=nonsense", 401, "UNAUTHORIZED"),
        ("&screencast=perhaps", 400, "INVALID_REQUEST"),
        ("&screencast=1&quality=0", 400, "INVALID_REQUEST"),
    ],
)
def test_an_upgrade_is_refused_before_it_is_one(
    stack: Stack, remote: RemoteBrowser, query: str, status: int, code: str
) -> None:
    url = url_of(stack, remote)
    base = url.partition("?")[0]

    with pytest.raises(InvalidStatus) as refused:
        SocketClient(url + query if query.startswith("&") else base + query)

    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body or b"")["error"]["code"] == code


def test_an_ended_session_takes_no_connection(stack: Stack) -> None:
    remote = stack.api.create()
    url = url_of(stack, remote)
    stack.api.delete(remote.id)

    with pytest.raises(InvalidStatus) as refused:
        SocketClient(url)

    assert refused.value.response.status_code == 410


@pytest.mark.parametrize(
    "message",
    ["x" * (WS_API_FRAME_BYTES_MAX + 1), iter(["x" * WS_API_FRAME_BYTES_MAX] * 5)],
    ids=["frame", "message"],
)
def test_what_api_gateway_does_not_take_ends_with_1009(client: SocketClient, message: Any) -> None:
    assert 5 * WS_API_FRAME_BYTES_MAX > WS_API_MESSAGE_BYTES_MAX
    client.wait_for("HELLO")

    with pytest.raises(ConnectionClosed) as closed:
        _send_and_listen(client, message)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def _send_and_listen(client: SocketClient, message: Any) -> None:
    client.socket.send(message)
    while True:
        client.receive()
