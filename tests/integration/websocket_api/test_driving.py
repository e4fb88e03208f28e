"""The WebSocket API from end to end: local gateway, Lambda code, Redis, container, Chromium."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from PIL import Image

from shared.limits import WS_API_PUSH_BYTES_MAX
from tests.integration.conftest import NewSession
from tests.integration.site import Site
from tests.integration.socket_client import SocketClient, data_url, go_to, pending
from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS, wait_until
from tests.integration.websocket_api.conftest import Connect
from tests.integration.websocket_api.pages import NOISE, PAGE


def test_a_page_is_driven_with_nothing_else(client: SocketClient, site: Site) -> None:
    opened = client.ask("CDP_COMMAND", method="Page.navigate", params={"url": site.url("/")})
    assert "errorText" not in opened["result"]
    go_to(client, PAGE)
    assert client.evaluate("document.title") == "Typing"

    subscribed = client.ask("SUBSCRIBE", events=["Runtime.consoleAPICalled"])
    assert subscribed["type"] == "SUBSCRIBED"
    client.evaluate("console.log('from the page')")
    event = client.find(lambda message: message.get("method") == "Runtime.consoleAPICalled")
    assert event["params"]["args"][0]["value"] == "from the page"

    client.evaluate("document.getElementById('field').focus()")
    typed = client.ask("INPUT_EVENT", event={"kind": "text", "text": "typed"})
    assert typed["type"] == "INPUT_RESULT"
    assert client.evaluate("document.getElementById('field').value") == "typed"

    started = client.ask("START_SCREENCAST", options={"maxWidth": 640, "quality": 60})
    assert started["type"] == "SCREENCAST_STARTED"
    frame = client.wait_for("SCREENCAST_FRAME")
    with Image.open(BytesIO(base64.b64decode(frame["data"]))) as picture:
        assert picture.size == (frame["width"], frame["height"])
        assert picture.width <= 640
    stopped = client.ask("STOP_SCREENCAST")
    assert stopped["stats"]["framesSent"] >= 1

    acted = client.ask("AI_ACTION", action="act", params={"instruction": "click Press me"})
    assert acted["type"] == "ACTION_RESULT"
    assert acted["result"]["performed"][0]["method"] == "click"
    assert client.evaluate("document.title") == "pressed"


def test_an_action_is_accepted_before_it_is_done(client: SocketClient) -> None:
    message_id = client.send("AI_ACTION", action="navigate", params={"url": data_url(PAGE)})

    first = client.find(lambda message: message.get("id") == message_id)
    second = client.find(lambda message: message.get("id") == message_id)

    assert (first["type"], second["type"]) == ("ACCEPTED", "ACTION_RESULT")


def test_a_screenshot_of_3_mb_comes_whole(client: SocketClient) -> None:
    go_to(client, NOISE)

    answer = client.ask("CDP_COMMAND", method="Page.captureScreenshot", params={"format": "png"})

    data = answer["result"]["data"]
    assert len(data) > 3_000_000
    with Image.open(BytesIO(base64.b64decode(data))) as picture:
        picture.load()
        assert picture.size == (1280, 720)
    assert client.largest <= WS_API_PUSH_BYTES_MAX


def test_a_message_of_the_client_may_come_in_pieces(client: SocketClient) -> None:
    text = "é" * 200_000
    params = {"expression": f"'{text}'.length"}
    whole = json.dumps(
        {"type": "CDP_COMMAND", "id": "long", "method": "Runtime.evaluate", "params": params},
        ensure_ascii=False,
    )
    pieces = [whole[at : at + 40_000] for at in range(0, len(whole), 40_000)]
    for seq, piece in enumerate(pieces):
        chunk = {"type": "CHUNK", "id": "set", "seq": seq, "total": len(pieces), "data": piece}
        client.send_text(json.dumps(chunk, ensure_ascii=False))

    assert client.answer_to("long")["result"]["result"]["value"] == 200_000


def test_every_answer_comes_once_and_in_order_under_load(
    stack: Stack, open_socket: Connect, new_session: NewSession
) -> None:
    browsers = [new_session() for _ in range(4)]
    clients = [open_socket(browsers[number % 4]) for number in range(20)]
    for client in clients:
        client.wait_for("HELLO")

    def drive(client: SocketClient) -> list[int]:
        params = [{"expression": str(number)} for number in range(500)]
        ids = [
            client.send("CDP_COMMAND", method="Runtime.evaluate", params=each) for each in params
        ]
        answers: list[Any] = []
        while len(answers) < len(ids):
            message = client.receive(2 * PATIENCE_SECONDS)
            if "id" in message:
                answers.append(message)
        assert [answer["id"] for answer in answers] == ids
        return [answer["result"]["result"]["value"] for answer in answers]

    with ThreadPoolExecutor(len(clients)) as threads:
        outcomes = list(threads.map(drive, clients))

    assert outcomes == [list(range(500))] * 20
    assert all(client.ask("PING")["type"] == "PONG" for client in clients)
    assert all("id" not in message for client in clients for message in client.log)
    wait_until(lambda: pending(stack) == 0, "all answers are struck out")
