"""The screencast of the WebSocket API: pictures that fit its messages, and who gets them."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any

from PIL import Image

from shared.limits import WS_API_PUSH_BYTES_MAX
from tests.integration.api import RemoteBrowser, request
from tests.integration.socket_client import SocketClient, go_to
from tests.integration.stack import Stack
from tests.integration.websocket_api.conftest import Connect
from tests.integration.websocket_api.pages import NOISE


def test_pictures_too_large_for_a_message_are_made_to_fit(client: SocketClient) -> None:
    go_to(client, NOISE)

    client.ask("START_SCREENCAST", options={"quality": 100})
    frame = client.wait_for("SCREENCAST_FRAME")

    assert client.largest <= WS_API_PUSH_BYTES_MAX
    with Image.open(BytesIO(base64.b64decode(frame["data"]))) as picture:
        assert picture.size == (frame["width"], frame["height"])


def test_a_screencast_may_begin_with_the_connection(
    open_socket: Connect, remote: RemoteBrowser
) -> None:
    client = open_socket(remote, "&screencast=1&maxWidth=320")

    started = client.wait_for("SCREENCAST_STARTED")
    assert started["options"]["maxWidth"] == 320
    assert client.wait_for("SCREENCAST_FRAME")["width"] <= 320


def test_a_viewer_is_made_and_unmade_from_outside(
    stack: Stack, open_socket: Connect, remote: RemoteBrowser
) -> None:
    client = open_socket(remote)
    connection_id = client.wait_for("HELLO")["connectionId"]
    body = json.dumps({"connectionId": connection_id}).encode()

    def post(action: str) -> tuple[int, Any]:
        path = f"/sessions/{remote.id}/{action}?token={remote.token}"
        answer = request(stack.http_base, "POST", path, body)
        return answer.status, answer.json()

    assert post("stop-screencast")[0] == 409
    assert post("start-screencast")[0] == 200
    client.wait_for("SCREENCAST_FRAME")
    status, refusal = post("start-screencast")
    assert (status, refusal["code"]) == (409, "SCREENCAST_RUNNING")
    status, stopped = post("stop-screencast")
    assert (status, stopped["stats"]["framesSent"] >= 1) == (200, True)
