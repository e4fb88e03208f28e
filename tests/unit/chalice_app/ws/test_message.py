from __future__ import annotations

import json

import pytest

from chalice_app.ws.message import reply_to


@pytest.mark.parametrize("message_id", ["a", 7, None])
def test_a_ping_is_answered_with_its_own_id(message_id: object) -> None:
    reply = json.loads(reply_to(json.dumps({"type": "PING", "id": message_id})))

    assert reply == {"type": "PONG", "id": message_id}


@pytest.mark.parametrize("kind", ["CDP_COMMAND", "AI_ACTION", "START_SCREENCAST", "ping", ""])
def test_what_is_not_supported_is_said_to_be_so(kind: str) -> None:
    reply = json.loads(reply_to(json.dumps({"type": kind, "id": 3, "method": "Page.enable"})))

    assert (reply["type"], reply["id"]) == ("ERROR", 3)
    assert reply["error"]["code"] == "UNSUPPORTED_MESSAGE"


@pytest.mark.parametrize(
    "text",
    ["", "None", "PING", "[]", "{}", '{"type": 1}', '{"type": "PING", "id": []}', "[" * 9999],
)
def test_what_cannot_be_read_is_answered_too(text: str) -> None:
    reply = json.loads(reply_to(text))

    assert (reply["type"], reply["id"]) == ("ERROR", None)
    assert reply["error"]["code"] == "INVALID_REQUEST"
